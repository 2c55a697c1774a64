//! What an echo must be.

use crate::{
    Result,
    load::{Exchange, client::Handshake, frames},
};

/// Binary messages, and their echoes byte by byte.
#[derive(Debug)]
pub(crate) struct Echo {
    said: Vec<u8>,
    expected: Vec<u8>,
    depth: usize,
}

/// How far a connection is in the echo of its batch.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    received: usize,
    /// The first batch is compared, the later ones are counted: to compare all of them would slow the load generator down.
    is_verified: bool,
}

impl Echo {
    /// Makes a batch of `depth` different messages of `size` bytes. Without a handshake the echo is that of the bytes.
    pub(crate) fn new(size: usize, depth: usize, handshake: Handshake) -> Self {
        let (mut said, mut expected) = (Vec::new(), Vec::new());
        for seed in 0..depth {
            let payload = frames::noise(size, seed as u64 + 1);
            frames::push_masked(&mut said, frames::BINARY, &payload);
            frames::push_unmasked(&mut expected, frames::BINARY, &payload);
        }
        if handshake == Handshake::None {
            expected.clone_from(&said);
        }
        Self { said, expected, depth }
    }

    /// Makes a batch of `depth` times the same text message.
    pub(crate) fn of_text(text: &str, depth: usize) -> Self {
        let (mut said, mut expected) = (Vec::new(), Vec::new());
        for _ in 0..depth {
            frames::push_masked(&mut said, frames::TEXT, text.as_bytes());
            frames::push_unmasked(&mut expected, frames::TEXT, text.as_bytes());
        }
        Self { said, expected, depth }
    }
}

impl Exchange for Echo {
    type Hearing = Progress;

    fn batch(&self, _: usize) -> &[u8] {
        &self.said
    }

    fn hear(&self, progress: &mut Progress, bytes: &[u8]) -> Result<usize> {
        let begin = progress.received;
        progress.received += bytes.len();
        if !progress.is_verified && self.expected.get(begin..progress.received) != Some(bytes) {
            return Err(format!("a wrong echo: not what was sent, at byte {begin} of a connection or behind").into());
        }
        if progress.received < self.expected.len() {
            return Ok(0);
        }
        if progress.received > self.expected.len() {
            return Err("the server echoed more than was sent".into());
        }
        *progress = Progress { received: 0, is_verified: true };
        Ok(self.depth)
    }

    fn depth(&self) -> usize {
        self.depth
    }
}
