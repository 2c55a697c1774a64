//! Connects: TCP, then the HTTP upgrade.

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
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use ws_core::handshake::client::{Key, ResponseError, check_response, request_headers};

use crate::caller::ConnectionId;
use crate::caller::shared::ConnectionInfo;
use crate::client::dialer::Dialer;
use crate::client::url::Target;
use crate::compression::{Compression, Negotiated};
use crate::connection::Established;
use crate::error::ConnectError;
use crate::log;
use crate::terms::Terms;
use crate::transport;

/// Everything that is needed to connect, as often as need be. Its settings are valid.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) target: Target,
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

/// Why there was no answer.
enum Failure {
    Broken(io::Error),
    NotHttp,
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
        let (halves, response, read_ahead, remote_addr) = if let Some(dialer) = &self.dialer {
            let stream = dialer.dial().await.map_err(|error| self.lost(error))?;
            let (response, stream, read_ahead) =
                exchange(stream, request).await.map_err(|failure| self.failed(failure))?;
            (transport::split_boxed(stream), response, read_ahead, None)
        } else {
            let stream = self.dial_tcp().await.map_err(|error| self.lost(error))?;
            let remote_addr = stream.peer_addr().ok();
            let (response, stream, read_ahead) =
                exchange(stream, request).await.map_err(|failure| self.failed(failure))?;
            (transport::split_tcp(stream), response, read_ahead, remote_addr)
        };
        let ((reader, writer), mut response) = (halves, response);
        let Agreement { subprotocol, compression } = self.check(&mut response, &key)?;
        let info = ConnectionInfo {
            id,
            subprotocol: subprotocol.map(String::into_boxed_str),
            remote_addr,
            is_secure: false,
            tls: None,
            login: None,
        };
        let terms = Arc::clone(&self.terms);
        Ok(Opened { established: Established { info, reader, writer, read_ahead, compression, terms }, response })
    }

    async fn dial_tcp(&self) -> io::Result<TcpStream> {
        let Target { host, port, .. } = &self.target;
        let stream = TcpStream::connect((host.as_str(), *port)).await?;
        // Small messages must not wait for the acknowledgement of earlier ones.
        if let Err(error) = stream.set_nodelay(true) {
            log::option_refused("TCP_NODELAY", &error);
        }
        Ok(stream)
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
    fn check(&self, response: &mut Response<()>, key: &Key) -> Result<Agreement, ConnectError> {
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(ConnectError::Refused { response: Box::new(std::mem::take(response)) });
        }
        let status = response.status();
        let headers = response.headers_mut();
        let compression = self.compression.accept(headers).map_err(|_| ResponseError::Extension)?;
        // What is still there was not offered.
        let subprotocol = check_response(status, headers, key, &self.offered())?.map(str::to_owned);
        Ok(Agreement { subprotocol, compression })
    }

    fn offered(&self) -> Vec<&str> {
        self.subprotocols.iter().map(String::as_str).collect()
    }

    fn failed(&self, failure: Failure) -> ConnectError {
        match failure {
            Failure::Broken(error) => self.lost(error),
            Failure::NotHttp => ConnectError::NotHttp,
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

/// Sends the request and waits for the head of the response. Returns the socket, and what came in behind the response.
async fn exchange<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(
    stream: S,
    request: Request<Empty<Bytes>>,
) -> Result<(Response<()>, S, Bytes), Failure> {
    let handshake = http1::Builder::new().max_buf_size(MAX_RESPONSE_HEAD).handshake(TokioIo::new(stream));
    let (mut sender, mut connection) = handshake.await?;
    let mut sending = pin!(sender.send_request(request));
    let mut is_over = false;
    let response = poll_fn(|cx| {
        if !is_over && let Poll::Ready(ended) = connection.poll_without_shutdown(cx) {
            ended?;
            is_over = true;
        }
        sending.as_mut().poll(cx)
    })
    .await?;
    let response = response.map(drop);
    if response.status() == StatusCode::SWITCHING_PROTOCOLS && !is_over {
        poll_fn(|cx| connection.poll_without_shutdown(cx)).await?;
    }
    let parts = connection.into_parts();
    Ok((response, parts.io.into_inner(), parts.read_buf))
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
                return Self::Broken(match cause.raw_os_error() {
                    Some(code) => io::Error::from_raw_os_error(code),
                    None => cause.kind().into(),
                });
            }
            source = cause.source();
        }
        Self::Broken(io::Error::other(error))
    }
}

/// The longest head of a response.
const MAX_RESPONSE_HEAD: usize = 64 * 1024; // bytes
