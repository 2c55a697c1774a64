//! What a service and its state must be, so that any thread can run its connections.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Type, WhereClause};

use super::place;

/// ```text
/// where
///     T: Store, // as the user wrote it
///     Self: __ws::Sendable + 'static,
///     Hub: __ws::Shareable,
/// ```
///
/// As bounds of the block they are one error where they are not met, at the type itself, and no second one for each future that holds
/// the service. Of a generic service they ask nothing until it is used.
///
/// They are `Send` and `State`, by names that no user has in scope: a lint of the user's would call the path needless.
pub(super) fn expand(where_clause: Option<&WhereClause>, service: &TokenStream, state: Option<&Type>) -> TokenStream {
    let predicates = where_clause.iter().flat_map(|clause| &clause.predicates);
    let sendable = place::across(service, quote!(__ws::Sendable));
    let forever = place::at_end(service, quote!('static));
    let sendable = place::across(service, quote!(Self: #sendable + #forever));
    let shareable = state.map(|state| {
        let state = state.to_token_stream();
        let shareable = place::across(&state, quote!(__ws::Shareable));
        quote!(#state: #shareable,)
    });
    quote!(where #(#predicates,)* #sendable, #shareable)
}
