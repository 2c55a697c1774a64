//! From a checked service or client to code.

mod argument;
mod bounds;
mod call;
mod checks;
mod descriptor;
mod fallback;
mod place;
mod settings;
mod upgrade;

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote};
use syn::Type;

pub(crate) use self::fallback::fallback;
use crate::model::Endpoint;
use crate::side::Side;

/// The user's block, and below it:
///
/// ```text
/// const _: () = {
///     use ::websocket::__private as __ws;
///     #[automatically_derived]
///     impl __ws::Service for Chat
///     where
///         Self: __ws::Sendable + 'static,
///         Hub: __ws::Shareable,
///     {
///         type State = Hub;
///         const DESCRIPTOR: __ws::Descriptor = /* … */;
///         const CHECKS: &[()] = &[/* … */];
///         fn settings() -> __ws::Settings { /* … */ }
///         async fn upgrade(/* … */) -> __ws::UpgradeResult<Self> { /* … */ }
///         async fn call(/* … */) -> __ws::Outcome { /* … */ }
///     }
/// };
/// ```
///
/// A client is a `__ws::Handler`, without state and upgrade.
pub(crate) fn endpoint(endpoint: &Endpoint<'_>) -> TokenStream {
    let Endpoint { args, block, runtime, service, .. } = endpoint;
    let self_ty = block.self_ty().to_token_stream();
    let (impl_generics, _, _) = block.header.generics.split_for_impl();
    let allowed = block.allows_deprecated().then(|| quote!(#[allow(deprecated)]));
    let implemented = implemented(args.side);
    let bounds = bounds::expand(args, block);
    let state = service.as_ref().map(|service| state(service.state));
    let state_alias = state.as_ref().map(type_of_state);
    let descriptor = descriptor::expand(endpoint);
    let checks = checks::expand(endpoint);
    let settings = settings::expand(endpoint);
    let upgrade = service.as_ref().zip(state).map(|(service, state)| upgrade::expand(service, &self_ty, &state));
    let call = call::expand(endpoint);
    let impl_token = &block.header.impl_token;
    let members = quote!(#state_alias #descriptor #checks #settings #upgrade #call);
    let mut members = Group::new(Delimiter::Brace, members);
    // What the compiler says of the whole implementation, it says at the user's own block.
    members.set_span(impl_token.span);
    quote! {
        #block

        const _: () = {
            use #runtime::__private as __ws;

            #[automatically_derived]
            #allowed
            #impl_token #impl_generics __ws::#implemented for #self_ty #bounds #members
        };
    }
}

/// The trait that is implemented.
fn implemented(side: Side) -> TokenStream {
    match side {
        Side::Client => quote!(Handler),
        Side::Service => quote!(Service),
    }
}

/// At the type that the user wrote, where it must be visible as far as the service is.
fn type_of_state(state: &TokenStream) -> TokenStream {
    let (first, last) = place::ends(state);
    place::between(first, last, quote!(type State = #state;))
}

fn state(state: Option<&Type>) -> TokenStream {
    state.map_or_else(|| quote!(()), ToTokens::to_token_stream)
}
