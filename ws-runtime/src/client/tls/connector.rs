//! From a TCP connection to a TLS stream.

use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::client::tls::config::ClientTlsConfig;
use crate::error::TlsError;
use crate::tls_info::TlsInfo;
use crate::transport::Stream;

/// What a builder was given.
#[derive(Clone)]
pub(in crate::client) enum Tls {
    /// A configuration of rustls itself.
    Given(Arc<ClientConfig>),
    Settings(ClientTlsConfig),
}

/// The TLS to one server.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Connector {
    /// # Errors
    /// The first setting that is wrong.
    pub(in crate::client) fn new(tls: &Tls, host: &str) -> Result<Self, TlsError> {
        let (config, name) = match tls {
            Tls::Given(config) => (Arc::clone(config), host),
            Tls::Settings(settings) => (settings.config()?, settings.name().unwrap_or(host)),
        };
        let name = ServerName::try_from(name.to_owned()).map_err(|_| TlsError::ServerName { name: name.to_owned() })?;
        Ok(Self { config, name })
    }

    /// Begins the handshake and waits for its end.
    pub(crate) async fn connect<S: Stream>(&self, stream: S) -> io::Result<(TlsStream<S>, Arc<TlsInfo>)> {
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let stream = connector.connect(self.name.clone(), stream).await?;
        let name = match &self.name {
            ServerName::DnsName(name) => Some(name.as_ref()),
            // It is not sent: RFC 6066 §3.
            _ => None,
        };
        let info = TlsInfo::of_client(stream.get_ref().1, name).ok_or(io::ErrorKind::InvalidData)?;
        Ok((stream, Arc::new(info)))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(_) => f.write_str("rustls's"),
            Self::Settings(settings) => settings.fmt(f),
        }
    }
}
