//! One connection of the load generator: says a batch, then hears its answers.

use std::io::{self, ErrorKind, Read, Write};

use mio::{Interest, Poll, Token, net::TcpStream};

use crate::{Result, load::Exchange};

/// A socket that never blocks, and what is still to be said and heard on it.
#[derive(Debug)]
pub(crate) struct Connection<H> {
    stream: TcpStream,
    pub(crate) hearing: H,
    /// The number of the batch that is being said and answered.
    number: usize,
    /// Batches that have been answered in this run.
    batches: usize,
    /// Bytes of the batch that the socket has taken.
    said: usize,
    /// Messages that have not been answered.
    awaited: usize,
}

/// How far a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// All answers to its batch.
    Everything,
    /// Not all of them, or nothing was to be heard.
    Something,
}

impl<H: Default> Connection<H> {
    /// Takes over a connected stream, and has `poll` watch it.
    pub(crate) fn new(stream: std::net::TcpStream, poll: &Poll, token: Token) -> Result<Self> {
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { stream, hearing: H::default(), number: 0, batches: 0, said: 0, awaited: 0 })
    }

    /// Counts batches anew.
    pub(crate) fn begin_run(&mut self) {
        self.batches = 0;
    }

    /// Returns how many batches have been answered in this run.
    pub(crate) fn batches(&self) -> usize {
        self.batches
    }

    /// Begins the next batch.
    pub(crate) fn say<E: Exchange<Hearing = H>>(&mut self, exchange: &E) -> Result<()> {
        self.said = 0;
        self.awaited = exchange.depth();
        self.write(exchange.batch(self.number))
    }

    /// Reads what is there, and writes what was left over.
    pub(crate) fn hear<E: Exchange<Hearing = H>>(&mut self, exchange: &E, buffer: &mut [u8]) -> Result<Heard> {
        if self.awaited == 0 {
            return Ok(Heard::Something);
        }
        self.write(exchange.batch(self.number))?;
        while let Some(read) = blocks_to_none(self.stream.read(buffer))? {
            if read == 0 {
                return Err("the server closed a connection in the middle of a run".into());
            }
            let messages = exchange.hear(&mut self.hearing, &buffer[..read])?;
            self.awaited = self.awaited.checked_sub(messages).ok_or("the server answered more than it was asked")?;
            // A short read has emptied the socket: the next bytes make an event of their own.
            if read < buffer.len() {
                break;
            }
        }
        if self.awaited > 0 {
            return Ok(Heard::Something);
        }
        self.number += 1;
        self.batches += 1;
        Ok(Heard::Everything)
    }

    fn write(&mut self, batch: &[u8]) -> Result<()> {
        while self.said < batch.len() {
            match blocks_to_none(self.stream.write(&batch[self.said..]))? {
                Some(written) => self.said += written,
                None => break,
            }
        }
        Ok(())
    }
}

/// Turns "not now" into `None`.
fn blocks_to_none(result: io::Result<usize>) -> Result<Option<usize>> {
    match result {
        Ok(count) => Ok(Some(count)),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(error) if error.kind() == ErrorKind::Interrupted => Ok(Some(0)),
        Err(error) => Err(format!("a connection broke in the middle of a run: {error}").into()),
    }
}
