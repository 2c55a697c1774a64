//! yawc, upgraded by hyper.

use std::future;

use futures_util::StreamExt;
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use yawc::{CompressionLevel, DeflatePool, Frame, OpCode, Options, UpgradeFut, WebSocket};

use crate::{
    Result,
    servers::{Contexts, Deflate, MAX_SIZE, Task, accept, echo, echo_in_batches},
};

/// A send per message.
pub(crate) fn serve(task: Task) -> Result<()> {
    serve_with(&options(task), async |socket| echo(socket.await?.map(Ok), is_data).await)
}

/// Flushes when no further input is ready.
pub(crate) fn serve_tuned(task: Task) -> Result<()> {
    let options = options(task).with_backpressure_boundary(BACKPRESSURE);
    serve_with(&options, async |socket| echo_in_batches(socket.await?.map(Ok), is_data).await)
}

fn serve_with<F, H>(options: &Options, handle: F) -> Result<()>
where
    F: Fn(UpgradeFut) -> H + Copy + Send + 'static,
    H: Future<Output = Result<()>> + Send + 'static,
{
    accept(|stream| upgrade(stream, options.clone(), handle))
}

async fn upgrade<F, H>(stream: TcpStream, options: Options, handle: F) -> Result<()>
where
    F: Fn(UpgradeFut) -> H + Copy + Send + 'static,
    H: Future<Output = Result<()>> + Send + 'static,
{
    let answer = service_fn(move |mut request: Request<Incoming>| {
        let answer = WebSocket::upgrade_with_options(&mut request, options.clone()).map(|(response, socket)| {
            tokio::spawn(handle(socket));
            response
        });
        future::ready(answer)
    });
    http1::Builder::new().serve_connection(TokioIo::new(stream), answer).with_upgrades().await?;
    Ok(())
}

fn options(task: Task) -> Options {
    let options = Options::default().with_max_payload_read(MAX_SIZE).with_utf8();
    let Task::Deflate(Deflate { contexts, level, .. }) = task else { return options };
    let options = options.with_compression_level(CompressionLevel::new(level.into()));
    match contexts {
        Contexts::Dedicated => options,
        Contexts::Shared => {
            options.server_no_context_takeover().client_no_context_takeover().with_deflate_pool(DeflatePool::new(POOL))
        }
    }
}

fn is_data(frame: &Frame) -> bool {
    matches!(frame.opcode(), OpCode::Binary | OpCode::Text)
}

/// Bytes: as in the benchmarks of its own.
const BACKPRESSURE: usize = 64 << 10;
/// Compressors and decompressors: one of each is in use on one thread.
const POOL: usize = 4;
