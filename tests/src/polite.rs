//! A client that keeps every rule: tokio-tungstenite, with a limit on every wait.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{
        Message,
        handshake::client::Response,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

use crate::within;

/// A client that keeps every rule. Whoever is dropped vanishes without a close frame.
#[derive(Debug)]
pub struct PoliteClient<S = TcpStream> {
    socket: WebSocketStream<S>,
}

impl PoliteClient {
    /// Connects to the service at `path`.
    pub async fn connect(address: SocketAddr, path: &str) -> Self {
        Self::connect_with_response(address, path).await.0
    }

    /// Connects to the service at `path`, and returns the response to the upgrade, too.
    ///
    /// # Panics
    ///
    /// When it is refused.
    pub async fn connect_with_response(address: SocketAddr, path: &str) -> (Self, Response) {
        let stream = within("the TCP connection", TcpStream::connect(address)).await.expect("the server accepts");
        Self::upgrade(stream, &format!("ws://{address}{path}")).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> PoliteClient<S> {
    /// Upgrades to the service at `url`, over a stream that is connected to its server.
    ///
    /// # Panics
    ///
    /// When it is refused.
    pub async fn upgrade(stream: S, url: &str) -> (Self, Response) {
        let upgrading = Box::pin(client_async(url, stream));
        let (socket, response) = within("the upgrade", upgrading).await.expect("the upgrade is accepted");
        (Self { socket }, response)
    }

    /// Sends a message.
    ///
    /// # Panics
    ///
    /// When the connection has ended.
    pub async fn send(&mut self, message: impl Into<Message>) {
        within("a message to be sent", self.socket.send(message.into())).await.expect("the message is sent");
    }

    /// Waits for the next message.
    ///
    /// # Panics
    ///
    /// When the connection has ended.
    pub async fn next(&mut self) -> Message {
        let next = within("a message from the server", self.socket.next()).await;
        next.expect("the connection has not ended").expect("the connection is not broken")
    }

    /// Waits for exactly this text.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn hears(&mut self, text: &str) {
        assert_eq!(self.next().await, Message::text(text));
    }

    /// Closes with this code and reason, and waits for the answer and for the end: the server's code and reason.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn close(mut self, code: u16, reason: &str) -> (u16, String) {
        let frame = CloseFrame { code: CloseCode::from(code), reason: reason.into() };
        within("the close frame to be sent", self.socket.close(Some(frame))).await.expect("the close frame is sent");
        self.ended().await
    }

    /// Waits for a close frame and the end of the connection, and returns its code and its reason; 1005 if it had none.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn ended(mut self) -> (u16, String) {
        let frame = match self.next().await {
            Message::Close(frame) => frame,
            other => panic!("{other:?} came before the end"),
        };
        let end = within("the end of the connection", self.socket.next()).await;
        assert!(end.is_none(), "{end:?} came behind the close frame");
        frame.map_or((1005, String::new()), |frame| (frame.code.into(), frame.reason.to_string()))
    }
}
