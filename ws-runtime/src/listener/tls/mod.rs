//! TLS in front of HTTP, by rustls.
//!
//! ```text
//!   TlsConfig ──▶ pem, pkcs12: files ──▶ server: rustls's configuration ──▶ reload: the one that new connections get ──▶ handshake
//! ```
//!
//! Nothing here is process-wide: the crypto provider is handed on explicitly.

mod config;
mod failure;
mod handshake;
#[cfg(feature = "pkcs12")]
mod password;
mod pem;
#[cfg(feature = "pkcs12")]
mod pkcs12;
mod reload;
mod server;
#[cfg(feature = "config")]
mod settings;
mod source;

pub use config::{ClientCertificates, TlsConfig};
pub(crate) use handshake::Tls;
#[cfg(feature = "pkcs12")]
pub use password::Pkcs12Password;
pub use reload::TlsReloader;
