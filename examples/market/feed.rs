//! The ticks of all pairs, shared by all connections.
//!
//! ```text
//!   random walk ──▶ one task ──▶ a broadcast channel per pair ──▶ a stream per subscriber
//! ```
//!
//! A channel keeps the last [`KEPT`] ticks, once for all subscribers. Nobody waits for a slow one: it misses the oldest ticks,
//! which the numbers of the next ones tell, and costs no memory.

use std::{sync::Arc, time::Duration};

use futures_util::stream;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::interval,
};
use websocket::Stream;

use crate::{
    messages::{Pairs, Refusal},
    walk::{Tick, Walk},
};

/// A handle to the feed; clones share it.
#[derive(Clone)]
pub(crate) struct Feed {
    tickers: Arc<[Ticker]>,
}

/// The ticks of one pair.
pub(crate) struct Ticker {
    pair: &'static str,
    ticks: broadcast::Sender<Tick>,
}

impl Feed {
    /// Begins to publish: one tick of each pair every `period`, whether anybody listens or not.
    pub(crate) fn start(seed: u64, period: Duration) -> Self {
        let mut walk = Walk::new(seed);
        let tickers = walk.pairs().map(|pair| Ticker { pair, ticks: broadcast::Sender::new(KEPT) }).collect();
        let feed = Self { tickers };
        let publisher = feed.clone();
        tokio::spawn(async move {
            let mut interval = interval(period);
            loop {
                interval.tick().await;
                for (ticker, tick) in publisher.tickers.iter().zip(walk.step()) {
                    drop(ticker.ticks.send(tick)); // nobody may be listening
                }
            }
        });
        feed
    }

    /// The names of all pairs.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = &'static str> {
        self.tickers.iter().map(Ticker::pair)
    }

    /// Finds these pairs.
    ///
    /// # Errors
    /// There is no such pair.
    pub(crate) fn tickers(&self, pairs: &Pairs<'_>) -> Result<Vec<&Ticker>, Refusal> {
        let find = |name| self.tickers.iter().find(|ticker| ticker.pair == name);
        pairs.names().map(|name| find(name).ok_or_else(|| Refusal::UnknownPair(name.to_owned()))).collect()
    }
}

impl Ticker {
    pub(crate) fn pair(&self) -> &'static str {
        self.pair
    }

    /// The ticks from now on.
    pub(crate) fn ticks(&self) -> impl Stream<Item = Tick> + Send + use<> {
        stream::unfold(self.ticks.subscribe(), |mut ticks| async move {
            loop {
                match ticks.recv().await {
                    Ok(tick) => return Some((tick, ticks)),
                    // The next one is the oldest that is kept.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                }
            }
        })
    }
}

/// How many ticks of a pair wait for a subscriber that is slow.
const KEPT: usize = 64;
