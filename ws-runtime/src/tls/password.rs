//! The password of PKCS#12.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::error::TlsError;
use crate::tls::source::read_file;

/// What a file of PKCS#12 is encrypted with: a text, or what stands in a file. `Debug` shows no text.
///
/// ```no_run
/// use websocket::{Pkcs12Password, TlsConfig};
///
/// let tls = TlsConfig::from_pkcs12_file("server.p12", Pkcs12Password::file("/run/secrets/password"));
/// # drop(tls);
/// ```
#[derive(Clone)]
pub struct Pkcs12Password(Password);

#[derive(Clone)]
enum Password {
    Text(String),
    File(PathBuf),
}

impl Pkcs12Password {
    /// Reads the password from a file whenever the PKCS#12 is read. A line break at its end does not belong to the password.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Password::File(path.into()))
    }

    /// # Errors
    /// [`TlsError::Blank`], [`TlsError::Missing`], [`TlsError::Unreadable`].
    pub(crate) fn read(&self) -> Result<String, TlsError> {
        let key = "password_file";
        match &self.0 {
            Password::Text(text) => Ok(text.clone()),
            Password::File(path) => {
                let text = String::from_utf8(read_file(key, path)?).map_err(|_| TlsError::Unreadable {
                    key,
                    path: path.clone(),
                    kind: io::ErrorKind::InvalidData,
                })?;
                let line = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
                Ok(line.unwrap_or(&text).to_owned())
            }
        }
    }
}

impl From<&str> for Pkcs12Password {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for Pkcs12Password {
    fn from(text: String) -> Self {
        Self(Password::Text(text))
    }
}

impl fmt::Debug for Pkcs12Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Password::Text(_) => f.write_str("Pkcs12Password"),
            Password::File(path) => f.debug_tuple("Pkcs12Password").field(path).finish(),
        }
    }
}
