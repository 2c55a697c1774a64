//! What the TLS of a server and that of a client have in common: the files, and the cryptography.

mod cryptography;
mod identity;
#[cfg(feature = "pkcs12")]
mod password;
mod pem;
#[cfg(feature = "pkcs12")]
mod pkcs12;
mod source;

pub(crate) use cryptography::Cryptography;
pub(crate) use identity::Identity;
#[cfg(feature = "pkcs12")]
pub use password::Pkcs12Password;
pub(crate) use pem::Text;
pub(crate) use source::Source;
