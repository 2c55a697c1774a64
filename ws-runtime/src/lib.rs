//! Declarative WebSocket services.

#![forbid(unsafe_code)]

mod caller;
mod connection;
mod error;
mod kind;
mod listener;
mod message;
mod pool;
mod router;
mod service;
mod transport;
mod upgrade;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use bytes::Bytes;
pub use http;
pub use ws_core::close::{CloseCode, CloseFrame};
pub use ws_macros::{remote, service, upgrade};

pub use crate::caller::{Caller, ConnectionId};
pub use crate::error::{BindingError, BoxError, ConfigError, Error, InvalidCloseCode, ProtocolError, Result};
pub use crate::listener::{BoundListener, Listener};
pub use crate::message::Message;
pub use crate::router::{Body, RequestLimits, Router, RouterBuilder};
pub use crate::service::{
    Accept, BytesPayload, NoReply, Payload, PongReply, Reply, Seconds, Service, TextPayload, UpgradeReply,
};
pub use crate::upgrade::{FromSegment, FromValues, UpgradeError, UpgradeRequest};
