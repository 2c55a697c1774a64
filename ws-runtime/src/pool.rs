//! Buffers that belong to a thread, not to a connection.
//!
//! A connection takes a buffer when bytes arrive or leave and gives it back when none are left in it, so that an idle
//! connection owns none ([`BUFFER_SIZE`] × connections that are busy at the same moment).

use std::cell::{Cell, RefCell};

/// The capacity of a fresh buffer, in bytes.
pub(crate) const BUFFER_SIZE: usize = 16 * 1024;
/// The largest buffer that is kept, in bytes; a larger one goes back to the allocator.
pub(crate) const MAX_BUFFER_SIZE: usize = 256 * 1024;
/// How many buffers a thread keeps, beside the two that a connection at work needs.
const MAX_BUFFERS: usize = 6;

thread_local! {
    static POOL: Pool = const { Pool { first: Cell::new(Vec::new()), second: Cell::new(Vec::new()), rest: RefCell::new(Vec::new()) } };
}

/// One buffer to read into and one to write from are at hand, because every wake-up takes them and gives them back.
struct Pool {
    first: Cell<Vec<u8>>,
    second: Cell<Vec<u8>>,
    rest: RefCell<Vec<Vec<u8>>>,
}

/// Takes an empty buffer with room for at least `capacity` bytes.
#[inline]
pub(crate) fn take(capacity: usize) -> Vec<u8> {
    let mut buffer = POOL.with(Pool::take);
    if buffer.capacity() < capacity.max(BUFFER_SIZE) {
        buffer.reserve(capacity.max(BUFFER_SIZE));
    }
    buffer
}

/// Gives a buffer back, whatever is in it.
#[inline]
pub(crate) fn put(mut buffer: Vec<u8>) {
    if (BUFFER_SIZE..=MAX_BUFFER_SIZE).contains(&buffer.capacity()) {
        buffer.clear();
        POOL.with(|pool| pool.put(buffer));
    }
}

impl Pool {
    #[inline]
    fn take(&self) -> Vec<u8> {
        let first = self.first.take();
        if first.capacity() > 0 {
            return first;
        }
        let second = self.second.take();
        if second.capacity() > 0 { second } else { self.rest.borrow_mut().pop().unwrap_or_default() }
    }

    #[inline]
    fn put(&self, buffer: Vec<u8>) {
        let buffer = self.first.replace(buffer);
        if buffer.capacity() > 0 {
            let buffer = self.second.replace(buffer);
            if buffer.capacity() > 0 {
                self.keep(buffer);
            }
        }
    }

    #[cold]
    fn keep(&self, buffer: Vec<u8>) {
        let mut rest = self.rest.borrow_mut();
        if rest.len() < MAX_BUFFERS {
            rest.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_and_a_huge_one_does_not() {
        let mut buffer = take(0);
        buffer.extend_from_slice(b"secret");
        let address = buffer.as_ptr();
        put(buffer);
        let again = take(0);
        assert_eq!((again.as_ptr(), again.len()), (address, 0));
        put(Vec::with_capacity(MAX_BUFFER_SIZE + 1));
        assert_ne!(take(0).capacity(), MAX_BUFFER_SIZE + 1);
    }
}
