//! The client's side of the opening handshake, in plain bytes.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use crate::Result;

/// How a connection begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handshake {
    /// Not at all: the server speaks TCP and nothing else.
    None,
    /// An upgrade without extensions.
    Plain,
    /// An upgrade that offers `permessage-deflate`, and fails when the server declines.
    Compressed,
}

/// Connects and upgrades. The stream blocks, with a limit on every wait.
pub(crate) fn connect(address: SocketAddr, handshake: Handshake) -> Result<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    if handshake != Handshake::None {
        upgrade(&mut stream, handshake)?;
    }
    Ok(stream)
}

/// Upgrades, and returns what the server answered to the offered extensions.
pub(crate) fn upgrade(stream: &mut TcpStream, handshake: Handshake) -> Result<Option<String>> {
    let offer = match handshake {
        Handshake::Compressed => "Sec-WebSocket-Extensions: permessage-deflate\r\n",
        Handshake::None | Handshake::Plain => "",
    };
    let request = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{offer}\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let head = read_head(stream)?;
    check(&head, handshake)
}

/// Reads up to the empty line. The servers here say nothing of their own accord, so there is nothing behind it.
fn read_head(stream: &mut TcpStream) -> Result<String> {
    let mut head = [0; 4096];
    let mut length = 0;
    while !head[..length].ends_with(b"\r\n\r\n") {
        let read = stream.read(&mut head[length..])?;
        if read == 0 {
            let what = String::from_utf8_lossy(&head[..length]);
            return Err(format!("the server closed the connection during the handshake, after `{what}`").into());
        }
        length += read;
    }
    Ok(String::from_utf8_lossy(&head[..length]).into_owned())
}

fn check(head: &str, handshake: Handshake) -> Result<Option<String>> {
    if !head.starts_with("HTTP/1.1 101 ") {
        return Err(format!("the server did not upgrade but answered `{}`", head.lines().next().unwrap_or("")).into());
    }
    if header(head, "sec-websocket-accept") != Some(ACCEPT) {
        return Err("the server answered a wrong `Sec-WebSocket-Accept`".into());
    }
    let extensions = header(head, "sec-websocket-extensions");
    match (handshake, extensions) {
        (Handshake::Compressed, None) => Err("the server declined `permessage-deflate`".into()),
        (Handshake::Plain, Some(extension)) => {
            Err(format!("the server chose `{extension}`, which no one offered").into())
        }
        (_, extensions) => Ok(extensions.map(str::to_owned)),
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

/// The example of [RFC 6455 §1.3](https://www.rfc-editor.org/rfc/rfc6455#section-1.3), whose answer is known.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

const PATIENCE: Duration = Duration::from_secs(30);
