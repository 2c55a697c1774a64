//! The bytes that wait for the socket, in order.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::task::Poll;

use bytes::Bytes;

use crate::pool;

/// Bytes that are copied in, and large ones that are shared with other queues.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// In front of `tail`. Boxed: most connections never have one.
    front: Option<Box<Front>>,
    /// A pooled buffer that frames are encoded into; without capacity while nothing waits.
    tail: Vec<u8>,
    /// How much of the first chunk, or without one of `tail`, the socket has taken.
    sent: usize,
    /// How much of everything the socket has taken.
    #[cfg(feature = "client")]
    total: u64,
}

/// What waits in front of what is being encoded.
#[derive(Debug, Default)]
struct Front {
    chunks: VecDeque<Chunk>,
    /// Bytes in `chunks`.
    len: usize,
}

#[derive(Debug)]
enum Chunk {
    Copied(Vec<u8>),
    Shared(Bytes),
}

impl Queue {
    /// Returns how many bytes wait.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.front.as_ref().map_or(0, |front| front.len) + self.tail.len() - self.sent
    }

    /// Returns how many bytes the socket has taken since the beginning, those that were never in the queue among them.
    #[cfg(feature = "client")]
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// Throws away what waits.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            #[cfg(feature = "client")]
            total: self.total,
            ..Self::default()
        };
    }

    /// Lends the end of the queue, to be appended to.
    #[inline]
    pub(crate) fn tail(&mut self) -> &mut Vec<u8> {
        if self.tail.capacity() == 0 {
            self.tail = pool::take(0);
        } else if self.sent > pool::BUFFER_SIZE && self.front.is_none() && self.sent * 2 > self.tail.len() {
            // A slow receiver: without this, the bytes that it has taken would pile up in front of the queue.
            self.tail.drain(..self.sent);
            self.sent = 0;
        }
        &mut self.tail
    }

    /// Appends bytes without copying them.
    pub(crate) fn push_shared(&mut self, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        let front = self.front.get_or_insert_default();
        front.len += self.tail.len() + bytes.len();
        if !self.tail.is_empty() {
            front.chunks.push_back(Chunk::Copied(std::mem::take(&mut self.tail)));
        }
        front.chunks.push_back(Chunk::Shared(bytes));
    }

    /// Writes everything, and `more` behind it, until the writer takes nothing more. Returns how much of `more` is not written.
    ///
    /// # Errors
    /// Those of `write`, and [`io::ErrorKind::WriteZero`] for one that ends without an error.
    #[inline]
    pub(crate) fn write_with<'m>(
        &mut self,
        mut more: &'m [u8],
        mut write: impl FnMut(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
    ) -> io::Result<&'m [u8]> {
        while self.len() + more.len() > 0 {
            let written = if self.front.is_none() && more.is_empty() {
                write(&[IoSlice::new(&self.tail[self.sent..])])
            } else {
                self.write_slices(more, &mut write)
            };
            match written {
                Poll::Pending => break,
                Poll::Ready(Ok(count)) if count > 0 => more = &more[self.advance(count)..],
                Poll::Ready(result) => {
                    return Err(result.err().unwrap_or_else(|| io::ErrorKind::WriteZero.into()));
                }
            }
        }
        Ok(more)
    }

    fn write_slices(
        &self,
        more: &[u8],
        write: &mut impl FnMut(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let chunks = self.front.iter().flat_map(|front| &front.chunks).map(Chunk::as_bytes);
        let mut slices = [IoSlice::new(&[]); MAX_SLICES];
        let mut count = 0;
        let mut skip = self.sent;
        for bytes in chunks.chain([self.tail.as_slice(), more]).filter(|bytes| !bytes.is_empty()).take(MAX_SLICES) {
            // Only the first one has been taken from.
            slices[count] = IoSlice::new(&bytes[std::mem::take(&mut skip)..]);
            count += 1;
        }
        write(&slices[..count])
    }

    /// Takes note that bytes have been written. Returns how many of them were none of the queue's.
    fn advance(&mut self, mut count: usize) -> usize {
        #[cfg(feature = "client")]
        {
            self.total += count as u64;
        }
        while let Some(front) = &mut self.front {
            let Some(chunk) = front.chunks.front() else {
                self.front = None;
                break;
            };
            let length = chunk.as_bytes().len();
            if count < length - self.sent {
                self.sent += count;
                return 0;
            }
            count -= length - self.sent;
            self.sent = 0;
            front.len -= length;
            if let Some(Chunk::Copied(buffer)) = front.chunks.pop_front() {
                pool::put(buffer);
            }
        }
        let own = count.min(self.tail.len() - self.sent);
        self.sent += own;
        if self.sent == self.tail.len() {
            self.sent = 0;
            pool::put(std::mem::take(&mut self.tail));
        }
        count - own
    }
}

impl Chunk {
    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Copied(buffer) => buffer,
            Self::Shared(bytes) => bytes,
        }
    }
}

/// How many chunks one write carries.
const MAX_SLICES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes at most `room` bytes at a time, `times` times.
    fn drain(queue: &mut Queue, more: &[u8], room: usize, times: usize) -> (Vec<u8>, usize) {
        let (mut out, mut left) = (Vec::new(), times);
        let rest = queue.write_with(more, |slices| {
            if left == 0 {
                return Poll::Pending;
            }
            left -= 1;
            let all = slices.iter().flat_map(|slice| slice.iter().copied());
            let start = out.len();
            out.extend(all.take(room));
            Poll::Ready(Ok(out.len() - start))
        });
        (out, rest.unwrap().len())
    }

    fn filled() -> Queue {
        let mut queue = Queue::default();
        queue.tail().extend_from_slice(b"01");
        queue.push_shared(Bytes::from_static(b"234"));
        queue.push_shared(Bytes::new());
        queue.push_shared(Bytes::from_static(b"5"));
        queue.tail().extend_from_slice(b"678");
        queue
    }

    #[test]
    fn everything_leaves_in_order_however_little_is_taken_at_a_time() {
        for room in 1..=11 {
            let mut queue = filled();
            assert_eq!(queue.len(), 9);
            assert_eq!(drain(&mut queue, b"9a", room, usize::MAX), (b"0123456789a".to_vec(), 0), "{room}");
            assert_eq!((queue.len(), queue.tail.capacity()), (0, 0));
            assert!(queue.front.is_none());
        }
    }

    #[test]
    fn what_is_not_taken_stays() {
        for taken in 0..=11 {
            let mut queue = filled();
            let (mut out, left) = drain(&mut queue, b"9a", 1, taken);
            assert_eq!((out.len(), queue.len() + left), (taken, 11 - taken));
            let rest = &b"9a"[2 - left..];
            queue.tail().extend_from_slice(rest);
            queue.push_shared(Bytes::from_static(b"b"));
            out.extend(drain(&mut queue, b"", 4, usize::MAX).0);
            assert_eq!(out, b"0123456789ab", "{taken}");
        }
    }

    #[test]
    fn more_chunks_than_one_write_carries_leave_too() {
        let mut queue = Queue::default();
        for _ in 0..3 * MAX_SLICES {
            queue.push_shared(Bytes::from_static(b"xy"));
        }
        assert_eq!(drain(&mut queue, b"!", usize::MAX, usize::MAX).0.len(), 6 * MAX_SLICES + 1);
    }

    #[test]
    fn a_writer_that_takes_nothing_is_an_error() {
        let mut queue = filled();
        let error = queue.write_with(b"", |_| Poll::Ready(Ok(0))).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WriteZero);
    }
}
