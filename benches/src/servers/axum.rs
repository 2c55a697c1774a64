//! The extractor of axum.

use axum::{
    Router,
    extract::ws::{Message, WebSocket, WebSocketUpgrade},
    routing::any,
    serve::ListenerExt,
};

use crate::{
    Result,
    servers::{Task, listen, runtime, stopped},
};

pub(crate) fn serve(_: Task) -> Result<()> {
    let router = Router::new().route("/", any(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(echo)));
    runtime()?.block_on(async {
        let listener = listen().await?.tap_io(|stream| drop(stream.set_nodelay(true)));
        tokio::select! {
            served = axum::serve(listener, router) => Ok(served?),
            () = stopped() => Ok(()),
        }
    })
}

async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if matches!(message, Message::Binary(_) | Message::Text(_)) && socket.send(message).await.is_err() {
            return;
        }
    }
}
