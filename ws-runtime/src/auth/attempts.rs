//! How often an address has shown wrong credentials lately.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::caller::shared::lock;
use crate::network::network;

/// The failures of each address, in the minute that began with the first of them.
#[derive(Debug)]
pub(crate) struct Attempts {
    limit: u32,
    recent: Mutex<HashMap<IpAddr, Failures>>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    since: Instant,
}

const WINDOW: Duration = Duration::from_mins(1);
/// More addresses than this are not watched at once: whoever has so many is not stopped by this.
const MAX_ADDRESSES: usize = 100_000;

impl Attempts {
    pub(crate) fn new(limit: u32) -> Self {
        Self { limit, recent: Mutex::default() }
    }

    pub(crate) fn limit(&self) -> u32 {
        self.limit
    }

    /// Returns how long an address has to wait until its credentials are looked at again.
    pub(crate) fn wait(&self, address: Option<IpAddr>) -> Option<Duration> {
        let key = network(address?);
        let mut recent = lock(&self.recent);
        let Failures { count, since } = *recent.get(&key)?;
        match WINDOW.checked_sub(since.elapsed()) {
            Some(left) if !left.is_zero() => (count >= self.limit).then_some(left),
            _ => {
                recent.remove(&key);
                None
            }
        }
    }

    /// Counts wrong credentials.
    pub(crate) fn count(&self, address: Option<IpAddr>) {
        let Some(address) = address else { return };
        let mut recent = lock(&self.recent);
        let key = network(address);
        if recent.len() >= MAX_ADDRESSES && !recent.contains_key(&key) {
            recent.retain(|_, failures| failures.since.elapsed() < WINDOW);
            if recent.len() >= MAX_ADDRESSES {
                return;
            }
        }
        let failures = recent.entry(key).or_insert(Failures { count: 0, since: Instant::now() });
        if failures.since.elapsed() >= WINDOW {
            *failures = Failures { count: 0, since: Instant::now() };
        }
        failures.count = failures.count.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    #[expect(clippy::unnecessary_wraps, reason = "it is an argument as it is")]
    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().expect("it is an address"))
    }

    #[tokio::test(start_paused = true)]
    async fn an_address_waits_for_the_end_of_the_minute_and_nobody_else_does() {
        let attempts = Attempts::new(2);
        let (one, other) = (ip("192.0.2.1"), ip("192.0.2.2"));
        attempts.count(one);
        assert_eq!(attempts.wait(one), None);
        advance(Duration::from_secs(20)).await;
        attempts.count(one);
        assert_eq!(attempts.wait(one), Some(Duration::from_secs(40)));
        assert_eq!((attempts.wait(other), attempts.wait(None)), (None, None));
        advance(Duration::from_secs(40)).await;
        assert_eq!(attempts.wait(one), None);
        attempts.count(one);
        assert_eq!(attempts.wait(one), None, "a new minute");
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_of_ipv6_is_one_address() {
        let attempts = Attempts::new(1);
        attempts.count(ip("2001:db8::1"));
        assert!(attempts.wait(ip("2001:db8::2")).is_some());
        assert_eq!(attempts.wait(ip("2001:db8:0:1::1")), None);
    }

    #[tokio::test(start_paused = true)]
    async fn those_whose_minute_is_over_make_room() {
        let attempts = Attempts::new(1);
        for index in 0..MAX_ADDRESSES {
            attempts.count(Some(IpAddr::from(u32::try_from(index).expect("few").to_be_bytes())));
        }
        attempts.count(ip("203.0.113.1"));
        assert_eq!(attempts.wait(ip("203.0.113.1")), None, "there is no room");
        advance(WINDOW).await;
        attempts.count(ip("203.0.113.1"));
        assert!(attempts.wait(ip("203.0.113.1")).is_some());
        assert_eq!(lock(&attempts.recent).len(), 1);
    }
}
