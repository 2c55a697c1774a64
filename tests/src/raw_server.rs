//! A server that sends exactly the bytes it is told to, and shows what comes in, frame by frame.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::raw::Frame;
use crate::within;

/// Waits for clients.
#[derive(Debug)]
pub struct RawServer {
    listener: TcpListener,
}

/// A client, as the server sees it.
#[derive(Debug)]
pub struct RawPeer<S = TcpStream> {
    stream: S,
    received: Vec<u8>,
    request: String,
}

impl RawServer {
    /// Listens on a free port of this machine.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn bind() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.expect("a port is free") }
    }

    /// Where it listens.
    ///
    /// # Panics
    ///
    /// When it does not.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().expect("it listens")
    }

    /// The url of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("ws://{}{path}", self.address())
    }

    /// Accepts a client and reads its request.
    ///
    /// # Panics
    ///
    /// When it goes away before.
    pub async fn accept(&self) -> RawPeer {
        let (stream, _) = within("a client", self.listener.accept()).await.expect("a client connects");
        stream.set_nodelay(true).expect("TCP_NODELAY is accepted");
        RawPeer::accept(stream).await
    }

    /// Accepts a client and upgrades it, with more header lines, each with its `\r\n`.
    pub async fn upgrade(&self, more: &str) -> RawPeer {
        let mut peer = self.accept().await;
        peer.upgrade(more).await;
        peer
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> RawPeer<S> {
    /// Reads the request of a client.
    ///
    /// # Panics
    ///
    /// When it goes away before.
    pub async fn accept(stream: S) -> Self {
        let mut peer = RawPeer { stream, received: Vec::new(), request: String::new() };
        let end = loop {
            if let Some(end) = peer.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end;
            }
            assert!(peer.receives().await, "the client ended before its request");
        };
        peer.request = String::from_utf8(peer.received.drain(..end + 4).collect()).expect("the request is text");
        peer
    }

    /// Accepts the request, with more header lines, each with its `\r\n`.
    pub async fn upgrade(&mut self, more: &str) {
        let response = self.switching_protocols(more);
        self.send(response).await;
    }

    /// The first line of the request.
    ///
    /// # Panics
    ///
    /// When it has none.
    #[must_use]
    pub fn request_line(&self) -> &str {
        self.request.lines().next().expect("there is a request line")
    }

    /// The values of a header of the request.
    #[must_use]
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.request.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }

    /// The answer to the request's key.
    #[must_use]
    pub fn accept_key(&self) -> String {
        derive_accept_key(self.headers("sec-websocket-key").concat().as_bytes())
    }

    /// The response that accepts the request, with more header lines.
    #[must_use]
    pub fn switching_protocols(&self, more: &str) -> String {
        format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Accept: {}\r\n{more}\r\n",
            self.accept_key()
        )
    }

    /// Sends bytes.
    ///
    /// # Panics
    ///
    /// When the connection has ended.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        within("bytes to be sent", self.stream.write_all(bytes.as_ref())).await.expect("the client reads");
    }

    /// Sends a whole frame, not masked.
    pub async fn send_frame(&mut self, first: u8, payload: impl AsRef<[u8]>) {
        self.send(frame(first, payload)).await;
    }

    /// Reads the next frame; `None` is the end of the connection.
    ///
    /// # Panics
    ///
    /// When the connection ends inside of a frame.
    pub async fn frame(&mut self) -> Option<Frame> {
        loop {
            if let Some((frame, end)) = parse(&self.received) {
                self.received.drain(..end);
                return Some(frame);
            }
            if !self.receives().await {
                assert!(self.received.is_empty(), "the connection ended inside of a frame: {:?}", self.received);
                return None;
            }
        }
    }

    /// Waits for exactly this frame.
    ///
    /// # Panics
    ///
    /// When another one comes.
    pub async fn expects(&mut self, first: u8, payload: impl AsRef<[u8]>) {
        let expected = Frame { first, payload: payload.as_ref().to_vec() };
        assert_eq!(self.frame().await, Some(expected));
    }

    /// Waits for the end of the connection.
    ///
    /// # Panics
    ///
    /// When a frame comes.
    pub async fn ends(&mut self) {
        assert_eq!(self.frame().await, None, "the connection ends");
    }

    /// The socket.
    pub fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    /// Reads more; `false` is the end.
    async fn receives(&mut self) -> bool {
        let count = within("the client", self.stream.read_buf(&mut self.received)).await;
        count.expect("the connection is not reset") > 0
    }
}

/// A whole frame, not masked.
#[must_use]
pub fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let length = payload.len();
    let header = match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..TWO_BYTES), _) => vec![first, length],
        (_, Ok(length)) => [&[first, TWO_BYTES][..], &length.to_be_bytes()].concat(),
        _ => [&[first, EIGHT_BYTES][..], &(length as u64).to_be_bytes()].concat(),
    };
    [&header[..], payload].concat()
}

/// Reads a masked frame, and where it ends.
fn parse(bytes: &[u8]) -> Option<(Frame, usize)> {
    let [first, second, rest @ ..] = bytes else { return None };
    assert_ne!(second & MASK_BIT, 0, "a client masks");
    let (length, rest) = match second & !MASK_BIT {
        TWO_BYTES => rest.split_first_chunk().map(|(length, rest)| (u64::from(u16::from_be_bytes(*length)), rest))?,
        EIGHT_BYTES => rest.split_first_chunk().map(|(length, rest)| (u64::from_be_bytes(*length), rest))?,
        short => (u64::from(short), rest),
    };
    let (key, rest) = rest.split_first_chunk::<4>()?;
    let masked = rest.get(..usize::try_from(length).expect("the length fits"))?;
    let payload: Vec<u8> = masked.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    let end = bytes.len() - rest.len() + payload.len();
    Some((Frame { first: *first, payload }, end))
}

const MASK_BIT: u8 = 0x80;
/// The length is in the next two bytes.
const TWO_BYTES: u8 = 0x7E;
/// The length is in the next eight bytes.
const EIGHT_BYTES: u8 = 0x7F;
