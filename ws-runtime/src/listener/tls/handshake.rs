//! From a TCP connection to a TLS stream.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::UnixTime;
use rustls::{HandshakeKind, ServerConnection};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::error::TlsError;
use crate::listener::tls::config::TlsConfig;
use crate::listener::tls::failure::HandshakeFailure;
use crate::listener::tls::reload::TlsReloader;
use crate::listener::tls::server::Server;
use crate::tls_info::TlsInfo;

/// The TLS of a listener.
#[derive(Clone, Debug)]
pub(crate) struct Tls {
    current: TlsReloader,
}

impl Tls {
    /// # Errors
    /// The first setting that is wrong.
    pub(crate) fn new(settings: TlsConfig) -> Result<Self, TlsError> {
        TlsReloader::new(settings).map(|current| Self { current })
    }

    pub(crate) fn reloader(&self) -> TlsReloader {
        self.current.clone()
    }

    /// Returns how long a handshake may take; `None` is no limit.
    pub(crate) fn handshake_timeout(&self) -> Option<Duration> {
        Some(self.current.settings().handshake_timeout).filter(|timeout| !timeout.is_zero())
    }

    /// Answers the client's handshake.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
        timeout: Option<Duration>,
    ) -> Result<(TlsStream<TcpStream>, Arc<TlsInfo>), HandshakeFailure> {
        let Server { config, verifier, .. } = self.current.server();
        let accepting = TlsAcceptor::from(config).accept(stream);
        let stream = match timeout {
            None => accepting.await,
            Some(timeout) => {
                tokio::time::timeout(timeout, accepting).await.map_err(|_| HandshakeFailure::TimedOut(timeout))?
            }
        };
        let stream = stream.map_err(HandshakeFailure::Broken)?;
        let connection = stream.get_ref().1;
        check_resumed(connection, &*verifier).map_err(HandshakeFailure::ResumedCertificate)?;
        let info =
            TlsInfo::of(connection).ok_or_else(|| HandshakeFailure::Broken(io::ErrorKind::InvalidData.into()))?;
        Ok((stream, Arc::new(info)))
    }
}

/// Verifies the certificate that a client showed when its session began: it may have expired since, which rustls does not look at.
fn check_resumed(
    connection: &ServerConnection,
    verifier: &dyn rustls::server::danger::ClientCertVerifier,
) -> Result<(), rustls::Error> {
    match (connection.handshake_kind(), connection.peer_certificates()) {
        (Some(HandshakeKind::Resumed), Some([certificate, intermediates @ ..])) => {
            verifier.verify_client_cert(certificate, intermediates, UnixTime::now()).map(drop)
        }
        _ => Ok(()),
    }
}
