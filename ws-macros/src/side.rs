//! Which end of its connections a block is.

use std::fmt;

use crate::key::Key;
use crate::marker::Marker;

/// The attribute on a block; messages call the block so, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Service,
}

impl Side {
    pub(crate) const fn marker(self) -> Marker {
        match self {
            Self::Client => Marker::Client,
            Self::Service => Marker::Service,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        self.marker().name()
    }

    pub(crate) fn has(self, key: Key) -> bool {
        self == Self::Service || key.in_client().is_none()
    }

    /// The names of its keys.
    pub(crate) fn keys(self) -> Vec<&'static str> {
        Key::ALL.into_iter().filter(|key| self.has(*key)).map(Key::name).collect()
    }

    /// The key that whoever wrote none may have meant.
    pub(crate) const fn first_key(self) -> Key {
        match self {
            Self::Client => Key::Dispatcher,
            Self::Service => Key::Path,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
