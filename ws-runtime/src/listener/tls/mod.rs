//! TLS in front of HTTP, by rustls.
//!
//! ```text
//!   TlsConfig ──▶ files (`crate::tls`) ──▶ server: rustls's configuration ──▶ reload: the one that new connections get ──▶ handshake
//! ```
//!
//! Nothing here is process-wide: the crypto provider is handed on explicitly.

mod config;
mod failure;
mod handshake;
mod reload;
mod server;
#[cfg(feature = "config")]
mod settings;

pub use config::{ClientCertificates, TlsConfig};
pub(crate) use handshake::Tls;
pub use reload::TlsReloader;
