//! A client that sends exactly the bytes it is told to, and shows what comes back, frame by frame.

use std::{io, net::SocketAddr};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use crate::within;

/// The first byte of a whole text message.
pub const TEXT: u8 = 0x81;
/// The first byte of a whole binary message.
pub const BINARY: u8 = 0x82;
/// The first byte of a close frame.
pub const CLOSE: u8 = 0x88;
/// The first byte of a ping.
pub const PING: u8 = 0x89;
/// The first byte of a pong.
pub const PONG: u8 = 0x8A;
/// Cleared, the frame is not the last of its message.
pub const FIN: u8 = 0x80;
/// The first byte of the last frame of a fragmented message.
pub const LAST: u8 = 0x80;
/// The first byte of a frame in the middle of a fragmented message.
pub const MIDDLE: u8 = 0x00;

/// A client without manners.
#[derive(Debug)]
pub struct RawClient<S = TcpStream> {
    stream: S,
    received: Vec<u8>,
}

/// A frame from the server.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Frame {
    /// The FIN bit, the reserved bits, and the opcode.
    pub first: u8,
    /// Not masked, as it comes from the server.
    pub payload: Vec<u8>,
}

/// The answer to an HTTP request.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names in small letters.
    pub headers: Vec<(String, String)>,
    /// As long as `Content-Length` says.
    pub body: String,
}

impl RawClient {
    /// Opens a TCP connection and says nothing.
    ///
    /// # Panics
    ///
    /// When nobody listens.
    pub async fn connect(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket is made");
        Self::connect_from(socket, address).await
    }

    /// Like [`Self::connect`], with little room for what is not read.
    ///
    /// # Panics
    ///
    /// When nobody listens.
    pub async fn connect_with_little_room(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket is made");
        socket.set_recv_buffer_size(4096).expect("the size is accepted");
        Self::connect_from(socket, address).await
    }

    /// Connects and upgrades to the service at `path`.
    pub async fn upgrade(address: SocketAddr, path: &str) -> Self {
        let mut client = Self::connect(address).await;
        client.upgrades(path).await;
        client
    }

    async fn connect_from(socket: TcpSocket, address: SocketAddr) -> Self {
        let stream = within("the TCP connection", socket.connect(address)).await.expect("the server accepts");
        stream.set_nodelay(true).expect("TCP_NODELAY is accepted");
        Self::new(stream)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> RawClient<S> {
    /// Talks on `stream`.
    pub fn new(stream: S) -> Self {
        Self { stream, received: Vec::new() }
    }

    /// Returns the stream that it talks on.
    #[must_use]
    pub fn into_stream(self) -> S {
        self.stream
    }

    /// Upgrades to the service at `path`.
    ///
    /// # Panics
    ///
    /// When it is refused.
    pub async fn upgrades(&mut self, path: &str) {
        self.send(handshake(path, "")).await;
        let response = self.response().await;
        assert_eq!(response.status, 101, "{response:?}");
    }

    /// Sends bytes.
    ///
    /// # Panics
    ///
    /// When the connection has ended.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sending = async {
            self.stream.write_all(bytes.as_ref()).await?;
            // TLS may hold some back.
            self.stream.flush().await
        };
        within("bytes to be sent", sending).await.expect("the server reads");
    }

    /// Sends a whole frame, masked.
    pub async fn send_frame(&mut self, first: u8, payload: impl AsRef<[u8]>) {
        self.send(frame(first, payload)).await;
    }

    /// Ends the sending direction.
    ///
    /// # Panics
    ///
    /// When the connection has ended.
    pub async fn send_end(&mut self) {
        within("the end to be sent", self.stream.shutdown()).await.expect("the server is there");
    }

