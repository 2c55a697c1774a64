//! Buffers that belong to a thread, not to a connection.
//!
//! A connection takes a buffer when bytes arrive or leave and gives it back when none are left in it, so that an idle
//! connection owns none ([`BUFFER_SIZE`] × connections that are busy at the same moment).

use std::cell::RefCell;

/// The capacity of a fresh buffer, in bytes.
pub(crate) const BUFFER_SIZE: usize = 16 * 1024;
/// The largest buffer that is kept, in bytes; a larger one goes back to the allocator.
pub(crate) const MAX_BUFFER_SIZE: usize = 256 * 1024;
/// How many buffers a thread keeps.
const MAX_BUFFERS: usize = 8;

thread_local! {
    static BUFFERS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Takes an empty buffer with room for at least `capacity` bytes.
pub(crate) fn take(capacity: usize) -> Vec<u8> {
    let mut buffer = BUFFERS.with_borrow_mut(Vec::pop).unwrap_or_default();
    buffer.reserve(capacity.max(BUFFER_SIZE));
    buffer
}

/// Gives a buffer back, whatever is in it.
pub(crate) fn put(mut buffer: Vec<u8>) {
    if !(BUFFER_SIZE..=MAX_BUFFER_SIZE).contains(&buffer.capacity()) {
        return;
    }
    buffer.clear();
    BUFFERS.with_borrow_mut(|buffers| {
        if buffers.len() < MAX_BUFFERS {
            buffers.push(buffer);
        }
    });
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
