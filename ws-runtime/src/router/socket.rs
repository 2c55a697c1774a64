//! Takes the socket of an upgraded connection out of the wrappers of the HTTP server: ours, or one that we are mounted in.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use hyper::rt::{Read, Write};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
#[cfg(feature = "rustls")]
use tokio_rustls::server::TlsStream;

use crate::log;
use crate::tls_info::TlsInfo;
use crate::transport::{self, Reader, Writer};

/// A socket, and what it tells about itself.
pub(crate) struct Socket {
    pub(crate) reader: Reader,
    pub(crate) writer: Writer,
    /// What was read behind the request.
    pub(crate) read_ahead: Bytes,
    pub(crate) remote_addr: Option<SocketAddr>,
    pub(crate) tls: Option<Arc<TlsInfo>>,
}

impl Socket {
    pub(crate) fn new(upgraded: Upgraded) -> Self {
        let upgraded = match downcast::<TcpStream>(upgraded) {
            Ok((stream, read_ahead)) => return Self::plain(stream, read_ahead),
            Err(upgraded) => upgraded,
        };
        #[cfg(feature = "rustls")]
        let upgraded = match downcast::<TlsStream<TcpStream>>(upgraded) {
            Ok((stream, read_ahead)) => return Self::tls(stream, read_ahead),
            Err(upgraded) => upgraded,
        };
        let (reader, writer) = transport::split_boxed(Box::new(TokioIo::new(upgraded)));
        Self { reader, writer, read_ahead: Bytes::new(), remote_addr: None, tls: None }
    }

    fn plain(stream: TcpStream, read_ahead: Bytes) -> Self {
        let remote_addr = prepare(&stream);
        let (reader, writer) = transport::split_tcp(stream);
        Self { reader, writer, read_ahead, remote_addr, tls: None }
    }

    #[cfg(feature = "rustls")]
    fn tls(stream: TlsStream<TcpStream>, read_ahead: Bytes) -> Self {
        let (socket, connection) = stream.get_ref();
        let remote_addr = prepare(socket);
        let tls = TlsInfo::of(connection).map(Arc::new);
        let (reader, writer) = transport::split_boxed(Box::new(stream));
        Self { reader, writer, read_ahead, remote_addr, tls }
    }
}

/// Prepares a socket, and returns its peer.
fn prepare(stream: &TcpStream) -> Option<SocketAddr> {
    send_at_once(stream);
    stream.peer_addr().ok()
}

/// Lets small answers not wait for the acknowledgement of earlier ones.
pub(crate) fn send_at_once(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        log::option_refused("TCP_NODELAY", &error);
    }
}

fn downcast<S>(upgraded: Upgraded) -> Result<(S, Bytes), Upgraded>
where
    S: 'static,
    TokioIo<S>: Read + Write + Unpin,
{
    let upgraded = match upgraded.downcast::<TokioIo<S>>() {
        Ok(parts) => return Ok((parts.io.into_inner(), parts.read_buf)),
        Err(upgraded) => upgraded,
    };
    #[cfg(feature = "axum")]
    let upgraded = match hyper_util::server::conn::auto::upgrade::downcast::<TokioIo<S>>(upgraded) {
        Ok(parts) => return Ok((parts.io.into_inner(), parts.read_buf)),
        Err(upgraded) => upgraded,
    };
    Err(upgraded)
}
