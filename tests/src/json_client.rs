//! A client on tokio-tungstenite that talks JSON.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue, protocol::frame::coding::CloseCode},
};

use crate::within;

/// A connection on which every message is JSON.
#[derive(Debug)]
pub struct JsonClient {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl JsonClient {
    /// Connects to `path`, and offers a subprotocol, if there is one to offer.
    ///
    /// # Panics
    ///
    /// When the server refuses, or does not take the subprotocol.
    pub async fn connect(address: SocketAddr, path: &str, subprotocol: Option<&'static str>) -> Self {
        let mut request = format!("ws://{address}{path}").into_client_request().expect("the request is valid");
        if let Some(name) = subprotocol {
            request.headers_mut().insert(SUBPROTOCOL, HeaderValue::from_static(name));
        }
        let (socket, response) = within("the connection", connect_async(request)).await.expect("the server accepts");
        let accepted = response.headers().get(SUBPROTOCOL).map(|name| name.to_str().expect("it is text"));
        assert_eq!(accepted, subprotocol, "the subprotocol that the server takes");
        Self { socket }
    }

    /// Sends a text message.
    ///
    /// # Panics
    ///
    /// When the connection has ended.
    pub async fn send(&mut self, text: impl ToString) {
        let message = Message::text(text.to_string());
        within("a message to be sent", self.socket.send(message)).await.expect("the server reads");
    }

    /// Sends a binary message.
    ///
    /// # Panics
    ///
    /// When the connection has ended.
    pub async fn send_binary(&mut self, data: &'static [u8]) {
        let message = Message::binary(data);
        within("a message to be sent", self.socket.send(message)).await.expect("the server reads");
    }

    /// Waits for the next message.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn next(&mut self) -> Value {
        match within("a message", self.socket.next()).await {
            Some(Ok(Message::Text(text))) => {
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("`{text}` is not JSON: {error}"))
            }
            other => panic!("{other:?} instead of a message"),
        }
    }

    /// Waits for exactly this message.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub async fn expects(&mut self, message: Value) {
        assert_eq!(self.next().await, message);
    }

    /// Waits for a message that is like this, and throws away those before it.
    pub async fn until(&mut self, matches: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.next().await;
            if matches(&message) {
                return message;
            }
        }
    }

    /// Waits for a close frame and for the end, and returns the frame's code and reason; messages before it are thrown away.
    ///
    /// # Panics
    ///
    /// When the connection ends in another way.
    pub async fn ends(&mut self) -> (u16, String) {
        let frame = loop {
            match within("a close frame", self.socket.next()).await {
                Some(Ok(Message::Text(_))) => {}
                Some(Ok(Message::Close(Some(frame)))) => break frame,
                other => panic!("{other:?} instead of a close frame"),
            }
        };
        // Only now the answer goes out.
        let more = within("the end", self.socket.next()).await;
        assert!(more.is_none(), "{more:?} after a close frame");
        (frame.code.into(), frame.reason.to_string())
    }

    /// Closes the connection with 1000, and waits until the server has answered; messages before that are thrown away.
    ///
    /// # Panics
    ///
    /// When it answers with another code.
    pub async fn leave(mut self) {
        let frame = tokio_tungstenite::tungstenite::protocol::CloseFrame { code: CloseCode::Normal, reason: "".into() };
        within("the close frame to be sent", self.socket.close(Some(frame))).await.expect("the server is there");
        assert_eq!(self.ends().await.0, 1000, "the code of the server's answer");
    }
}

const SUBPROTOCOL: &str = "sec-websocket-protocol";
