//! Connects: TCP, then TLS, then the HTTP upgrade.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, SEC_WEBSOCKET_EXTENSIONS};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
#[cfg(feature = "rustls")]
use tokio::io::AsyncReadExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use ws_core::handshake::client::{Key, ResponseError, check_response, request_headers};

use crate::caller::ConnectionId;
use crate::caller::shared::ConnectionInfo;
use crate::client::connect::connect;
use crate::client::dialer::Dialer;
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
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) target: Target,
    /// `None` for a plain connection.
    #[cfg(feature = "rustls")]
    pub(crate) tls: Option<Connector>,
    pub(crate) subprotocols: Vec<String>,
    pub(crate) headers: HeaderMap,
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

/// Why there was no answer.
enum Failure {
    Broken(io::Error),
    NotHttp,
    #[cfg(feature = "rustls")]
    Tls(rustls::Error),
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
        let (id, key) = random().map_err(|error| self.lost(error))?;
        let request = self.request(&key);
        let (answer, remote_addr) = if let Some(dialer) = &self.dialer {
            let stream = dialer.dial().await.map_err(|error| self.lost(error))?;
            (self.ask(stream, request, transport::split_boxed).await, None)
        } else {
            let Target { host, port, .. } = &self.target;
            let stream = connect(host, *port).await.map_err(|error| self.lost(error))?;
            let remote_addr = stream.peer_addr().ok();
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
            return match exchange(stream, request).await {
                Ok((response, stream, read_ahead)) => {
                    let halves = transport::split_boxed(Box::new(stream));
                    Ok(Answer { response, halves, read_ahead, tls: Some(info) })
                }
                Err((failure, Some(stream))) => Err(with_alert(failure, stream).await),
                Err((failure, None)) => Err(failure),
            };
        }
        let (response, stream, read_ahead) = exchange(stream, request).await.map_err(|(failure, _)| failure)?;
        Ok(Answer { response, halves: split(stream), read_ahead, tls: None })
    }

    fn request(&self, key: &Key) -> Request<Empty<Bytes>> {
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

/// Makes what must be new for each connection.
fn random() -> io::Result<(ConnectionId, Key)> {
    let mut nonce = [0; 16];
    let id = getrandom::fill(&mut nonce).and_then(|()| ConnectionId::random());
    Ok((id.map_err(|error| io::Error::other(error.to_string()))?, Key::new(nonce)))
}

/// Sends the request and waits for the head of the response. Returns the stream, and what came in behind the response.
///
/// # Errors
/// Why there is none, and the stream if there still is one.
async fn exchange<S>(
    stream: S,
    request: Request<Empty<Bytes>>,
) -> Result<(Response<()>, S, Bytes), (Failure, Option<S>)>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let handshake = http1::Builder::new().max_buf_size(MAX_RESPONSE_HEAD).handshake(TokioIo::new(stream)).await;
    let (mut sender, mut connection) = handshake.map_err(|error| (error.into(), None))?;
    let mut sending = pin!(sender.send_request(request));
    let mut is_over = false;
    let mut response = poll_fn(|cx| {
        if !is_over && let Poll::Ready(ended) = connection.poll_without_shutdown(cx) {
            ended?;
            is_over = true;
        }
        sending.as_mut().poll(cx)
    })
    .await;
    if response.as_ref().is_ok_and(|response| response.status() == StatusCode::SWITCHING_PROTOCOLS)
        && !is_over
        && let Err(error) = poll_fn(|cx| connection.poll_without_shutdown(cx)).await
    {
        response = Err(error);
    }
    let parts = connection.into_parts();
    let stream = parts.io.into_inner();
    match response {
        Ok(response) => Ok((response.map(drop), stream, parts.read_buf)),
        Err(error) => Err((error.into(), Some(stream))),
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        #[cfg(feature = "rustls")]
        if let Some(error) = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>()) {
            return Self::Tls(error.clone());
        }
        Self::Broken(error)
    }
}

impl From<hyper::Error> for Failure {
    fn from(error: hyper::Error) -> Self {
        if error.is_parse() {
            return Self::NotHttp;
        }
        if error.is_incomplete_message() {
            return Self::Broken(io::ErrorKind::UnexpectedEof.into());
        }
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            if let Some(cause) = cause.downcast_ref::<io::Error>() {
                return copy(cause).into();
            }
            source = cause.source();
        }
        Self::Broken(io::Error::other(error))
    }
}

/// Looks for what the server said before the connection broke: in TLS 1.3 a client is done before the server has looked at its
/// certificate, and what it says about that may already be there when the request cannot be written any more.
#[cfg(feature = "rustls")]
async fn with_alert(failure: Failure, mut stream: impl AsyncRead + Unpin) -> Failure {
    match stream.read(&mut [0]).await.map_err(Failure::from) {
        Err(alert @ Failure::Tls(_)) if matches!(failure, Failure::Broken(_)) => alert,
        _ => failure,
    }
}

/// Copies an error that another one keeps.
fn copy(error: &io::Error) -> io::Error {
    #[cfg(feature = "rustls")]
    if let Some(cause) = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>()) {
        return io::Error::new(error.kind(), cause.clone());
    }
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error.kind().into(),
    }
}

/// The longest head of a response.
const MAX_RESPONSE_HEAD: usize = 64 * 1024; // bytes
