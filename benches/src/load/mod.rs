//! The load generator: one thread, one socket per connection, nothing but bytes.

pub(crate) mod client;
pub(crate) mod connection;
pub(crate) mod echo;
pub(crate) mod frames;
pub(crate) mod json;
pub(crate) mod room;
pub(crate) mod rounds;

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use mio::{Events, Poll, Token};

use crate::{
    Result,
    load::{
        client::Handshake,
        connection::{Connection, Heard},
    },
};

/// What the connections of a line say, and how they understand the answers.
pub(crate) trait Exchange {
    /// What one connection remembers of what it has heard.
    type Hearing: Default;

    /// Returns what a connection says in its batch of this number: all messages of the batch, in one write.
    fn batch(&self, number: usize) -> &[u8];

    /// Takes in what a connection hears, and tells how many messages of it are complete now.
    fn hear(&self, hearing: &mut Self::Hearing, bytes: &[u8]) -> Result<usize>;

    /// Returns how many messages a batch has.
    fn depth(&self) -> usize;
}

/// The connections of one line to one server.
#[derive(Debug)]
pub(crate) struct Load<E: Exchange> {
    poll: Poll,
    events: Events,
    connections: Vec<Connection<E::Hearing>>,
    exchange: E,
    buffer: Vec<u8>,
}

/// What a run did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) messages: u64,
    pub(crate) elapsed: Duration,
}

/// When a run begins no further batch.
#[derive(Clone, Copy, Debug)]
enum Until {
    /// Every connection has had this many.
    Batches(usize),
    /// It is that late.
    Time(Instant),
}

impl<E: Exchange> Load<E> {
    /// Opens the connections, one after the other.
    pub(crate) fn connect(address: SocketAddr, count: usize, handshake: Handshake, exchange: E) -> Result<Self> {
        let poll = Poll::new()?;
        let mut connections = Vec::with_capacity(count);
        for index in 0..count {
            let stream = client::connect(address, handshake)
                .map_err(|error| format!("connection {} of {count}: {error}", index + 1))?;
            connections.push(Connection::new(stream, &poll, Token(index))?);
        }
        Ok(Self { poll, events: Events::with_capacity(1024), connections, exchange, buffer: vec![0; READ_BUFFER] })
    }

    /// Lets every connection say some batches, and hear all answers.
    pub(crate) fn run_batches(&mut self, batches: usize) -> Result<Run> {
        self.run(Until::Batches(batches))
    }

    /// Lets every connection begin a batch as soon as it has heard the answers to the one before, for this long.
    pub(crate) fn run_for(&mut self, time: Duration) -> Result<Run> {
        self.run(Until::Time(Instant::now() + time))
    }

    /// Returns what the connections have heard.
    pub(crate) fn hearings(&self) -> impl Iterator<Item = &E::Hearing> {
        self.connections.iter().map(|connection| &connection.hearing)
    }

    /// Ends with all answers heard, so that the server has nothing left to do.
    fn run(&mut self, until: Until) -> Result<Run> {
        let begin = Instant::now();
        let mut batches: u64 = 0;
        let mut active = self.connections.len();
        for connection in &mut self.connections {
            connection.begin_run();
            connection.say(&self.exchange)?;
        }
        while active > 0 {
            self.poll.poll(&mut self.events, Some(PATIENCE))?;
            if self.events.is_empty() {
                return Err(format!("{active} connections heard nothing for {} s", PATIENCE.as_secs()).into());
            }
            let is_late = matches!(until, Until::Time(deadline) if Instant::now() >= deadline);
            for event in &self.events {
                let connection = &mut self.connections[event.token().0];
                if connection.hear(&self.exchange, &mut self.buffer)? == Heard::Everything {
                    batches += 1;
                    let is_last = is_late || matches!(until, Until::Batches(limit) if connection.batches() >= limit);
                    if is_last { active -= 1 } else { connection.say(&self.exchange)? }
                }
            }
        }
        Ok(Run { messages: batches * self.exchange.depth() as u64, elapsed: begin.elapsed() })
    }
}

/// How long nothing may happen on any connection. Under valgrind a server needs a moment.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes: as much as the kernel hands over at once for the largest messages.
const READ_BUFFER: usize = 512 << 10;