    /// Reads the answer to a request.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn response(&mut self) -> Response {
        let end = loop {
            if let Some(end) = self.received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end;
            }
            assert!(self.receives().await, "the connection ended before the response: {:?}", self.text());
        };
        let head: Vec<u8> = self.received.drain(..end + 4).collect();
        let head = String::from_utf8(head).expect("the head is text");
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("there is a status line");
        let status = status.parse().expect("the status is a number");
        let headers: Vec<_> = lines.filter_map(|line| line.split_once(": ")).collect();
        let headers = headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let mut response = Response { status, headers, body: String::new() };
        let length = response.header("content-length").map_or(0, |length| length.parse().expect("a length"));
        while self.received.len() < length {
            assert!(self.receives().await, "the connection ended inside of the body");
        }
        response.body = String::from_utf8(self.received.drain(..length).collect()).expect("the body is text");
        response
    }

    /// Reads the next frame; `None` is the end of the connection.
    ///
    /// # Panics
    ///
    /// When the connection ends in another way.
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

    /// Waits for a close frame, and returns its code and its reason.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn closing(&mut self) -> (u16, String) {
        let frame = self.frame().await.expect("a close frame comes before the end of the connection");
        assert_eq!(frame.first, CLOSE, "{frame:?}");
        let (code, reason) = frame.payload.split_first_chunk().expect("the close frame has a code");
        let reason = std::str::from_utf8(reason).expect("the reason is text");
        assert!(frame.payload.len() <= 125, "the close frame is too long");
        (u16::from_be_bytes(*code), reason.to_owned())
    }

    /// Waits for the end of the connection.
    ///
    /// # Panics
    ///
    /// When a frame comes.
    pub async fn ends(&mut self) {
        assert_eq!(self.frame().await, None, "the connection ends");
    }

    /// Waits for a close frame with `code`, then for the end of the connection.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn is_closed_with(&mut self, code: u16) {
        let (received, reason) = self.closing().await;
        assert_eq!(received, code, "{reason}");
        self.ends().await;
    }

    fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.received)
    }

    /// Reads more; `false` is the end.
    async fn receives(&mut self) -> bool {
        let what = format!("the server, behind {} bytes", self.received.len());
        match within(what, self.stream.read_buf(&mut self.received)).await {
            Ok(count) => count > 0,
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                panic!("the connection was reset: what the server said last may be lost")
            }
            Err(error) => panic!("the connection broke: {error}"),
        }
    }
}

impl Response {
    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// An upgrade request with more header lines, each with its `\r\n`.
#[must_use]
pub fn handshake(target: &str, more: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{more}\r\n"
    )
}

/// A whole frame, masked.
#[must_use]
pub fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    [&header(first, payload.len() as u64)[..], &masked(payload)].concat()
}

/// The header of a frame whose payload is masked with [`masked`]; the length in its shortest form.
#[must_use]
pub fn header(first: u8, length: u64) -> Vec<u8> {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..TWO_BYTES), _) => [&[first, MASK_BIT | length][..], &MASK].concat(),
        (_, Ok(length)) => [&[first, MASK_BIT | TWO_BYTES][..], &length.to_be_bytes(), &MASK].concat(),
        _ => long_header(first, length),
    }
}

/// Like [`header`], with the length in eight bytes whatever it is.
#[must_use]
pub fn long_header(first: u8, length: u64) -> Vec<u8> {
    [&[first, MASK_BIT | EIGHT_BYTES][..], &length.to_be_bytes(), &MASK].concat()
}

/// The beginning of a masked payload.
#[must_use]
pub fn masked(payload: impl AsRef<[u8]>) -> Vec<u8> {
    payload.as_ref().iter().zip(MASK.iter().cycle()).map(|(byte, key)| byte ^ key).collect()
}

/// The payload of a close frame.
#[must_use]
pub fn close_payload(code: u16, reason: impl AsRef<[u8]>) -> Vec<u8> {
    [&code.to_be_bytes()[..], reason.as_ref()].concat()
}

/// Reads a frame without a mask, and where it ends.
fn parse(bytes: &[u8]) -> Option<(Frame, usize)> {
    let [first, second, rest @ ..] = bytes else { return None };
    assert_eq!(second & MASK_BIT, 0, "a server does not mask");
    let (length, rest) = match *second {
        TWO_BYTES => rest.split_first_chunk().map(|(length, rest)| (u64::from(u16::from_be_bytes(*length)), rest))?,
        EIGHT_BYTES => rest.split_first_chunk().map(|(length, rest)| (u64::from_be_bytes(*length), rest))?,
        short => (u64::from(short), rest),
    };
    let payload = rest.get(..usize::try_from(length).expect("the length fits"))?.to_vec();
    let end = bytes.len() - rest.len() + payload.len();
    Some((Frame { first: *first, payload }, end))
}

const MASK_BIT: u8 = 0x80;
/// The length is in the next two bytes.
const TWO_BYTES: u8 = 0x7E;
/// The length is in the next eight bytes.
const EIGHT_BYTES: u8 = 0x7F;
const MASK: [u8; 4] = [0x37, 0xFA, 0x21, 0x3D];
