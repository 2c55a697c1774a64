//! How many connections each address has.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use crate::caller::shared::lock;
use crate::network::network;

/// The connections of each address, where they are limited.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    /// `None` counts nothing.
    limited: Option<Arc<Limited>>,
}

#[derive(Debug)]
struct Limited {
    limit: usize,
    counts: Mutex<HashMap<IpAddr, usize>>,
}

/// One connection of an address, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    limited: Arc<Limited>,
    network: IpAddr,
}

/// An address has all the connections that it may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Full;

impl Addresses {
    pub(crate) fn new(limit: Option<usize>) -> Self {
        let limited = limit.map(|limit| Arc::new(Limited { limit, counts: Mutex::default() }));
        Self { limited }
    }

    /// Counts one more connection of an address; `None` if nothing is counted.
    ///
    /// # Errors
    /// It would be one too many.
    pub(crate) fn enter(&self, address: IpAddr) -> Result<Option<Arc<Place>>, Full> {
        let Some(limited) = &self.limited else { return Ok(None) };
        let network = network(address);
        let mut counts = lock(&limited.counts);
        let count = counts.entry(network).or_default();
        if *count >= limited.limit {
            return Err(Full);
        }
        *count += 1;
        Ok(Some(Arc::new(Place { limited: Arc::clone(limited), network })))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = lock(&self.limited.counts);
        let count = counts.get_mut(&self.network).expect("a place is counted");
        *count -= 1;
        if *count == 0 {
            counts.remove(&self.network);
            if counts.is_empty() {
                // A flood that is over does not keep its room.
                counts.shrink_to_fit();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("it is an address")
    }

    #[test]
    fn an_address_has_as_many_places_as_the_limit_says() {
        let addresses = Addresses::new(Some(2));
        let first = addresses.enter(ip("10.0.0.1")).expect("there is room");
        let _second = addresses.enter(ip("::ffff:10.0.0.1")).expect("there is room");
        assert!(addresses.enter(ip("10.0.0.1")).is_err());
        let _other = addresses.enter(ip("10.0.0.2")).expect("it is another one");
        drop(first);
        assert!(addresses.enter(ip("10.0.0.1")).is_ok());
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let addresses = Addresses::new(Some(1));
        let _place = addresses.enter(ip("2001:db8:0:1::1")).expect("there is room");
        assert!(addresses.enter(ip("2001:db8:0:1:ffff::2")).is_err());
        assert!(addresses.enter(ip("2001:db8:0:2::1")).is_ok());
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        assert!(addresses_of_nobody().enter(ip("10.0.0.1")).is_ok_and(|place| place.is_none()));
    }

    #[test]
    fn whoever_has_left_is_forgotten() {
        let addresses = Addresses::new(Some(1));
        for number in 0..100 {
            drop(addresses.enter(IpAddr::from([10, 0, 0, number])));
        }
        assert!(lock(&addresses.limited.expect("it is limited").counts).is_empty());
    }

    fn addresses_of_nobody() -> Addresses {
        Addresses::new(None)
    }
}
