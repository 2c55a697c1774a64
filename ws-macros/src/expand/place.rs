//! Where the compiler sees the tokens of the expansion: an error in one of them underlines its place.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::Type;
use syn::spanned::Spanned as _;

use crate::types;

/// A variable of the expansion, which no name of the user can mean.
pub(super) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The same variable at the type of the argument that it is for, so that a mismatch is reported there.
///
/// Only one token can be underlined: of a reference, it is better not the `&`.
pub(super) fn local_at(name: &str, ty: &Type) -> Ident {
    let place = types::reference(ty).map_or_else(|| ty.span(), |reference| reference.elem.span());
    Ident::new(name, Span::mixed_site().located_at(place))
}

/// Puts tokens of ours at a place of the user.
pub(super) fn put(place: Span, tokens: TokenStream) -> TokenStream {
    let put = |mut token: TokenTree| {
        token.set_span(place);
        token
    };
    tokens.into_iter().map(put).collect()
}

/// The places of the first and the last token.
pub(super) fn ends(tokens: &TokenStream) -> (Span, Span) {
    let mut spans = tokens.clone().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}
