//! HTTP/2 as a client speaks it: the crate `h2`, without our code.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use h2::{
    RecvStream, SendStream,
    client::{self, SendRequest},
};
use http::Request;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::Mutex,
};

use crate::{raw::Response, within};

/// A client with one connection, which it opens when it has something to ask.
#[derive(Debug, Default)]
pub struct Http2Client {
    sender: Mutex<Option<SendRequest<Bytes>>>,
}

/// What is said in one stream of a connection.
#[derive(Debug)]
pub struct Http2Stream {
    sending: SendStream<Bytes>,
    receiving: RecvStream,
    received: Bytes,
}

impl Http2Client {
    /// Sends a request, over a connection that `connect` makes if there is none yet. A request to `CONNECT` waits for the server to
    /// allow that. A stream that is refused has a body, which is in the response; one that is accepted goes on.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    pub async fn asks<S>(&self, connect: impl AsyncFn() -> S, request: Request<()>) -> (Response, Http2Stream)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let is_connect = request.method() == http::Method::CONNECT;
        let mut sender = {
            let mut shared = self.sender.lock().await;
            match &*shared {
                Some(sender) => sender.clone(),
                None => shared.insert(handshake(connect().await).await).clone(),
            }
        };
        sender = within("room for a stream", sender.ready()).await.expect("the connection stands");
        let (responding, sending) = sender.send_request(request, !is_connect).expect("the request is valid");
        let response = within("the response", responding).await.expect("the server answers");
        let (head, receiving) = response.into_parts();
        let mut stream = Http2Stream { sending, receiving, received: Bytes::new() };
        let headers = head.headers.iter();
        let headers = headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()));
        let mut response = Response { status: head.status.as_u16(), headers: headers.collect(), body: String::new() };
        if !(is_connect && head.status.is_success()) {
            response.body = stream.rest().await;
        }
        (response, stream)
    }
}

/// Begins a connection, and waits until the server has said what it can do.
///
/// # Panics
///
/// When it says nothing, or cannot open WebSocket connections.
pub async fn handshake<S>(stream: S) -> SendRequest<Bytes>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut settings = client::Builder::new();
    // As browsers do: a stream that is not read from has room of its own.
    settings.initial_connection_window_size(1 << 20);
    let (sender, connection) = within("the preface", settings.handshake(stream)).await.expect("the preface is sent");
    let mut connection = Box::pin(connection);
    let probe = sender.clone();
    within(
        "the server's settings",
        std::future::poll_fn(|cx| {
            if connection.as_mut().poll(cx).is_ready() || probe.is_extended_connect_protocol_enabled() {
                return Poll::Ready(());
            }
            Poll::Pending
        }),
    )
    .await;
    assert!(probe.is_extended_connect_protocol_enabled(), "the server does not allow `CONNECT` with a protocol");
    tokio::spawn(connection);
    sender
}

impl Http2Stream {
    /// Both directions of the stream.
    pub fn into_parts(self) -> (SendStream<Bytes>, RecvStream) {
        (self.sending, self.receiving)
    }

    async fn rest(&mut self) -> String {
        let mut body = Vec::new();
        while let Some(data) = within("the body", self.receiving.data()).await {
            let data = data.expect("the body is whole");
            self.receiving.flow_control().release_capacity(data.len()).expect("it was received");
            body.extend(data);
        }
        String::from_utf8(body).expect("the body is text")
    }
}

impl AsyncRead for Http2Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        while self.received.is_empty() {
            match ready!(self.receiving.poll_data(cx)) {
                Some(data) => self.received = data.map_err(io::Error::other)?,
                None => return Poll::Ready(Ok(())),
            }
        }
        let count = self.received.len().min(buf.remaining());
        buf.put_slice(&self.received[..count]);
        self.received.advance(count);
        Poll::Ready(self.receiving.flow_control().release_capacity(count).map_err(io::Error::other))
    }
}

impl AsyncWrite for Http2Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.sending.reserve_capacity(bytes.len());
        while self.sending.capacity() == 0 {
            match ready!(self.sending.poll_capacity(cx)) {
                Some(capacity) => drop(capacity.map_err(io::Error::other)?),
                None => return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
            }
        }
        let count = self.sending.capacity().min(bytes.len());
        let sent = self.sending.send_data(Bytes::copy_from_slice(&bytes[..count]), false);
        Poll::Ready(sent.map(|()| count).map_err(io::Error::other))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(())) // the connection's task does
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.sending.send_data(Bytes::new(), true).map_err(io::Error::other))
    }
}
