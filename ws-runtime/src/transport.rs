//! The two halves of a connection's byte stream.
//!
//! A plain TCP socket keeps its own type, so that any task can write to it without the connection's task in between; every
//! other stream (TLS, a mounted server's own) is boxed. Nothing above this module is generic over the stream.

use std::fmt::Debug;
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::BufMut;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::{log, pool};

/// What the operating system takes beyond what it can send, once it is told to.
#[cfg(any(target_os = "android", target_os = "linux"))]
const MAX_UNSENT: u32 = 16 * 1024; // bytes

/// Any byte stream.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Debug + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Debug + Send + Unpin> Stream for T {}

/// The receiving half. The bytes that the HTTP server has read ahead come first.
#[derive(Debug)]
pub(crate) enum Reader {
    Tcp(OwnedReadHalf),
    Boxed(tokio::io::ReadHalf<Box<dyn Stream>>),
}

/// The sending half.
#[derive(Debug)]
pub(crate) enum Writer {
    Tcp(OwnedWriteHalf),
    Boxed(tokio::io::WriteHalf<Box<dyn Stream>>),
}

/// Splits a TCP socket.
pub(crate) fn split_tcp(stream: TcpStream) -> (Reader, Writer) {
    let (reader, writer) = stream.into_split();
    (Reader::Tcp(reader), Writer::Tcp(writer))
}

/// Splits any other stream.
pub(crate) fn split_boxed(stream: Box<dyn Stream>) -> (Reader, Writer) {
    let (reader, writer) = tokio::io::split(stream);
    (Reader::Boxed(reader), Writer::Boxed(writer))
}

impl Reader {
    /// Reads once into the spare room of `target`, and returns how much; 0 is the end of the stream.
    pub(crate) fn poll_read_into(
        &mut self,
        target: &mut (impl BufMut + ?Sized),
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        // The future keeps nothing between polls, so that it can be made anew for each.
        pin!(self.read_buf(target)).poll(cx)
    }

    /// Reads and throws away what comes in, until `look` is content or the stream ends.
    pub(crate) fn poll_discard(
        &mut self,
        cx: &mut Context<'_>,
        mut look: impl FnMut(&[u8]) -> bool,
    ) -> Poll<io::Result<()>> {
        let mut buffer = pool::take(0);
        let result = loop {
            buffer.clear();
            let capacity = buffer.capacity();
            match self.poll_read_into(&mut (&mut buffer).limit(capacity), cx) {
                Poll::Ready(Ok(count)) if count > 0 => {
                    if look(&buffer) {
                        break Poll::Ready(Ok(()));
                    }
                }
                Poll::Ready(result) => break Poll::Ready(result.map(drop)),
                Poll::Pending => break Poll::Pending,
            }
        };
        pool::put(buffer);
        result
    }
}

impl AsyncRead for Reader {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(half) => Pin::new(half).poll_read(cx, buf),
            Self::Boxed(half) => match Pin::new(half).poll_read(cx, buf) {
                // A peer that ends TCP without ending TLS. Whether the end is a proper one, the close frame says.
                Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
                read => read,
            },
        }
    }
}

/// Writes one slice plainly, which is cheaper, and several in one go where the stream can.
#[inline]
fn poll_write(
    half: &mut (impl AsyncWrite + Unpin),
    cx: &mut Context<'_>,
    slices: &[IoSlice<'_>],
) -> Poll<io::Result<usize>> {
    match slices {
        [bytes] => Pin::new(half).poll_write(cx, bytes),
        slices => Pin::new(half).poll_write_vectored(cx, slices),
    }
}

impl Writer {
    /// Writes what the stream takes; the task of `cx` is woken when it takes more.
    #[inline]
    pub(crate) fn poll_write(&mut self, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(half) => poll_write(half, cx, slices),
            Self::Boxed(half) => poll_write(half, cx, slices),
        }
    }

    /// Writes what the stream takes at once. On `Pending`, the connection's own task must call `poll_write`: for a boxed
    /// stream this call has replaced its waker.
    pub(crate) fn try_write(&mut self, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(half) => {
                let result = match slices {
                    [bytes] => half.try_write(bytes),
                    slices => half.try_write_vectored(slices),
                };
                match result {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
                    result => Poll::Ready(result),
                }
            }
            Self::Boxed(half) => poll_write(half, &mut Context::from_waker(Waker::noop()), slices),
        }
    }

    /// Lets the operating system take only little more than what it can send, where that can be said: what is written next does not
    /// wait behind seconds of what was written before.
    pub(crate) fn limit_unsent(&self) {
        #[cfg(any(target_os = "android", target_os = "linux"))]
        if let Self::Tcp(half) = self
            && let Err(error) = socket2::SockRef::from(half.as_ref()).set_tcp_notsent_lowat(MAX_UNSENT)
        {
            log::option_refused("TCP_NOTSENT_LOWAT", &error);
        }
    }

    /// Flushes what the stream itself buffers (TLS records).
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(_) => Poll::Ready(Ok(())),
            Self::Boxed(half) => Pin::new(half).poll_flush(cx),
        }
    }

    /// Ends the sending direction: the peer reads an end of file after everything written.
    pub(crate) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(half) => Pin::new(half).poll_shutdown(cx),
            Self::Boxed(half) => Pin::new(half).poll_shutdown(cx),
        }
    }
}
