//! tokio-tungstenite.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{SinkExt, StreamExt, TryStreamExt, future};
use tokio::{net::TcpStream, sync::mpsc};
use tokio_tungstenite::{
    WebSocketStream, accept_async, accept_async_with_config,
    tungstenite::{Error, Message, protocol::WebSocketConfig},
};

use crate::{
    Result,
    servers::{Task, accept, echo, echo_in_batches},
};

/// A send per message, with the defaults.
pub(crate) fn serve(task: Task) -> Result<()> {
    match task {
        Task::Broadcast => serve_broadcast(),
        Task::Deflate(_) | Task::Echo => accept(async |stream| echo(accept_async(stream).await?, is_data).await),
    }
}

/// The echo server among its examples: `forward` flushes when no further input is ready.
pub(crate) fn serve_forward(_: Task) -> Result<()> {
    accept(async |stream| {
        let (sink, messages) = accept_async(stream).await?.split();
        messages.try_filter(|message| future::ready(is_data(message))).forward(sink).await?;
        Ok(())
    })
}

/// Flushes when no further input is ready, and reads into a buffer that is quickly cleared.
pub(crate) fn serve_tuned(_: Task) -> Result<()> {
    accept(async |stream| {
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER);
        echo_in_batches(accept_async_with_config(stream, Some(config)).await?, is_data).await
    })
}

/// The queues of all connections, each of which a task of its own empties into the socket.
type Room = Arc<Mutex<Vec<(usize, mpsc::UnboundedSender<Message>)>>>;

fn serve_broadcast() -> Result<()> {
    let room = Room::default();
    accept(move |stream| join(stream, room.clone()))
}

async fn join(stream: TcpStream, room: Room) -> Result<()> {
    let socket: WebSocketStream<TcpStream> = accept_async(stream).await?;
    let (mut sink, mut messages) = socket.split();
    let (queue, mut queued) = mpsc::unbounded_channel();
    let own = {
        let mut members = room.lock().unwrap_or_else(PoisonError::into_inner);
        let own = members.last().map_or(0, |(last, _)| last + 1);
        members.push((own, queue));
        own
    };
    tokio::spawn(async move {
        while let Some(message) = queued.recv().await {
            sink.send(message).await?;
        }
        Ok::<_, Error>(())
    });
    while let Some(Ok(message)) = messages.next().await {
        let members = room.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, queue) in members.iter().filter(|(number, _)| *number != own && is_data(&message)) {
            // The clone shares the bytes; a queue without a reader belongs to a connection that is ending.
            drop(queue.send(message.clone()));
        }
    }
    room.lock().unwrap_or_else(PoisonError::into_inner).retain(|(number, _)| *number != own);
    Ok(())
}

fn is_data(message: &Message) -> bool {
    message.is_binary() || message.is_text()
}

/// Bytes. The whole buffer is zeroed before every read, so the default of 128 KiB costs more than the message.
const READ_BUFFER: usize = 4 << 10;
