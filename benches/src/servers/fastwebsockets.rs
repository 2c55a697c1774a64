//! fastwebsockets, upgraded by hyper. It writes every frame at once, so there is nothing to tune.

use std::convert::Infallible;

use fastwebsockets::{
    FragmentCollector, OpCode, WebSocketError,
    upgrade::{UpgradeFut, upgrade},
};
use http_body_util::Empty;
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::{
    Result,
    servers::{Task, accept},
};

pub(crate) fn serve(_: Task) -> Result<()> {
    accept(handle)
}

async fn handle(stream: TcpStream) -> Result<()> {
    http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).with_upgrades().await?;
    Ok(())
}

async fn answer(mut request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let Ok((response, socket)) = upgrade(&mut request) else {
        return Ok(Response::builder().status(400).body(Empty::new()).unwrap_or_default());
    };
    tokio::spawn(echo(socket));
    Ok(response)
}

async fn echo(socket: UpgradeFut) -> Result<(), WebSocketError> {
    let mut socket = FragmentCollector::new(socket.await?);
    loop {
        let frame = socket.read_frame().await?;
        match frame.opcode {
            OpCode::Close => return Ok(()),
            OpCode::Binary | OpCode::Text => socket.write_frame(frame).await?,
            _ => {}
        }
    }
}
