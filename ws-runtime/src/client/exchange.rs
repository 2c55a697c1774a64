//! Asks for another use of a connection: a WebSocket (RFC 6455 §4.1), or a way through a proxy (RFC 9110 §9.3.6).

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

/// Why there was no answer.
pub(super) enum Failure {
    Broken(io::Error),
    NotHttp,
    #[cfg(feature = "rustls")]
    Tls(rustls::Error),
}

/// Sends the request and waits for the head of the response. Returns the stream, and what came in behind the response.
pub(super) async fn exchange<S>(stream: S, request: Request<Empty<Bytes>>) -> Result<(Response<()>, S, Bytes), Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let handshake = http1::Builder::new().max_buf_size(MAX_RESPONSE_HEAD).handshake(TokioIo::new(stream));
    let (mut sender, mut connection) = handshake.await?;
    let is_connect = request.method() == Method::CONNECT;
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
    let response = detached(&response);
    let is_accepted = match response.status() {
        StatusCode::SWITCHING_PROTOCOLS => true,
        status => is_connect && status.is_success(),
    };
    if is_accepted && !is_over {
        poll_fn(|cx| connection.poll_without_shutdown(cx)).await?;
    }
    let parts = connection.into_parts();
    Ok((response, parts.io.into_inner(), parts.read_buf))
}

/// Copies the head of a response: the headers lie in the buffer that they were read into, which would be kept with them.
fn detached<B>(response: &Response<B>) -> Response<()> {
    let mut copy = Response::new(());
    *copy.status_mut() = response.status();
    *copy.version_mut() = response.version();
    for (name, value) in response.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).expect("it is a name");
        copy.headers_mut().append(name, HeaderValue::from_bytes(value.as_bytes()).expect("it is a value"));
    }
    copy
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
