//! The floor: the bytes that came in go out, unread.

use std::{cell::Cell, future::poll_fn, io, pin::Pin, task::Poll};

use tokio::{
    io::{AsyncRead, AsyncWriteExt, ReadBuf},
    net::TcpStream,
};

use crate::{
    Result,
    servers::{Task, accept},
};

pub(crate) fn serve(_: Task) -> Result<()> {
    accept(echo)
}

async fn echo(mut stream: TcpStream) -> Result<()> {
    loop {
        let (buffer, length) = read(&mut stream).await?;
        if length == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..length]).await?;
        BUFFER.set(buffer);
    }
}

/// Reads into the thread's buffer, which a connection has only while there is something to echo: it costs what the runtime needs
/// for it, and no more.
async fn read(stream: &mut TcpStream) -> io::Result<(Vec<u8>, usize)> {
    poll_fn(|context| {
        let mut buffer = BUFFER.take();
        buffer.resize(SIZE, 0);
        let mut unfilled = ReadBuf::new(&mut buffer);
        let polled = Pin::new(&mut *stream).poll_read(context, &mut unfilled);
        let length = unfilled.filled().len();
        if polled.is_pending() {
            BUFFER.set(buffer);
            return Poll::Pending;
        }
        polled.map_ok(|()| (buffer, length))
    })
    .await
}

thread_local! {
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Bytes. Smaller ones cost more calls for large messages, larger ones fall out of the cache.
const SIZE: usize = 256 << 10;
