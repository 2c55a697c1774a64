//! Connects: TCP, through a proxy or not, then TLS, then the HTTP upgrade.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST, SEC_WEBSOCKET_EXTENSIONS};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::Empty;
use tokio::net::TcpStream;
use ws_core::handshake::client::{Key, ResponseError, check_response, request_headers};

use crate::caller::ConnectionId;
use crate::caller::shared::ConnectionInfo;
use crate::client::connect::connect;
use crate::client::credentials::Authorizer;
use crate::client::dialer::Dialer;
use crate::client::exchange::{Failure, exchange};
#[cfg(feature = "proxy")]
use crate::client::proxy::Proxy;
#[cfg(feature = "rustls")]
use crate::client::tls::Connector;
use crate::client::url::Target;
use crate::compression::{Compression, Negotiated};
use crate::connection::Established;
use crate::error::ConnectError;
use crate::terms::Terms;
use crate::tls_info::TlsInfo;
use crate::transport::{self, Reader, Stream, Writer};

/// Everything that is needed to connect, as often as need be. Its settings are valid.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) target: Target,
    /// `None` for the direct way.
    #[cfg(feature = "proxy")]
    pub(crate) proxy: Option<Proxy>,
    /// `None` for a plain connection.
    #[cfg(feature = "rustls")]
    pub(crate) tls: Option<Connector>,
    pub(crate) subprotocols: Vec<String>,
    pub(crate) headers: HeaderMap,
    /// What is fetched for each connection, beside the headers.
    pub(crate) credentials: Option<Arc<dyn Authorizer>>,
    pub(crate) compression: Compression,
    /// `None` waits for ever.
    pub(crate) timeout: Option<Duration>,
    pub(crate) terms: Arc<Terms>,
    /// What carries the bytes instead of TCP.
    pub(crate) dialer: Option<Dialer>,
}

/// A connection whose handshake has ended.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) established: Established,
    /// The head of the server's response.
    pub(crate) response: Response<()>,
}

/// What a server has agreed to.
struct Agreement {
    subprotocol: Option<String>,
    compression: Option<Negotiated>,
}

/// What a server has answered, and the connection that its answer came on.
struct Answer {
    response: Response<()>,
    halves: (Reader, Writer),
    /// What came in behind the response.
    read_ahead: Bytes,
    tls: Option<Arc<TlsInfo>>,
}

impl Plan {
    /// Connects once.
    ///
    /// # Errors
    /// [`ConnectError`], all but [`ConnectError::Url`].
    pub(crate) async fn dial(&self) -> Result<Opened, ConnectError> {
        // Boxed: whoever connects keeps a future of its own for a long time, most of which needs none of this.
        let opening = Box::pin(self.open());
        match self.timeout {
            None => opening.await,
            Some(timeout) => tokio::time::timeout(timeout, opening).await.map_err(|_| ConnectError::Timeout)?,
        }
    }

    async fn open(&self) -> Result<Opened, ConnectError> {
        let Some(credentials) = &self.credentials else { return self.open_as(None).await };
        let value = credentials.authorization().await?;
        match self.open_as(Some(&value)).await {
            Err(ConnectError::Refused { response })
                if response.status() == StatusCode::UNAUTHORIZED && credentials.refused(&value).await =>
            {
                self.open_as(Some(&credentials.authorization().await?)).await
            }
            opened => opened,
        }
    }

    async fn open_as(&self, authorization: Option<&HeaderValue>) -> Result<Opened, ConnectError> {
        let (id, key) = random().map_err(|error| self.lost(error))?;
        let request = self.request(&key, authorization);
        let (answer, remote_addr) = if let Some(dialer) = &self.dialer {
            let stream = dialer.dial().await.map_err(|error| self.lost(error))?;
            (self.ask(stream, request, transport::split_boxed).await, None)
        } else {
            let (stream, remote_addr) = self.reach().await?;
            (self.ask(stream, request, transport::split_tcp).await, remote_addr)
        };
        let answer = answer.map_err(|failure| self.failed(failure))?;
        let Answer { response, halves: (reader, writer), read_ahead, tls } = answer;
        let (response, Agreement { subprotocol, compression }) = self.check(response, &key)?;
        let info = ConnectionInfo {
            id,
            subprotocol: subprotocol.map(String::into_boxed_str),
            remote_addr,
            is_secure: tls.is_some(),
            tls,
            login: None,
        };
        let terms = Arc::clone(&self.terms);
        Ok(Opened { established: Established { info, reader, writer, read_ahead, compression, terms }, response })
    }

