//! How long a client waits before it connects again.

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::client::retry::RetryConfig;

/// The attempts since the connection was last stable.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    /// How many times was waited.
    retries: u32,
}

impl Attempts {
    /// Returns the number of the next attempt; the first is 1.
    pub(crate) fn number(&self) -> u32 {
        self.retries.saturating_add(1)
    }

    /// Takes the wait before the next attempt; `None` if there is to be none.
    pub(crate) fn take_wait(&mut self, config: &RetryConfig, server_asks: Option<Duration>) -> Option<Duration> {
        if config.max_count != 0 && self.retries >= config.max_count {
            return None;
        }
        let back_off = back_off(config, self.retries);
        self.retries = self.retries.saturating_add(1);
        let asked = server_asks.unwrap_or_default().min(config.max_retry_after);
        // Whoever is asked to wait by a server that is overloaded is not alone: all of them come back apart from each other.
        Some(if config.jitter { asked.saturating_add(back_off.mul_f64(fraction())) } else { asked.max(back_off) })
    }
}

/// Returns the longest wait before a retry, counted from 0.
fn back_off(config: &RetryConfig, retries: u32) -> Duration {
    let factor = config.back_off_factor.powf(f64::from(retries));
    let seconds = config.interval.as_secs_f64() * factor;
    // Also for what is infinite by now.
    if seconds < config.max_wait_interval.as_secs_f64() {
        Duration::from_secs_f64(seconds)
    } else {
        config.max_wait_interval
    }
}

/// Returns how long a server asks to wait ([RFC 9110 §10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

/// Returns a random number from 0 up to 1.
fn fraction() -> f64 {
    // Without randomness, everybody waits for the same time; so be it.
    let random = getrandom::u32().unwrap_or(u32::MAX);
    f64::from(random) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(config: &RetryConfig, count: usize) -> Vec<f64> {
        let mut attempts = Attempts::default();
        let waits = std::iter::from_fn(|| attempts.take_wait(config, None));
        waits.take(count).map(|wait| wait.as_secs_f64()).collect()
    }

    #[test]
    fn the_waits_grow_up_to_the_longest() {
        let config = RetryConfig::new().jitter(false);
        assert_eq!(waits(&config, 4), [1.0, 1.0, 1.0, 1.0]);
        let config = config.back_off_factor(2.0);
        assert_eq!(waits(&config, 7), [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]);
        let config = config.interval(Duration::from_millis(100)).back_off_factor(1.5);
        assert_eq!(waits(&config, 3), [0.1, 0.15, 0.225]);
        assert_eq!(waits(&config, 10_000).last(), Some(&30.0));
    }

    #[test]
    fn the_retries_come_to_an_end() {
        let config = RetryConfig::new().jitter(false).max_count(2);
        assert_eq!(waits(&config, 5), [1.0, 1.0]);
        assert_eq!(waits(&config.max_count(0), 500).len(), 500);
    }

    #[test]
    fn jitter_is_anything_up_to_the_wait() {
        let waits = waits(&RetryConfig::new(), 1000);
        assert!(waits.iter().all(|wait| (0.0..=1.0).contains(wait)));
        let quarters = [0.0, 0.25, 0.5, 0.75].map(|low| waits.iter().filter(|wait| **wait >= low).count());
        // Each quarter has 250 of a thousand, give or take much more than chance does.
        assert!(quarters.windows(2).all(|pair| (150..350).contains(&(pair[0] - pair[1]))), "{quarters:?}");
    }

    #[test]
    fn what_a_server_asks_for_is_the_least() {
        let config = RetryConfig::new().jitter(false);
        let wait = |config: &RetryConfig, seconds| {
            Attempts::default()
                .take_wait(config, Some(Duration::from_secs(seconds)))
                .expect("there is no limit")
                .as_secs()
        };
        for (asked, waited) in [(0, 1), (7, 7), (120, 120), (u64::MAX, 300)] {
            assert_eq!(wait(&config, asked), waited);
        }
        assert!((7..=8).contains(&wait(&config.jitter(true), 7)));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let read = |value: &str| retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]));
        assert_eq!(read("90"), Some(Duration::from_secs(90)));
        assert_eq!(read("99999999999999999999"), Some(Duration::from_secs(u64::MAX)));
        assert_eq!(read("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        let later = httpdate::fmt_http_date(SystemTime::now() + Duration::from_hours(3));
        assert!(read(&later).expect("it is a date") > Duration::from_hours(2));
        for nonsense in ["", "soon", "-1", "1.5"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }
}
