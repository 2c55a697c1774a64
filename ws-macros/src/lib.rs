//! The attribute macros of the websocket service framework. Users reach them through the runtime crate, which documents
//! them.
//!
//! A service, or a client, passes through four steps, each takes the type of the one before it:
//!
//! ```text
//! attribute and impl block ──args, item──> raw ──check──> model ──expand──> the impl block and its `impl Service` or `impl Handler`
//! ```
//!
//! Mistakes are collected on the way, so that one build reports all of them.

#![forbid(unsafe_code)]

mod args;
mod check;
mod diag;
mod elide;
mod expand;
mod item;
mod key;
mod lint;
mod marker;
mod message;
mod model;
mod pipeline;
mod remote;
mod side;
mod stray;
mod suggest;
mod types;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

use crate::marker::Marker;
use crate::side::Side;

/// Makes a service of an `impl` block.
#[proc_macro_attribute]
pub fn service(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::expand(Side::Service, args.into(), item.into()).into()
}

/// Makes the callbacks of a client of an `impl` block.
#[proc_macro_attribute]
pub fn client(args: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::expand(Side::Client, args.into(), item.into()).into()
}

/// Marks a method of a service, or of a client, as a callback.
///
/// The attribute of the block takes it away, so what is expanded here stands where it means nothing.
#[proc_macro_attribute]
pub fn remote(_args: TokenStream, item: TokenStream) -> TokenStream {
    stray::expand(Marker::Remote, &item.into()).into()
}

/// Marks the function of a service that answers upgrade requests.
///
/// The `service` attribute takes it away, so what is expanded here stands where it means nothing.
#[proc_macro_attribute]
pub fn upgrade(_args: TokenStream, item: TokenStream) -> TokenStream {
    stray::expand(Marker::Upgrade, &item.into()).into()
}
