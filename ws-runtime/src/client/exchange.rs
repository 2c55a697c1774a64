//! Asks for another use of a connection: a WebSocket (RFC 6455 §4.1), or a way through a proxy (RFC 9110 §9.3.6).

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
#[cfg(feature = "rustls")]
use tokio::io::AsyncReadExt as _;
use tokio::io::{AsyncRead, AsyncWrite};

/// Why there was no answer.
pub(super) enum Failure {
    Broken(io::Error),
    NotHttp,
    #[cfg(feature = "rustls")]
    Tls(rustls::Error),
}

/// Sends the request and waits for the head of the response. Returns the stream, and what came in behind the response.
///
/// # Errors
/// Why there is none, and the stream if there still is one.
pub(super) async fn exchange<S>(
    stream: S,
    request: Request<Empty<Bytes>>,
) -> Result<(Response<()>, S, Bytes), (Failure, Option<S>)>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let handshake = http1::Builder::new().max_buf_size(MAX_RESPONSE_HEAD).handshake(TokioIo::new(stream)).await;
    let (mut sender, mut connection) = handshake.map_err(|error| (error.into(), None))?;
    let is_connect = request.method() == Method::CONNECT;
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
    let is_accepted = response.as_ref().is_ok_and(|response| match response.status() {
        StatusCode::SWITCHING_PROTOCOLS => true,
        status => is_connect && status.is_success(),
    });
    if is_accepted
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
pub(super) async fn with_alert(failure: Failure, mut stream: impl AsyncRead + Unpin) -> Failure {
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
