//! Where certificates and keys come from: files, or bytes.

use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::TlsError;

/// What is read when it is needed: a file again when certificates are reloaded.
#[derive(Clone)]
pub(crate) enum Source {
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl Source {
    /// # Errors
    /// [`TlsError::Blank`], [`TlsError::Missing`], [`TlsError::Unreadable`].
    pub(crate) fn read(&self, setting: &'static str) -> Result<Cow<'_, [u8]>, TlsError> {
        match self {
            Self::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Self::File(path) => read_file(setting, path).map(Cow::Owned),
        }
    }

    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Bytes(_) => None,
            Self::File(path) => Some(path),
        }
    }
}

pub(crate) fn read_file(setting: &'static str, path: &Path) -> Result<Vec<u8>, TlsError> {
    if path.to_str().is_some_and(|path| path.trim().is_empty()) {
        return Err(TlsError::Blank { key: setting });
    }
    fs::read(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => TlsError::Missing { key: setting, path: path.to_owned() },
        kind => TlsError::Unreadable { key: setting, path: path.to_owned(), kind },
    })
}

impl fmt::Debug for Source {
    /// Bytes may be those of a private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(_) => f.write_str("bytes"),
            Self::File(path) => path.fmt(f),
        }
    }
}