    /// Makes a connection that the server reads. Returns it with the server's address, if that is known.
    async fn reach(&self) -> Result<(TcpStream, Option<SocketAddr>), ConnectError> {
        #[cfg(feature = "proxy")]
        if let Some(proxy) = &self.proxy {
            return Ok((proxy.tunnel(&self.target).await?, None));
        }
        let stream = connect(&self.target.host, self.target.port).await.map_err(|error| self.lost(error))?;
        let address = stream.peer_addr().ok();
        Ok((stream, address))
    }

    /// Sends the request, over TLS where that is asked for.
    async fn ask<S: Stream + 'static>(
        &self,
        stream: S,
        request: Request<Empty<Bytes>>,
        split: impl FnOnce(S) -> (Reader, Writer),
    ) -> Result<Answer, Failure> {
        #[cfg(feature = "rustls")]
        if let Some(connector) = &self.tls {
            let (stream, info) = connector.connect(stream).await?;
            let (response, stream, read_ahead) = exchange(stream, request).await?;
            let halves = transport::split_boxed(Box::new(stream));
            return Ok(Answer { response, halves, read_ahead, tls: Some(info) });
        }
        let (response, stream, read_ahead) = exchange(stream, request).await?;
        Ok(Answer { response, halves: split(stream), read_ahead, tls: None })
    }

    fn request(&self, key: &Key, authorization: Option<&HeaderValue>) -> Request<Empty<Bytes>> {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = self.target.resource.clone();
        let headers = request.headers_mut();
        headers.insert(HOST, self.target.host_header.clone());
        headers.extend(request_headers(key, &self.offered()).expect("the subprotocols are tokens"));
        if let Some(offer) = self.compression.offer() {
            headers.insert(SEC_WEBSOCKET_EXTENSIONS, HeaderValue::try_from(offer).expect("parameters are ASCII"));
        }
        // A `Host` among them replaces that of the url.
        headers.extend(self.headers.clone());
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, value.clone());
        }
        request
    }

    /// Checks what the server answered.
    fn check(&self, response: Response<()>, key: &Key) -> Result<(Response<()>, Agreement), ConnectError> {
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(ConnectError::Refused { response: Box::new(response) });
        }
        let mut headers = response.headers().clone();
        let compression = self.compression.accept(&mut headers).map_err(|_| ResponseError::Extension)?;
        // What is still there was not offered.
        let subprotocol = check_response(response.status(), &headers, key, &self.offered())?.map(str::to_owned);
        Ok((response, Agreement { subprotocol, compression }))
    }

    fn offered(&self) -> Vec<&str> {
        self.subprotocols.iter().map(String::as_str).collect()
    }

    fn failed(&self, failure: Failure) -> ConnectError {
        match failure {
            Failure::Broken(error) => self.lost(error),
            Failure::NotHttp => ConnectError::NotHttp,
            #[cfg(feature = "rustls")]
            Failure::Tls(source) => ConnectError::Tls { address: self.target.address(), source },
        }
    }

    fn lost(&self, source: io::Error) -> ConnectError {
        ConnectError::Io { address: self.target.address(), source: Arc::new(source) }
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("target", &self.target).finish_non_exhaustive()
    }
}

/// Makes what must be new for each connection.
fn random() -> io::Result<(ConnectionId, Key)> {
    let mut nonce = [0; 16];
    let id = getrandom::fill(&mut nonce).and_then(|()| ConnectionId::random());
    Ok((id.map_err(|error| io::Error::other(error.to_string()))?, Key::new(nonce)))
}
