//! Asks another server over HTTP/1.1: a connection for each question, with a limit on everything.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

#[cfg(any(feature = "introspection", feature = "oauth2"))]
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
#[cfg(any(feature = "introspection", feature = "oauth2"))]
use form_urlencoded::byte_serialize;
use http::header::HOST;
use http::uri::{Parts, PathAndQuery, Scheme};
use http::{HeaderValue, StatusCode, Uri, request};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::error::BoxError;

/// What to ask, and how long to wait.
#[derive(Clone, Debug)]
pub(crate) struct EndpointConfig {
    pub(crate) url: String,
    /// Trusted instead of the roots of the platform.
    pub(crate) authority: Option<PathBuf>,
    /// Also to other machines.
    pub(crate) is_plain_http_allowed: bool,
    pub(crate) timeout: Duration,
    /// In bytes.
    pub(crate) max_response_size: usize,
}

/// A server that is asked.
pub(crate) struct Endpoint {
    /// A name, or an address without brackets.
    host: String,
    port: u16,
    host_header: HeaderValue,
    /// The path and the query.
    resource: Uri,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    timeout: Duration,
    max_response_size: usize,
}

/// The head of a response may have so many bytes.
const MAX_HEAD: usize = 32 * 1024;

impl EndpointConfig {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            authority: None,
            is_plain_http_allowed: false,
            timeout: Duration::from_secs(5),
            max_response_size: 256 * 1024,
        }
    }

    /// # Errors
    /// What is wrong with the url, or with the certificates.
    pub(crate) fn prepare(&self) -> Result<Endpoint, BoxError> {
        let invalid = |reason: &str| format!("url `{}` {reason}", self.url);
        let uri: Uri = self.url.parse().map_err(|_| invalid("must be like `https://host/path`"))?;
        let Parts { scheme, authority, path_and_query, .. } = uri.into_parts();
        let authority = authority.filter(|authority| !authority.host().is_empty());
        let authority = authority.ok_or_else(|| invalid("must name a host"))?;
        if authority.as_str().contains('@') {
            // It would be in the log.
            return Err("url must not have a password".into());
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_secure = scheme.as_ref() == Some(&Scheme::HTTPS);
        if !is_secure && scheme.as_ref() != Some(&Scheme::HTTP) {
            return Err(invalid("must be `https`").into());
        }
        if !is_secure && !self.is_plain_http_allowed && !is_this_machine(&host) {
            return Err(invalid("must be `https`: whoever is on the way could answer instead").into());
        }
        let mut resource = Parts::default();
        resource.path_and_query = Some(path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/")));
        Ok(Endpoint {
            port: authority.port_u16().unwrap_or(if is_secure { 443 } else { 80 }),
            host_header: HeaderValue::try_from(authority.as_str())?,
            resource: Uri::from_parts(resource)?,
            tls: if is_secure { Some((self.tls()?, ServerName::try_from(host.clone())?)) } else { None },
            host,
            timeout: self.timeout,
            max_response_size: self.max_response_size,
        })
    }

    /// Nothing of it is process-wide.
    fn tls(&self) -> Result<TlsConnector, BoxError> {
        let provider = Arc::new(default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match &self.authority {
            None => Arc::new(Verifier::new(Arc::clone(&provider))?),
            Some(path) => {
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots(path)?), Arc::clone(&provider)).build()?
            }
        };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

/// Reads the authorities in a file; there is at least one.
fn roots(path: &Path) -> Result<RootCertStore, BoxError> {
    let failure = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| failure(&error))? {
        roots.add(certificate.map_err(|error| failure(&error))?).map_err(|error| failure(&error))?;
    }
    if roots.is_empty() {
        return Err(format!("{} has no certificate of an authority", path.display()).into());
    }
    Ok(roots)
}

/// Returns the header of a client that has a secret: both are encoded as in a form, which RFC 7617 alone would not do
/// ([RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1)).
#[cfg(any(feature = "introspection", feature = "oauth2"))]
pub(crate) fn client_credentials(id: &str, secret: &str) -> Result<HeaderValue, BoxError> {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = STANDARD.encode(format!("{}:{}", encode(id), encode(secret)));
    let mut value = HeaderValue::try_from(format!("Basic {pair}"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

impl Endpoint {
    /// Sends a request, and returns the body of the response.
    ///
    /// # Errors
    /// There is none in time, its status is not 200, or it is too long. A redirect is not followed.
    #[cfg(any(feature = "introspection", feature = "jwks"))]
    pub(crate) async fn ask(&self, request: request::Builder, body: Bytes) -> Result<Bytes, BoxError> {
        match self.send(request, body).await? {
            (StatusCode::OK, body) => Ok(body),
            (status, _) => Err(format!("answered with status {}", status.as_u16()).into()),
        }
    }

    /// Sends a request, and returns the status and the body of the response. The body of a refusal is empty when it cannot be had.
    ///
    /// # Errors
    /// There is none in time, or it is too long. A redirect is not followed.
    pub(crate) async fn send(&self, request: request::Builder, body: Bytes) -> Result<(StatusCode, Bytes), BoxError> {
        timeout(self.timeout, async {
            let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
            stream.set_nodelay(true)?;
            match &self.tls {
                Some((connector, name)) => {
                    self.send_on(connector.connect(name.clone(), stream).await?, request, body).await
                }
                None => self.send_on(stream, request, body).await,
            }
        })
        .await
        .map_err(|_| "no answer in time")?
    }

    async fn send_on(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        request: request::Builder,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), BoxError> {
        let request = request.uri(self.resource.clone()).header(HOST, &self.host_header).body(Full::new(body))?;
        let (mut sender, connection) =
            http1::Builder::new().max_buf_size(MAX_HEAD).handshake(TokioIo::new(stream)).await?;
        let mut tasks = JoinSet::new();
        tasks.spawn(connection);
        let response = sender.send_request(request).await?;
        let status = response.status();
        match Limited::new(response.into_body(), self.max_response_size).collect().await {
            Ok(body) => Ok((status, body.to_bytes())),
            Err(_) if status != StatusCode::OK => Ok((status, Bytes::new())),
            Err(error) if error.is::<LengthLimitError>() => Err("answer is too long".into()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_secure_or_of_this_machine() {
        let table = [
            ("https://issuer.example/keys?v=1", None),
            ("https://[2001:db8::1]:8443/keys", None),
            ("http://127.0.0.1:80", None),
            ("http://[::1]/keys", None),
            ("HTTP://LocalHost/keys", None),
            ("http://issuer.example/keys", Some("must be `https`: whoever is on the way could answer instead")),
            ("http://localhost.example/keys", Some("must be `https`: whoever is on the way could answer instead")),
            ("ftp://issuer.example/keys", Some("must be `https`")),
            ("issuer.example", Some("must be `https`")),
            ("/keys", Some("must name a host")),
            ("", Some("must be like `https://host/path`")),
            ("https:// /keys", Some("must be like `https://host/path`")),
        ];
        for (url, expected) in table {
            let mut config = EndpointConfig::new(url.to_owned());
            // Whether the platform has roots is not the question.
            config.authority = Some(PathBuf::from("nowhere.pem"));
            let mistake = config.prepare().err().map(|error| error.to_string());
            let mistake = mistake.filter(|mistake| !mistake.contains("nowhere.pem"));
            assert_eq!(mistake, expected.map(|reason| format!("url `{url}` {reason}")));
        }
        let secret = EndpointConfig::new("https://ann:sesame@issuer.example/".to_owned()).prepare();
        assert_eq!(secret.err().map(|error| error.to_string()).as_deref(), Some("url must not have a password"));
        let mut plain = EndpointConfig::new("http://issuer.example/keys".to_owned());
        plain.is_plain_http_allowed = true;
        assert!(plain.prepare().is_ok());
    }
}
