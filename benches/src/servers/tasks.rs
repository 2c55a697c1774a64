//! What a server is asked to do, as it stands on the command line between the two processes.

use std::{fmt, str::FromStr};

use crate::Error;

/// What a server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Sends every message to every connection but the sender's.
    Broadcast,
    /// Echoes, and compresses.
    Deflate(Deflate),
    /// Echoes, and never compresses.
    Echo,
}

/// How a server compresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deflate {
    pub(crate) contexts: Contexts,
    pub(crate) level: u8,
    /// Only ours has a choice; the others take zlib's default.
    pub(crate) memory_level: u8,
}

impl Deflate {
    /// With as much memory as zlib takes by itself.
    pub(crate) const fn new(contexts: Contexts, level: u8) -> Self {
        Self { contexts, level, memory_level: DEFAULT_MEMORY_LEVEL }
    }
}

/// Whose the state of the compression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contexts {
    /// Each connection's own: messages refer to earlier ones.
    Dedicated,
    /// All connections': every message stands alone.
    Shared,
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broadcast => f.write_str("broadcast"),
            Self::Deflate(Deflate { contexts, level, memory_level }) => {
                write!(f, "deflate:{contexts}:{level}:{memory_level}")
            }
            Self::Echo => f.write_str("echo"),
        }
    }
}

impl FromStr for Task {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut parts = text.split(':');
        let contexts = match (parts.next(), parts.next()) {
            (Some("broadcast"), None) => return Ok(Self::Broadcast),
            (Some("echo"), None) => return Ok(Self::Echo),
            (Some("deflate"), Some("dedicated")) => Contexts::Dedicated,
            (Some("deflate"), Some("shared")) => Contexts::Shared,
            _ => return Err(format!("there is no task `{text}`").into()),
        };
        let mut level = || {
            let level = parts.next().and_then(|level| level.parse().ok());
            level.ok_or_else(|| format!("the task `{text}` needs a level and a memory level"))
        };
        Ok(Self::Deflate(Deflate { contexts, level: level()?, memory_level: level()? }))
    }
}

impl fmt::Display for Contexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dedicated => "dedicated",
            Self::Shared => "shared",
        })
    }
}

/// zlib's, and ours.
pub(crate) const DEFAULT_MEMORY_LEVEL: u8 = 8;
