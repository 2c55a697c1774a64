//! sockudo-ws.

use bytes::BytesMut;
use sockudo_ws::{
    CompressedWebSocketStream, Compression, Config, Http1, Message,
    deflate::{DeflateConfig, negotiate_server_deflate},
    handshake::{build_response, generate_accept_key, parse_request},
    server::WebSocketServer,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    Result,
    servers::{Contexts, Deflate, Task, accept, echo, echo_in_batches},
};

/// A send per message.
pub(crate) fn serve(task: Task) -> Result<()> {
    if let Task::Deflate(deflate) = task {
        return accept(move |stream| echo_compressed(stream, deflate));
    }
    accept(async |stream| {
        let (socket, _) = server().accept_raw::<TcpStream>(stream).await?;
        echo(socket, is_data).await
    })
}

/// Flushes when no further input is ready.
pub(crate) fn serve_tuned(_: Task) -> Result<()> {
    accept(async |stream| {
        let (socket, _) = server().accept_raw::<TcpStream>(stream).await?;
        echo_in_batches(socket, is_data).await
    })
}

fn server() -> WebSocketServer<Http1> {
    WebSocketServer::<Http1>::new(Config::default())
}

/// Upgrades by hand, as its conformance server does: `WebSocketServer` never answers an offer.
async fn echo_compressed(mut stream: TcpStream, deflate: Deflate) -> Result<()> {
    let mut head = BytesMut::with_capacity(4096);
    let negotiation = loop {
        if stream.read_buf(&mut head).await? == 0 {
            return Err("the client left".into());
        }
        if let Some((request, _)) = parse_request(&head)? {
            let negotiation = request.extensions.and_then(|offers| negotiate_server_deflate(offers, &policy(deflate)));
            let negotiation = negotiation.ok_or("the client offers no compression")?;
            let accepted = generate_accept_key(request.key);
            stream.write_all(&build_response(&accepted, None, Some(&negotiation.to_response_header()))).await?;
            break negotiation;
        }
    };
    echo(CompressedWebSocketStream::server(stream, Config::default(), negotiation.config), is_data).await
}

fn policy(Deflate { contexts, level, .. }: Deflate) -> DeflateConfig {
    let mode = match contexts {
        Contexts::Dedicated => Compression::Dedicated,
        Contexts::Shared => Compression::Shared,
    };
    DeflateConfig { compression_level: level.into(), ..mode.to_deflate_config().unwrap_or_default() }
}

fn is_data(message: &Message) -> bool {
    matches!(message, Message::Binary(_) | Message::Text(_))
}
