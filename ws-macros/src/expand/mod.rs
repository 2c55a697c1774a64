//! From a checked service to code.

mod assertions;
mod call;
mod descriptor;
mod elide;
mod fallback;
mod upgrade;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Type;
use syn::spanned::Spanned as _;

pub(crate) use self::fallback::fallback;
use crate::model::Service;

/// The user's block, and below it:
///
/// ```ignore
/// const _: () = {
///     use ::websocket::__private as __ws;
///     #[automatically_derived]
///     impl __ws::Service for Chat {
///         type State = Hub;
///         const DESCRIPTOR: __ws::Descriptor = …;
///         const CHECKS: () = { … };
///         fn settings() -> __ws::Settings { … }
///         async fn upgrade(…) -> __ws::UpgradeResult<Self> { … }
///         async fn call(…) -> __ws::Outcome { … }
///     }
/// };
/// ```
pub(crate) fn service(service: &Service<'_>) -> TokenStream {
    let Service { block, runtime, .. } = service;
    let self_ty = block.self_ty();
    let (impl_generics, _, where_clause) = block.header.generics.split_for_impl();
    let state = state(service.state);
    let descriptor = descriptor::expand(service);
    let checks = assertions::expand(service);
    let settings = descriptor::expand_settings(service);
    let upgrade = upgrade::expand(service, &state);
    let call = call::expand(service);
    quote! {
        #block

        const _: () = {
            use #runtime::__private as __ws;

            #[automatically_derived]
            impl #impl_generics __ws::Service for #self_ty #where_clause {
                type State = #state;
                #descriptor
                #checks
                #settings
                #upgrade
                #call
            }
        };
    }
}

fn state(state: Option<&Type>) -> TokenStream {
    state.map_or_else(|| quote!(()), ToTokens::to_token_stream)
}

/// A variable of the expansion, which no name of the user can mean.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The same variable, placed so that a mismatch is reported at the user's type.
fn local_at(name: &str, ty: &Type) -> Ident {
    Ident::new(name, Span::mixed_site().located_at(ty.span()))
}
