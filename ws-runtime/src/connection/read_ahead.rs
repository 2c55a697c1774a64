//! Reading on while a callback runs: pings are answered, the peer's close frame is seen, and its disappearance is noticed.
//!
//! What is read stays, up to a bound, until the callback has ended; then it is decoded as if it had just come in.

use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::BufMut as _;
use ws_core::lookahead::Lookahead;
use ws_core::opcode::Opcode;

use crate::caller::shared::{Admission, Shared};
use crate::pool;
use crate::transport::Reader;

/// What has come in while callbacks ran.
#[derive(Debug, Default)]
pub(crate) struct ReadAhead {
    pub(crate) bytes: Vec<u8>,
    /// How many of the pings that are not decoded yet are answered.
    answered: usize,
    /// Why no more will come.
    pub(crate) end: Option<StreamEnd>,
    search: Search,
}

/// The end of the stream.
#[derive(Debug)]
pub(crate) enum StreamEnd {
    Broken(io::Error),
    Ended,
}

/// The search for control frames during one callback.
#[derive(Debug)]
struct Search {
    lookahead: Lookahead,
    pings: usize,
}

impl Default for Search {
    fn default() -> Self {
        Self { lookahead: Lookahead::new(0), pings: 0 }
    }
}

impl ReadAhead {
    /// Begins to look for control frames anew, behind the `skip` bytes that the current frame lacks.
    pub(crate) fn begin_search(&mut self, skip: u64) {
        self.search = Search { lookahead: Lookahead::new(skip), pings: 0 };
    }

    /// Reads what is there, up to `limit` bytes in all. Returns whether something came in.
    pub(crate) fn poll_read(&mut self, reader: &mut Reader, limit: usize, cx: &mut Context<'_>) -> bool {
        let before = self.bytes.len();
        while self.end.is_none() && self.bytes.len() < limit {
            if self.bytes.capacity() == 0 {
                self.bytes = pool::take(0);
            }
            let room = limit - self.bytes.len();
            match reader.poll_read_into(&mut (&mut self.bytes).limit(room), cx) {
                Poll::Ready(Ok(0)) => self.end = Some(StreamEnd::Ended),
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => self.end = Some(StreamEnd::Broken(error)),
                Poll::Pending => break,
            }
        }
        if self.bytes.is_empty() {
            pool::put(std::mem::take(&mut self.bytes));
        }
        self.bytes.len() > before
    }

    /// Looks at the control frames that have come in behind the `undecoded` bytes. Answers pings, unless the service does.
    pub(crate) fn look(&mut self, undecoded: &[u8], service_answers: bool, shared: &Arc<Shared>) {
        let search = &mut self.search;
        while let Some(control) = search.lookahead.poll_control(undecoded, &self.bytes) {
            match control.opcode {
                Opcode::Ping => {
                    search.pings += 1;
                    // The first ones were answered during an earlier callback. One that finds the outbox full waits for its turn, as
                    // do those behind it.
                    let is_next = search.pings == self.answered + 1;
                    if is_next
                        && !service_answers
                        && shared.push_payload(Opcode::Pong, control.payload(), Admission::BelowMark).is_ok()
                    {
                        self.answered += 1;
                    }
                }
                Opcode::Close => shared.peer_leaves(),
                _ => {}
            }
        }
        if self.end.is_some() {
            shared.peer_leaves();
        }
    }

    /// Returns whether the ping that has just been decoded was answered before its turn.
    pub(crate) fn take_answered(&mut self) -> bool {
        let was_answered = self.answered > 0;
        self.answered = self.answered.saturating_sub(1);
        was_answered
    }
}
