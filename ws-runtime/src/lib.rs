//! Declarative WebSocket services.
//!
//! Annotate the `impl` block of a struct with [`#[websocket::service]`](macro@service), mark its callbacks with
//! [`#[remote]`](macro@remote), and serve it with a [`Listener`], or mount a [`Router`] into the axum or hyper server that you have.
//!
//! ```no_run
//! #[derive(Default)]
//! struct Echo;
//!
//! #[websocket::service(path = "/echo")]
//! impl Echo {
//!     #[remote]
//!     async fn on_text_message(&mut self, text: &str) -> String {
//!         text.to_owned()
//!     }
//! }
//!
//! #[tokio::main]
//! async fn main() -> websocket::Result<()> {
//!     websocket::Listener::new(9090).service::<Echo>().serve().await
//! }
//! ```
//!
//! What each part is for:
//!
//! - the attributes [`service`](macro@service), [`remote`](macro@remote), and [`upgrade`](macro@upgrade) describe a service,
//! - a [`Caller`] is the handle on one connection: it writes, closes, and knows,
//! - [`Listener`] and [`Router`] bring connections to services,
//! - with the feature `client`, a `Client` is the other end of a connection, and the attribute `client` describes its callbacks,
//! - [`Error`] is what can go wrong, [`UpgradeError`] how a service refuses, [`CloseFrame`] how it says goodbye.
//!
//! Every limit and timeout is a setting: of the service in its attribute, of the server on its [`Listener`]. What the code does
//! about panics, slow peers, and floods is documented where it happens.

#![forbid(unsafe_code)]

mod attributes;
mod auth;
mod caller;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "deflate")]
mod compression;
#[cfg(not(feature = "deflate"))]
#[path = "no_compression.rs"]
mod compression;
mod connection;
#[cfg(any(feature = "introspection", feature = "jwks", feature = "oauth2"))]
mod endpoint;
mod error;
mod future;
mod identity;
mod kind;
mod labels;
mod listener;
mod log;
mod message;
#[cfg(feature = "metrics")]
mod metrics;
#[cfg(not(feature = "metrics"))]
#[path = "no_metrics.rs"]
mod metrics;
mod network;
mod origins;
mod pool;
mod prepared;
mod router;
mod service;
mod terms;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "rustls")]
mod tls;
mod tls_info;
mod traffic;
mod transport;
mod upgrade;
mod validate;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use bytes::Bytes;
pub use futures_core::Stream;
pub use http;
#[cfg(feature = "rustls")]
pub use rustls;
pub use ws_core::close::{CloseCode, CloseFrame};

#[cfg(feature = "client")]
pub use crate::attributes::client;
pub use crate::attributes::{remote, service, upgrade};
#[cfg(feature = "certificates")]
pub use crate::auth::CertificateHolders;
#[cfg(feature = "introspection")]
pub use crate::auth::Introspection;
#[cfg(feature = "jwks")]
pub use crate::auth::Jwks;
pub use crate::auth::{Auth, Authenticate, Credentials, Rule, Scheme, TokenSource};
#[cfg(feature = "jwt")]
pub use crate::auth::{Jwt, JwtAlgorithm};
#[cfg(feature = "passwords")]
pub use crate::auth::{Users, hash_password};
pub use crate::caller::{Caller, ConnectionId};
#[cfg(all(feature = "client", feature = "rustls"))]
pub use crate::client::ClientTlsConfig;
#[cfg(all(feature = "client", feature = "jwt"))]
pub use crate::client::JwtIssuer;
#[cfg(feature = "oauth2")]
pub use crate::client::OAuth2;
#[cfg(feature = "client")]
pub use crate::client::{
    Authorize, Client, ClientBuilder, ClientEvent, ClientReader, ClientWriter, LossCause, RetryConfig, Subscription,
};
#[cfg(feature = "deflate")]
pub use crate::compression::Compression;
#[cfg(feature = "pkcs12")]
pub use crate::error::Pkcs12Error;
#[cfg(feature = "rustls")]
pub use crate::error::TlsError;
pub use crate::error::{
    AuthError, BindingError, BoxError, ConfigError, Error, InvalidCloseCode, ProtocolError, Result, ValidationError,
};
#[cfg(feature = "client")]
pub use crate::error::{ConnectError, CredentialsError, RequestError, ResponseError};
pub use crate::identity::Identity;
#[cfg(feature = "http2")]
pub use crate::listener::Http2Config;
#[cfg(feature = "config")]
pub use crate::listener::ListenerConfig;
pub use crate::listener::{BoundListener, KeepAlive, Listener};
#[cfg(feature = "rustls")]
pub use crate::listener::{ClientCertificates, TlsConfig, TlsReloader};
pub use crate::message::Message;
pub use crate::origins::Origins;
pub use crate::prepared::Prepared;
pub use crate::router::{Body, RequestLimits, Router, RouterBuilder, Shutdown, TrustedProxies};
#[cfg(feature = "deflate")]
pub use crate::service::CompressionChoice;
#[cfg(feature = "client")]
pub use crate::service::Handler;
pub use crate::service::{
    Accept, AuthChoice, BytesPayload, DefaultService, FromError, FromReason, FromState, FromStatus, NoReply, NoState,
    OriginsChoice, Payload, PongReply, Reply, Seconds, Service, Size, State, TextPayload, UpgradeReply,
};
pub use crate::terms::SlowReceivers;
#[cfg(feature = "pkcs12")]
pub use crate::tls::Pkcs12Password;
pub use crate::tls_info::{TlsInfo, TlsVersion};
pub use crate::upgrade::{FromSegment, FromValues, UpgradeError, UpgradeRequest};
pub use crate::validate::Validate;

/// The code of the README is compiled, where there is everything that it uses.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../README.md")]
mod readme {}
