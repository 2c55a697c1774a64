//! tokio-websockets.

use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_websockets::{Config, Error, Message, ServerBuilder, WebSocketStream};

use crate::{
    Result,
    servers::{Task, accept, echo},
};

/// A send per message, with the defaults.
pub(crate) fn serve(_: Task) -> Result<()> {
    accept(async |stream| {
        let (_, socket) = ServerBuilder::new().accept(stream).await?;
        echo(socket, is_data).await
    })
}

/// Reads what is there before it answers: reading on would flush what has been fed.
pub(crate) fn serve_tuned(_: Task) -> Result<()> {
    accept(async |stream| {
        let config = Config::default().flush_threshold(FLUSH_THRESHOLD);
        let (_, socket) = ServerBuilder::new().config(config).accept(stream).await?;
        Ok(echo_in_batches(socket).await?)
    })
}

async fn echo_in_batches(mut socket: WebSocketStream<TcpStream>) -> Result<(), Error> {
    let mut batch = Vec::new();
    while let Some(first) = socket.next().await {
        let mut next = Some(Some(first));
        while let Some(message) = next {
            let Some(message) = message.transpose()? else { return Ok(()) };
            if is_data(&message) {
                batch.push(message);
            }
            next = if batch.len() < MAX_BATCH { socket.next().now_or_never() } else { None };
        }
        for message in batch.drain(..) {
            socket.feed(message).await?;
        }
        socket.flush().await?;
    }
    Ok(())
}

fn is_data(message: &Message) -> bool {
    message.is_binary() || message.is_text()
}

/// Messages.
const MAX_BATCH: usize = 64;
/// Bytes; the default of 8 KiB would cut batches.
const FLUSH_THRESHOLD: usize = 64 << 10;
