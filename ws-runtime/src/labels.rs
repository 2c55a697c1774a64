//! The names of what happens, the same in the log and in the metrics. Each is a bounded set: nothing that a peer sends makes a new one.

use ws_core::opcode::Opcode;

use crate::error::Error;

/// Declares a bounded set of names.
macro_rules! labels {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $label:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            #[cfg(feature = "metrics")]
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)*];

            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }
        }
    };
}

labels! {
    /// How a connection ended.
    Outcome {
        /// The server stopped and did not wait any longer, or the task of the connection was dropped.
        Aborted = "aborted",
        /// The peer did not answer our close frame in time.
        CloseTimeout = "close_timeout",
        /// Our close frame came first: the service's, or the server's at its end.
        Closed = "closed",
        /// The stream ended or broke without a close frame, or the peer did not answer a ping.
        Lost = "lost",
        /// A callback panicked.
        Panic = "panic",
        /// The peer's close frame came first.
        PeerClosed = "peer_closed",
        /// The peer broke the protocol.
        Protocol = "protocol",
    }
}

labels! {
    /// A kind of message or control frame.
    MessageKind {
        Binary = "binary",
        Close = "close",
        Ping = "ping",
        Pong = "pong",
        Text = "text",
    }
}

impl MessageKind {
    #[inline]
    pub(crate) const fn of(opcode: Opcode) -> Self {
        match opcode {
            // What is fragmented is told when it is whole, as what it began as.
            Opcode::Binary | Opcode::Continuation => Self::Binary,
            Opcode::Close => Self::Close,
            Opcode::Ping => Self::Ping,
            Opcode::Pong => Self::Pong,
            Opcode::Text => Self::Text,
        }
    }
}

/// What a callback is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Callback {
    Binary,
    Close,
    /// The dispatched method with this index.
    Dispatched(u16),
    /// `on_error`, or an error callback.
    Error,
    IdleTimeout,
    Open,
    Ping,
    Pong,
    Text,
}

labels! {
    /// What went wrong.
    ErrorKind {
        /// A message does not fit the type of its callback.
        Binding = "binding",
        /// A callback returned an error of the user's.
        Callback = "callback",
        /// The peer did not answer our close frame in time.
        CloseTimeout = "close_timeout",
        /// The stream broke, or the peer did not answer a ping.
        Connection = "connection",
        /// Code of the service panicked.
        Panic = "panic",
        /// Whoever sent a message may not call its method.
        Forbidden = "forbidden",
        /// The peer broke the protocol.
        Protocol = "protocol",
        /// A callback returned more streams than there may be.
        Streams = "streams",
        /// A message is not valid.
        Validation = "validation",
        /// Something could not be written: it cannot be JSON, or the connection took nothing more.
        Write = "write",
    }
}

impl ErrorKind {
    pub(crate) const fn of(error: &Error) -> Self {
        match error {
            Error::Binding(_) => Self::Binding,
            Error::CloseTimeout => Self::CloseTimeout,
            Error::Closed | Error::ControlTooLong { .. } | Error::Full | Error::Serialize(_) => Self::Write,
            Error::Forbidden { .. } => Self::Forbidden,
            Error::Io(_) => Self::Connection,
            Error::Protocol(_) => Self::Protocol,
            Error::TooManyStreams { .. } => Self::Streams,
            Error::Validation(_) => Self::Validation,
            // None of the rest happens on a connection: a callback got it elsewhere, and passes it on.
            _ => Self::Callback,
        }
    }

    /// Returns whether a peer can cause it alone, as often as it likes, without a mistake of the service.
    pub(crate) const fn is_the_peers(self) -> bool {
        matches!(
            self,
            Self::Binding | Self::Connection | Self::Forbidden | Self::Protocol | Self::Streams | Self::Validation
        )
    }
}
