//! The masking keys of a client: [RFC 6455 §10.3](https://www.rfc-editor.org/rfc/rfc6455#section-10.3).
//!
//! They must be unpredictable, so they come from the operating system, a thousand at a time and for all connections of a thread.

use std::cell::RefCell;

/// Random bytes, used up from the end.
struct Keys(Vec<[u8; 4]>);

/// Lends the source of keys.
pub(crate) fn with_keys<T>(work: impl FnOnce(&mut dyn FnMut() -> [u8; 4]) -> T) -> T {
    KEYS.with_borrow_mut(|keys| work(&mut || keys.next()))
}

impl Keys {
    fn next(&mut self) -> [u8; 4] {
        if self.0.is_empty() {
            let mut bytes = [0; 4 * BATCH];
            getrandom::fill(&mut bytes).expect("the connection's own id came from the same source");
            self.0.extend(bytes.as_chunks().0);
        }
        self.0.pop().unwrap_or_default()
    }
}

thread_local! {
    static KEYS: RefCell<Keys> = const { RefCell::new(Keys(Vec::new())) };
}

const BATCH: usize = 1024;
