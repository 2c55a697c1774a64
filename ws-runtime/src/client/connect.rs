//! Connects to one of the addresses that a name has: [RFC 8305](https://www.rfc-editor.org/rfc/rfc8305), "happy eyeballs".
//!
//! ```text
//!   2001:db8::1 ──────────────── silence ────────────────────────▶ dropped
//!   192.0.2.1      250 ms later ──── refused ─▶ the next one, at once
//!   2001:db8::2                                └──── connected ──▶ the connection
//! ```
//!
//! The `HttpConnector` of hyper-util waits for each address of a family in turn, so that a single one that does not answer holds up
//! those behind it; here each one gets its turn.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::log;

/// Looks up a name, and connects to the first of its addresses that answers.
///
/// # Errors
/// There is no such name, or none of its addresses answers: then it is the error of the last one.
pub(super) async fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let addresses = alternating(lookup_host((host, port)).await?);
    let stream = race(addresses, TcpStream::connect).await?;
    // Small messages must not wait for the acknowledgement of earlier ones.
    if let Err(error) = stream.set_nodelay(true) {
        log::option_refused("TCP_NODELAY", &error);
    }
    Ok(stream)
}

/// Lets the two families take turns, the one first that the system prefers: RFC 8305 §4.
fn alternating(addresses: impl Iterator<Item = SocketAddr>) -> VecDeque<SocketAddr> {
    let addresses: Vec<_> = addresses.collect();
    let is_preferred =
        |address: &SocketAddr| addresses.first().is_some_and(|first| first.is_ipv6() == address.is_ipv6());
    let (mut preferred, mut others): (VecDeque<_>, VecDeque<_>) =
        addresses.iter().partition(|address| is_preferred(address));
    let mut all = VecDeque::new();
    while let Some(address) = preferred.pop_front() {
        all.push_back(address);
        all.extend(others.pop_front());
    }
    all.extend(others);
    all
}

/// Tries all addresses, each a while after the one before or as soon as one has failed: RFC 8305 §5.
async fn race<T, F>(mut addresses: VecDeque<SocketAddr>, attempt: impl Fn(SocketAddr) -> F) -> io::Result<T>
where
    F: Future<Output = io::Result<T>>,
{
    let mut attempts = FuturesUnordered::new();
    let mut last_error = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    loop {
        attempts.extend(addresses.pop_front().map(&attempt));
        let outcome = if addresses.is_empty() {
            attempts.next().await
        } else {
            match timeout(ATTEMPT_DELAY, attempts.next()).await {
                Ok(outcome) => outcome,
                Err(_) => continue,
            }
        };
        match outcome {
            None => return Err(last_error),
            Some(Ok(connection)) => return Ok(connection),
            Some(Err(error)) => last_error = error,
        }
    }
}

const ATTEMPT_DELAY: Duration = Duration::from_millis(250); // RFC 8305 §8

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::pending;

    use tokio::time::{Instant, sleep};

    use super::*;

    fn addresses(all: &[&str]) -> Vec<SocketAddr> {
        all.iter().map(|address| format!("{address}:80").parse().unwrap()).collect()
    }

    #[test]
    fn the_families_take_turns() {
        let table: [(&[&str], &[&str]); 5] = [
            (&[], &[]),
            (&["10.0.0.1"], &["10.0.0.1"]),
            (&["[::1]", "[::2]", "[::3]", "10.0.0.1"], &["[::1]", "10.0.0.1", "[::2]", "[::3]"]),
            (&["10.0.0.1", "[::1]", "[::2]", "[::3]"], &["10.0.0.1", "[::1]", "[::2]", "[::3]"]),
            (&["[::1]", "10.0.0.1", "10.0.0.2", "[::2]"], &["[::1]", "10.0.0.1", "[::2]", "10.0.0.2"]),
        ];
        for (found, expected) in table {
            assert_eq!(alternating(addresses(found).into_iter()), addresses(expected), "{found:?}");
        }
    }

    /// What an address does: after so many milliseconds it answers, or refuses.
    #[derive(Clone, Copy)]
    enum Host {
        Answers(u64),
        Refuses(u64, io::ErrorKind),
        Silent,
    }

    /// Returns which host answered, and when each was tried.
    async fn run(hosts: &[Host]) -> (Result<usize, io::ErrorKind>, Vec<u128>) {
        let begin = Instant::now();
        let tried = RefCell::new(Vec::new());
        let addresses = (0..hosts.len()).map(|index| SocketAddr::from(([10, 0, 0, 0], u16::try_from(index).unwrap())));
        let result = race(addresses.collect(), async |address: SocketAddr| {
            tried.borrow_mut().push(begin.elapsed().as_millis());
            let index = usize::from(address.port());
            match hosts[index] {
                Host::Answers(after) => sleep(Duration::from_millis(after)).await,
                Host::Refuses(after, kind) => {
                    sleep(Duration::from_millis(after)).await;
                    return Err(kind.into());
                }
                Host::Silent => pending().await,
            }
            Ok(index)
        })
        .await;
        (result.map_err(|error| error.kind()), tried.into_inner())
    }

    #[tokio::test(start_paused = true)]
    async fn each_address_has_its_turn() {
        use Host::{Answers, Refuses, Silent};
        use io::ErrorKind::{ConnectionRefused, HostUnreachable, NotFound};
        let table: [(&[Host], _, &[u128]); 8] = [
            (&[], Err(NotFound), &[]),
            (&[Answers(9_000)], Ok(0), &[0]),
            (&[Answers(249), Answers(0)], Ok(0), &[0]),
            (&[Silent, Silent, Answers(0), Answers(0)], Ok(2), &[0, 250, 500]),
            // The one that is slow may still be the first.
            (&[Answers(600), Silent, Silent, Answers(0)], Ok(0), &[0, 250, 500]),
            (&[Refuses(10, ConnectionRefused), Refuses(20, ConnectionRefused), Answers(30)], Ok(2), &[0, 10, 30]),
            (&[Refuses(300, ConnectionRefused), Silent, Answers(100), Silent], Ok(2), &[0, 250, 300]),
            (&[Refuses(400, HostUnreachable), Refuses(0, ConnectionRefused)], Err(HostUnreachable), &[0, 250]),
        ];
        for (hosts, expected, tried) in table {
            assert_eq!(run(hosts).await, (expected, tried.to_vec()));
        }
    }
}
