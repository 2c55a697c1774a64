//! What can go wrong, for the users of this crate.

mod auth;
#[cfg(feature = "client")]
mod connect;
#[cfg(feature = "client")]
mod credentials;
#[cfg(feature = "pkcs12")]
mod pkcs12;
#[cfg(feature = "client")]
mod request;
#[cfg(feature = "rustls")]
mod tls;

use std::io;

use ws_core::close::CloseCode;
pub use ws_core::close::InvalidCloseCode;
pub use ws_core::error::ProtocolError;
#[cfg(feature = "client")]
pub use ws_core::handshake::client::ResponseError;

pub use auth::AuthError;
#[cfg(feature = "client")]
pub use connect::ConnectError;
#[cfg(feature = "client")]
pub use credentials::CredentialsError;
#[cfg(feature = "pkcs12")]
pub use pkcs12::Pkcs12Error;
#[cfg(feature = "client")]
pub use request::RequestError;
#[cfg(feature = "rustls")]
pub use tls::TlsError;

#[cfg(feature = "client")]
use crate::message::Message;
pub use crate::validate::ValidationError;

/// The error that a callback returns: any error at all.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong on a connection or while listening.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The listener could not be bound. Nothing was served.
    #[error("cannot listen on {address}")]
    Bind {
        /// The host and port that were asked for.
        address: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A message could not be turned into the type that the callback takes. The connection lives on if a callback handles this.
    #[error("data binding failed: {0}")]
    Binding(#[from] BindingError),
    /// A callback returned an error. The connection lives on if `on_error` handles this.
    #[error(transparent)]
    Callback(BoxError),
    /// A message is for a method that asks for scopes, and whoever sent it has none of them. The connection lives on if a callback handles
    /// this.
    #[error("this needs one of the scopes {}", scopes.join(", "))]
    Forbidden {
        /// The scopes, one of which is enough.
        scopes: &'static [&'static str],
    },
    /// Nothing can be written any more: a close frame has been sent or received, or the connection is gone.
    #[error("connection is closed")]
    Closed,
    /// The peer did not answer the close frame within `connection_closure_timeout`. The connection is gone.
    #[error("peer did not answer the close frame in time")]
    CloseTimeout,
    /// The configuration is invalid. Nothing was bound, and nobody was connected to.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A client could not connect to its server. There is no connection.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The payload of a ping or a pong is over 125 bytes
    /// ([RFC 6455 §5.5](https://www.rfc-editor.org/rfc/rfc6455#section-5.5)). Nothing was written.
    #[error("payload of a control frame has {length} bytes, the limit is 125")]
    ControlTooLong {
        /// The length of the payload, in bytes.
        length: usize,
    },
    /// The outgoing buffer of the connection is over its high-water mark. Nothing was written.
    #[error("outgoing buffer is full")]
    Full,
    /// The connection broke.
    #[error("connection is broken")]
    Io(#[from] io::Error),
    /// The peer broke the protocol. The connection is closed with the code of [`ProtocolError::close_code`].
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// A client waited for a message, and none came within `read_timeout`. The connection is as it was.
    #[cfg(feature = "client")]
    #[error("no message came in time")]
    ReadTimeout,
    /// A request of a client was not made, or has no answer.
    #[cfg(feature = "client")]
    #[error(transparent)]
    Request(#[from] RequestError),
    /// A callback returned a stream, but so many are already running on the connection. The stream was dropped.
    #[error("connection has {limit} streams already")]
    TooManyStreams {
        /// The limit of the listener.
        limit: usize,
    },
    /// A message is of the right type, but not valid. The connection lives on if a callback handles this.
    #[error("data validation failed: {0}")]
    Validation(#[from] ValidationError),
    /// A value could not be written as JSON. Nothing was written.
    #[error("value cannot be written as JSON")]
    Serialize(#[from] serde_json::Error),
    /// A client asked for a text message, and a binary one came, or the other way round.
    #[cfg(feature = "client")]
    #[error("message is of the other kind: {}", match message { Message::Text(_) => "text", Message::Binary(_) => "binary" })]
    UnexpectedKind {
        /// The message.
        message: Message,
    },
    /// A client wanted to write, and there was no room within `write_timeout`. Nothing was written.
    #[cfg(feature = "client")]
    #[error("no room to write in time")]
    WriteTimeout,
}

/// Why a message could not be turned into the type that a callback takes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BindingError {
    /// A binary message went to a text argument, and it is not UTF-8.
    #[error("message is not valid UTF-8 at byte {valid_up_to}")]
    InvalidUtf8 {
        /// How many bytes are valid.
        valid_up_to: usize,
    },
    /// The message is not JSON, or its JSON does not fit the type.
    #[error("{}{cause}", at(path.as_deref()))]
    Json {
        /// The field that does not fit, as `pair[0].name`; `None` if it is the message itself.
        path: Option<Box<str>>,
        /// What is wrong with it.
        cause: String,
    },
}

/// Puts a path in front of a cause.
fn at(path: Option<&str>) -> String {
    path.map(|path| format!("{path}: ")).unwrap_or_default()
}

/// An invalid configuration, found when the listener binds, the router is built, or the client connects.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The paths of two services would match the same requests.
    #[error("paths of the services `{first}` and `{second}` are ambiguous: `{path}` conflicts with `{other}`")]
    AmbiguousPath {
        /// The service that was registered first.
        first: &'static str,
        /// Its path.
        other: &'static str,
        /// The service that was registered second.
        second: &'static str,
        /// Its path.
        path: &'static str,
    },
    /// A rule for who may connect is invalid.
    #[error("invalid `auth` of {}: {reason}", owner(*service))]
    Auth {
        /// The type of the service; `None` is the listener.
        service: Option<&'static str>,
        /// What is wrong with it.
        reason: String,
    },
    /// A setting of a client is out of its range.
    #[cfg(feature = "client")]
    #[error("invalid `{key}` of the client: {reason}")]
    Client {
        /// The name of the setting.
        key: &'static str,
        /// What is wrong with its value.
        reason: &'static str,
    },
    /// What gives credentials to a client is invalid.
    #[cfg(feature = "client")]
    #[error("invalid `credentials` of the client: {reason}")]
    Credentials {
        /// What is wrong with it.
        reason: String,
    },
    /// A setting of the listener is out of its range.
    #[error("invalid `{key}` of the listener: {reason}")]
    Listener {
        /// The name of the setting.
        key: &'static str,
        /// What is wrong with its value.
        reason: &'static str,
    },
    /// A setting of a service is out of its range.
    #[error("invalid `{key}` of the service `{service}`: {reason}")]
    Service {
        /// The type of the service.
        service: &'static str,
        /// The name of the setting.
        key: &'static str,
        /// What is wrong with its value.
        reason: &'static str,
    },
    /// The TLS of the listener, or of the client, cannot be set up.
    #[cfg(feature = "rustls")]
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Says whose setting it is.
fn owner(service: Option<&'static str>) -> String {
    service.map_or_else(|| "the listener".to_owned(), |service| format!("the service `{service}`"))
}

impl Error {
    /// Returns the code of the close frame that tells the peer about this error when no callback handles it.
    pub(crate) fn close_code(&self) -> CloseCode {
        match self {
            Self::Protocol(error) => error.close_code(),
            Self::Binding(_) => CloseCode::UNSUPPORTED_DATA,
            Self::Validation(_) => CloseCode::INVALID_PAYLOAD,
            Self::Forbidden { .. } => CloseCode::POLICY_VIOLATION,
            _ => CloseCode::INTERNAL_ERROR,
        }
    }
}
