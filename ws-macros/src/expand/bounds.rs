//! What a service and its state must be, so that any thread can run its connections.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
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
    let service_bound = (!is_higher_ranked(service.clone())).then(|| {
        let sendable = place::across(service, quote!(__ws::Sendable));
        let forever = place::at_end(service, quote!('static));
        let bound = place::across(service, quote!(Self: #sendable + #forever));
        quote!(#bound,)
    });
    let predicates = where_clause.iter().flat_map(|clause| &clause.predicates);
    let state_bound =
        state.map(ToTokens::to_token_stream).filter(|state| !is_higher_ranked(state.clone())).map(|state| {
            let shareable = place::across(&state, quote!(__ws::Shareable));
            quote!(#state: #shareable,)
        });
    quote!(where #(#predicates,)* #service_bound #state_bound)
}

/// Returns whether a type is `dyn Fn(&str)` or the like somewhere. As a bound of a block, the compiler takes its references to live for
/// ever; without the bound there are more errors where it is not met.
fn is_higher_ranked(ty: TokenStream) -> bool {
    ty.into_iter().any(|token| match token {
        TokenTree::Group(group) => is_higher_ranked(group.stream()),
        TokenTree::Ident(ident) => ["Fn", "FnMut", "FnOnce", "fn", "for"].iter().any(|word| ident == word),
        TokenTree::Literal(_) | TokenTree::Punct(_) => false,
    })
}
