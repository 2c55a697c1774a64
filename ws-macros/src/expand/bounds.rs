//! What a service and its state must be, so that any thread can run its connections.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};

use super::place;
use crate::args::RawArgs;
use crate::item::RawImpl;
use crate::key::Key;

/// ```text
/// where
///     T: Store, // as the user wrote it
///     Self: __ws::Sendable + 'static,
///     Hub: __ws::Shareable,
/// ```
///
/// As bounds of the block they are one error where they are not met, at `impl Chat` and `state = Hub`, and no second one for each future
/// that holds the service. Of a generic service they ask nothing until it is used.
///
/// They are `Send` and `State`, by names that no user has in scope: a lint of the user's would call the path needless.
pub(super) fn expand(args: &RawArgs, block: &RawImpl) -> TokenStream {
    let predicates = block.header.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let service = block.self_ty().to_token_stream();
    let service_bound = (!is_higher_ranked(service.clone())).then(|| {
        let sendable = place::at(block.header.impl_token.span, quote!(Self: __ws::Sendable));
        let (_, last) = place::ends(&service);
        let forever = place::at(last, quote!(+ 'static));
        quote!(#sendable #forever,)
    });
    let state = args.state().map(ToTokens::to_token_stream).filter(|state| !is_higher_ranked(state.clone()));
    let state_bound = state.zip(args.ident(Key::State)).map(|(state, key)| {
        let shareable = place::at(key.span(), quote!(: __ws::Shareable));
        quote!(#state #shareable,)
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
