//! A room on one server: one connection speaks, all others must hear it.

use std::{
    collections::VecDeque,
    io::{ErrorKind, Read, Write},
    net::SocketAddr,
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, net::TcpStream};

use crate::{
    Result,
    load::{
        Run,
        client::{self, Handshake},
        frames,
    },
};

/// A speaker, its listeners, and what they have heard.
#[derive(Debug)]
pub(crate) struct Room {
    poll: Poll,
    events: Events,
    speaker: TcpStream,
    /// A message on its way in, as a frame.
    said: Vec<u8>,
    /// Messages on their way out, as frames: at least as many as one read shows.
    expected: Vec<u8>,
    /// Bytes of one frame on its way out.
    frame: usize,
    listeners: Vec<Listener>,
    depth: usize,
    /// Messages that all listeners have heard.
    completed: u64,
    /// For each message that is on its way, how many have not heard all of it.
    missing: VecDeque<usize>,
}

#[derive(Debug)]
struct Listener {
    stream: TcpStream,
    received: u64,
}

impl Room {
    /// Opens the connections. There are `depth` messages in flight at a time.
    pub(crate) fn connect(address: SocketAddr, listeners: usize, size: usize, depth: usize) -> Result<Self> {
        let poll = Poll::new()?;
        let (mut said, mut expected) = (Vec::new(), Vec::new());
        let text: Vec<u8> = frames::noise(size, 1).iter().map(|byte| b'a' + byte % 26).collect();
        frames::push_masked(&mut said, frames::TEXT, &text);
        frames::push_unmasked(&mut expected, frames::TEXT, &text);
        let frame = expected.len();
        let expected = expected.repeat(depth + 1);
        // The listeners first, so that everybody is there when the first message comes.
        let listeners = (0..listeners)
            .map(|index| Ok(Listener { stream: open(address, &poll, index)?, received: 0 }))
            .collect::<Result<Vec<_>>>()?;
        let speaker = open(address, &poll, listeners.len())?;
        let events = Events::with_capacity(1024);
        Ok(Self {
            poll,
            events,
            speaker,
            said,
            expected,
            frame,
            listeners,
            depth,
            completed: 0,
            missing: VecDeque::new(),
        })
    }

    /// Keeps messages in flight for this long, and then waits for the last of them. A delivery to one listener counts as one.
    pub(crate) fn run_for(&mut self, time: Duration) -> Result<Run> {
        let begin = Instant::now();
        let first = self.completed;
        self.speak(self.depth)?;
        while !self.missing.is_empty() {
            self.poll.poll(&mut self.events, Some(PATIENCE))?;
            if self.events.is_empty() {
                return Err(format!("a message did not reach everybody within {} s", PATIENCE.as_secs()).into());
            }
            for event in &self.events {
                if let Some(listener) = self.listeners.get_mut(event.token().0) {
                    listener.listen(&self.expected, self.frame, self.completed, &mut self.missing)?;
                }
            }
            let mut heard = 0;
            while self.missing.front() == Some(&0) {
                self.missing.pop_front();
                heard += 1;
            }
            self.completed += heard as u64;
            if begin.elapsed() < time {
                self.speak(heard)?;
            }
        }
        let messages = (self.completed - first) * self.listeners.len() as u64;
        Ok(Run { messages, elapsed: begin.elapsed() })
    }

    /// Says some more in one write. It always fits: what is in flight is far less than a socket holds.
    fn speak(&mut self, messages: usize) -> Result<()> {
        if messages > 0 {
            self.speaker.write_all(&self.said.repeat(messages))?;
            self.missing.extend(std::iter::repeat_n(self.listeners.len(), messages));
        }
        Ok(())
    }
}

impl Listener {
    /// Reads what is there, compares it, and ticks off the messages that are complete.
    fn listen(&mut self, expected: &[u8], frame: usize, completed: u64, missing: &mut VecDeque<usize>) -> Result<()> {
        let mut buffer = [0; 16 << 10];
        loop {
            let read = match self.stream.read(&mut buffer) {
                Ok(0) => return Err("the server closed a connection in the middle of a run".into()),
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            let frame = frame as u64;
            let (offset, before) = (usize::try_from(self.received % frame)?, self.received / frame);
            if expected.get(offset..offset + read) != Some(&buffer[..read]) {
                return Err("a listener heard what nobody said".into());
            }
            self.received += read as u64;
            for message in before..self.received / frame {
                let index = usize::try_from(message - completed)?;
                *missing.get_mut(index).ok_or("a listener heard a message before it was said")? -= 1;
            }
            if read < buffer.len() {
                return Ok(());
            }
        }
    }
}

fn open(address: SocketAddr, poll: &Poll, index: usize) -> Result<TcpStream> {
    let stream = client::connect(address, Handshake::Plain)?;
    stream.set_nonblocking(true)?;
    let mut stream = TcpStream::from_std(stream);
    poll.registry().register(&mut stream, Token(index), Interest::READABLE)?;
    Ok(stream)
}

const PATIENCE: Duration = Duration::from_secs(30);
