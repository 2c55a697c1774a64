//! What a service, or a client, says about itself.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote};
use syn::Attribute;

use crate::model::{Endpoint, Event, Route, Service};
use crate::types;

/// ```text
/// const DESCRIPTOR: __ws::Descriptor = __ws::Descriptor::new("Chat", "/chat/<username>")
///     .subprotocols(&["chat.v1"])
///     .dispatcher_key("event")
///     .stream_id("id")
///     .answers_pings(true)
///     .routes(&[__ws::Route::Method("on_subscribe")]);
/// ```
pub(super) fn expand(endpoint: &Endpoint<'_>) -> TokenStream {
    let name = types::name(endpoint.block.self_ty());
    // A client has none: its url has one.
    let path = endpoint.service.as_ref().map_or_else(|| quote!(""), |service| service.path.to_token_stream());
    let optional = [
        endpoint.service.as_ref().and_then(expand_subprotocols),
        endpoint.dispatcher_key.map(|key| quote!(.dispatcher_key(#key))),
        endpoint.stream_id.map(|name| quote!(.stream_id(#name))),
        expand_answers_pings(endpoint),
        expand_routes(endpoint),
    ];
    let optional = optional.iter().flatten();
    quote!(const DESCRIPTOR: __ws::Descriptor = __ws::Descriptor::new(#name, #path) #(#optional)*;)
}

fn expand_subprotocols(service: &Service<'_>) -> Option<TokenStream> {
    let names = &service.subprotocols;
    (!names.is_empty()).then(|| quote!(.subprotocols(&[#(#names),*])))
}

fn expand_answers_pings(endpoint: &Endpoint<'_>) -> Option<TokenStream> {
    let methods = endpoint.callbacks.iter().filter(|callback| matches!(callback.event, Event::Ping { .. }));
    let conditions: Vec<_> = methods.map(|callback| condition(&callback.cfgs)).collect();
    match conditions.as_slice() {
        [] => None,
        conditions if conditions.iter().any(TokenStream::is_empty) => Some(quote!(.answers_pings(true))),
        conditions => Some(quote!(.answers_pings(::core::cfg!(any(#(#conditions),*))))),
    }
}

fn expand_routes(endpoint: &Endpoint<'_>) -> Option<TokenStream> {
    let routes: Vec<_> = endpoint.routes().map(|(route, cfgs)| expand_route(route, cfgs)).collect();
    (!routes.is_empty()).then(|| quote!(.routes(&[#(#routes),*])))
}

/// A route keeps its place when the configuration takes its method away: no value means a method without name.
fn expand_route(route: &Route, cfgs: &[&Attribute]) -> TokenStream {
    let (kind, value) = match route {
        Route::Event(value) => (format_ident!("Event"), value),
        Route::Method(name) => (format_ident!("Method"), name),
    };
    let route = quote!(__ws::Route::#kind(#value));
    if cfgs.is_empty() {
        return route;
    }
    let condition = condition(cfgs);
    quote!(#(#cfgs)* #route, #[cfg(not(#condition))] __ws::Route::Method(""))
}

/// What all `cfg` attributes of a method ask for. Nothing without one.
fn condition(cfgs: &[&Attribute]) -> TokenStream {
    let conditions: Vec<_> = cfgs.iter().filter_map(|cfg| cfg.parse_args::<TokenStream>().ok()).collect();
    match conditions.as_slice() {
        [] => TokenStream::new(),
        [one] => one.clone(),
        all => quote!(all(#(#all),*)),
    }
}
