//! TLS under the connection of a client, by rustls.
//!
//! ```text
//!   ClientTlsConfig ──▶ files (`crate::tls`) ──▶ trust: whom to believe ──▶ rustls's configuration ──▶ connector: the handshake
//! ```
//!
//! Nothing here is process-wide: the crypto provider is handed on explicitly.

mod config;
mod connector;
mod trust;

pub use config::ClientTlsConfig;
pub(crate) use connector::Connector;
pub(super) use connector::Tls;
