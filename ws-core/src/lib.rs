//! The WebSocket protocol ([RFC 6455]) without I/O, and the tables that the macros and the runtime share.
//!
//! Nothing here reads a socket, a clock, or the environment. The always-present modules are tables: what the callbacks of a
//! service are called ([`callback`]), which method a dispatched message means ([`dispatch`]), what a path looks like
//! ([`path`]), and what an origin does ([`origin`]). The feature `wire` adds the protocol itself, in the direction in which the bytes flow: [`handshake`], then
//! [`frame`], [`mask`], [`utf8`], [`assembler`], all driven by [`protocol`], and at the end [`close`] and [`closing`].
//!
//! [RFC 6455]: https://www.rfc-editor.org/rfc/rfc6455

#![forbid(unsafe_code)]

pub mod callback;
pub mod dispatch;
#[cfg(feature = "wire")]
pub mod json;
pub mod origin;
pub mod path;
pub mod scope;

#[cfg(feature = "wire")]
pub mod assembler;
#[cfg(feature = "wire")]
pub mod close;
#[cfg(feature = "wire")]
pub mod closing;
#[cfg(feature = "wire")]
mod copy;
#[cfg(feature = "deflate")]
pub mod deflate;
#[cfg(all(feature = "wire", not(feature = "deflate")))]
#[path = "no_deflate.rs"]
pub mod deflate;
#[cfg(feature = "wire")]
pub mod error;
#[cfg(feature = "wire")]
pub mod extension;
#[cfg(feature = "wire")]
pub mod frame;
#[cfg(feature = "wire")]
pub mod handshake;
#[cfg(feature = "wire")]
pub mod lookahead;
#[cfg(feature = "wire")]
pub mod mask;
#[cfg(feature = "wire")]
pub mod opcode;
#[cfg(feature = "wire")]
pub mod protocol;
#[cfg(feature = "wire")]
pub mod utf8;
