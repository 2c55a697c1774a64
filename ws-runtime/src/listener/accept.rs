//! Opens the socket, and takes connections from it at the pace that is allowed.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};
use tokio::time::{Instant, sleep, sleep_until};

use crate::log;

/// How long to wait when the process or the system has no file descriptors left: until then `accept` would fail at once, again
/// and again.
const ACCEPT_BACK_OFF: Duration = Duration::from_millis(100);

/// A listening socket.
#[derive(Debug)]
pub(crate) struct Acceptor {
    socket: TcpListener,
    pace: Option<Pace>,
}

/// How fast connections are accepted: evenly, but for short bursts.
#[derive(Debug)]
struct Pace {
    interval: Duration,
    /// When the next one would come if all came evenly.
    due: Instant,
}

impl Acceptor {
    /// Opens a socket at the first address of `host` that can be had.
    ///
    /// # Errors
    /// What the operating system says about the last of them.
    pub(crate) async fn open(host: &str, port: u16, backlog: u32, rate: Option<u32>) -> io::Result<Self> {
        let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
        for address in lookup_host((host, port)).await? {
            match listen(address, backlog) {
                Ok(socket) => return Ok(Self { socket, pace: rate.map(Pace::new) }),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Accepts the next connection, whatever goes wrong with others.
    pub(crate) async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        if let Some(pace) = &self.pace {
            sleep_until(pace.begin()).await;
        }
        loop {
            match self.socket.accept().await {
                Ok(accepted) => {
                    self.pace.iter_mut().for_each(Pace::advance);
                    return accepted;
                }
                // The client is gone again before it was accepted.
                Err(error) if is_the_clients(&error) => {}
                Err(error) => {
                    log::accept_failed(&error);
                    sleep(ACCEPT_BACK_OFF).await;
                }
            }
        }
    }
}

fn listen(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A server that starts again gets its port, though connections of the last one are not forgotten yet. Windows means
    // something else by it.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(backlog)
}

fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

impl Pace {
    /// What may come at once: a tenth of a second's connections.
    const BURST: Duration = Duration::from_millis(100);

    fn new(rate: u32) -> Self {
        Self { interval: Duration::from_secs(1) / rate, due: Instant::now() }
    }

    /// Returns when the next connection may be accepted.
    fn begin(&self) -> Instant {
        self.due.checked_sub(Self::BURST).unwrap_or(self.due)
    }

    /// Counts a connection.
    fn advance(&mut self) {
        self.due = self.due.max(Instant::now()) + self.interval;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Accepts `count` connections, each as soon as it may be, and returns how long that took.
    async fn accepts(pace: &mut Pace, count: u32) -> Duration {
        let begin = Instant::now();
        for _ in 0..count {
            sleep_until(pace.begin()).await;
            pace.advance();
        }
        begin.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn connections_come_evenly_after_a_burst() {
        let mut pace = Pace::new(100);
        assert!(accepts(&mut pace, 10).await < Duration::from_millis(20), "a burst");
        let time = accepts(&mut pace, 100).await;
        assert!((Duration::from_millis(950)..=Duration::from_millis(1050)).contains(&time), "{time:?}");
        // Who has waited may have one burst, not all that was not used.
        sleep(Duration::from_mins(1)).await;
        let time = accepts(&mut pace, 111).await;
        assert!((Duration::from_millis(950)..=Duration::from_millis(1050)).contains(&time), "{time:?}");
    }
}
