//! Which addresses are one client's.

use std::net::{IpAddr, Ipv6Addr};

/// Returns what counts as one: an IPv4 address, or an IPv6 network of 64 bits, all of which one customer has.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let bits = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(bits))
        }
        address @ IpAddr::V4(_) => address,
    }
}
