//! From a checked service to code.

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
use crate::model::Service;

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
pub(crate) fn service(service: &Service<'_>) -> TokenStream {
    let Service { block, runtime, .. } = service;
    let self_ty = block.self_ty().to_token_stream();
    let (impl_generics, _, _) = block.header.generics.split_for_impl();
    let allowed = block.allows_deprecated().then(|| quote!(#[allow(deprecated)]));
    let bounds = bounds::expand(service.args, block);
    let state = state(service.state);
    let state_alias = type_of_state(&state);
    let descriptor = descriptor::expand(service);
    let checks = checks::expand(service);
    let settings = settings::expand(service);
    let upgrade = upgrade::expand(service, &state);
    let call = call::expand(service);
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
            #impl_token #impl_generics __ws::Service for #self_ty #bounds #members
        };
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
