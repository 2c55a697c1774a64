//! What is known for a while.

use std::collections::{HashMap, VecDeque};

use aws_lc_rs::digest::{SHA256, SHA256_OUTPUT_LEN, digest};
use tokio::time::Instant;

/// Stands for a token, which cannot be found from it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TokenHash([u8; SHA256_OUTPUT_LEN]);

/// Values with an end. Where there are too many, the oldest make room.
pub(super) struct Memory<V> {
    max_entries: usize,
    entries: HashMap<TokenHash, (V, Instant)>,
    /// The keys of the entries, the oldest first.
    order: VecDeque<TokenHash>,
}

impl TokenHash {
    pub(super) fn of(token: &str) -> Self {
        let mut hash = [0; SHA256_OUTPUT_LEN];
        hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        Self(hash)
    }
}

impl<V: Clone> Memory<V> {
    pub(super) fn new(max_entries: usize) -> Self {
        Self { max_entries, entries: HashMap::new(), order: VecDeque::new() }
    }

    pub(super) fn get(&self, key: &TokenHash, now: Instant) -> Option<V> {
        self.entries.get(key).filter(|(_, end)| *end > now).map(|(value, _)| value.clone())
    }

    pub(super) fn put(&mut self, key: TokenHash, value: V, end: Instant, now: Instant) {
        if self.max_entries == 0 || end <= now {
            return;
        }
        if self.entries.insert(key, (value, end)).is_none() {
            self.order.push_back(key);
        }
        while let Some(oldest) = self.order.front() {
            let is_over = self.entries.get(oldest).is_none_or(|(_, end)| *end <= now);
            if !is_over && self.order.len() <= self.max_entries {
                break;
            }
            self.entries.remove(oldest);
            self.order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let (now, keys) = (Instant::now(), ["a", "b", "c"].map(TokenHash::of));
        let later = now + Duration::from_secs(1);
        let mut memory = Memory::new(2);
        for (value, key) in keys.into_iter().enumerate() {
            memory.put(key, value, later, now);
        }
        assert_eq!(keys.map(|key| memory.get(&key, now)), [None, Some(1), Some(2)]);
        memory.put(keys[1], 9, later, now);
        assert_eq!(memory.get(&keys[1], now), Some(9));
        assert_eq!((memory.entries.len(), memory.order.len()), (2, 2));
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let (now, keys) = (Instant::now(), ["a", "b"].map(TokenHash::of));
        let later = now + Duration::from_secs(1);
        let mut memory = Memory::new(9);
        memory.put(keys[0], 0, now, now);
        assert!(memory.entries.is_empty(), "it was over at once");
        memory.put(keys[0], 0, later, now);
        assert_eq!(memory.get(&keys[0], later), None);
        memory.put(keys[1], 1, later + Duration::from_secs(1), later);
        assert_eq!((memory.entries.len(), memory.order.len()), (1, 1));
    }
}
