//! The end of a server: every connection is told, and those that take too long are broken off.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{self, sleep};

use crate::caller::Caller;
use crate::log;
use crate::router::connections::Connections;

/// The mean time from one batch to the next: each waits between half and one and a half of it.
const PAUSE: Duration = Duration::from_millis(50);

/// How long connections have to stop after they were told to break off.
const ABORT_TIMEOUT: Duration = Duration::from_secs(2);

/// How the connections of a server ended when it stopped: see [`BoundListener::serve_until`](crate::BoundListener::serve_until) and
/// [`Router::shut_down`](crate::Router::shut_down).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shutdown {
    /// The connections that ended in time, `on_close` included.
    pub closed: usize,
    /// The connections that did not, and were broken off. Their `on_close` had a moment.
    pub aborted: usize,
}

/// Closes everything, and breaks off what is left when the time is over: connections, and the requests on their way to them.
pub(crate) async fn shut_down(
    timeout: Duration,
    batch: usize,
    connections: &Connections,
    mut requests: JoinSet<()>,
) -> Shutdown {
    connections.begin_closing();
    let all_ended = async {
        close_in_batches(timeout, batch, connections.open()).await;
        while requests.join_next().await.is_some() {}
        connections.all_ended().await;
    };
    let in_time = time::timeout(timeout, all_ended).await;
    let shutdown = Shutdown { closed: connections.ended(), aborted: connections.open().len() };
    if in_time.is_err() {
        requests.shutdown().await;
        connections.abort_all();
        if time::timeout(ABORT_TIMEOUT, connections.all_ended()).await.is_err() {
            log::not_aborted();
        }
    }
    shutdown
}

/// Tells the peers in batches, with pauses that nobody can foresee: their clients come back, and not all in one moment.
async fn close_in_batches(timeout: Duration, batch: usize, mut callers: Vec<Caller>) {
    // The ids are random: neighbours in age or address do not leave together.
    callers.sort_unstable_by_key(Caller::connection_id);
    let mut batches = callers.chunks(batch_size(timeout, batch, callers.len())).peekable();
    while let Some(batch) = batches.next() {
        batch.iter().for_each(Caller::go_away);
        if batches.peek().is_some() {
            sleep(pause()).await;
        }
    }
}

/// Returns how many connections are told at once, so that all are told in half of the time.
fn batch_size(timeout: Duration, batch: usize, count: usize) -> usize {
    let batches = (timeout / 2).as_millis() / PAUSE.as_millis();
    let batches = usize::try_from(batches).unwrap_or(usize::MAX).max(1);
    batch.max(count.div_ceil(batches))
}

fn pause() -> Duration {
    let share = getrandom::u32().map_or(0.5, |random| f64::from(random) / f64::from(u32::MAX));
    PAUSE.mul_f64(0.5 + share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_told_in_half_of_the_time() {
        let table = [
            (30_000, 250, 0, 250),
            (30_000, 250, 5_000, 250),
            // 300 pauses in 15 s.
            (30_000, 250, 1_000_000, 3_334),
            (30_000, 1, 3, 1),
            (0, 250, 1_000, 1_000),
            (u64::MAX, 1, 1_000_000, 1),
        ];
        for (timeout, batch, count, expected) in table {
            let size = batch_size(Duration::from_millis(timeout), batch, count);
            assert_eq!(size, expected, "{timeout} ms, {batch} of {count}");
        }
    }

    #[test]
    fn pauses_differ_and_are_around_their_mean() {
        let pauses: Vec<_> = std::iter::repeat_with(pause).take(20).collect();
        assert!(pauses.iter().all(|pause| (PAUSE / 2..=PAUSE * 3 / 2).contains(pause)), "{pauses:?}");
        assert!(pauses.iter().any(|pause| *pause != pauses[0]), "{pauses:?}");
    }
}
