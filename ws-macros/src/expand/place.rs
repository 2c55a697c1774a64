//! Where the compiler sees the tokens of the expansion: an error in one of them underlines its place.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::Type;
use syn::spanned::Spanned as _;

use crate::model::Function;
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

/// The places of the first and the last token.
fn ends(tokens: &TokenStream) -> (Span, Span) {
    let mut spans = tokens.clone().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// `Self::on_open(self, caller).await`, as a whole at the name of the function: an error in the future that it returns underlines
/// that.
pub(super) fn call(function: &Function<'_>, arguments: &[TokenStream]) -> TokenStream {
    let name = function.name;
    let service = Ident::new("Self", name.span());
    let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#(#arguments),*));
    arguments.set_span(name.span());
    let dot_await = function.is_async.then(|| quote!(.await));
    quote!(#service::#name #arguments #dot_await)
}

/// `, __ws::Reply::send` at the type of what a function returns: an error in what it requires of the type underlines that. Nothing
/// where nothing is returned, which is always right.
pub(super) fn at_output(output: Option<&Type>, path: TokenStream) -> Option<TokenStream> {
    output.map(|output| across(&output.to_token_stream(), path)).map(|path| quote!(, #path))
}

/// Tokens of ours at the last token of what the user wrote.
pub(super) fn at_end(written: &TokenStream, ours: TokenStream) -> TokenStream {
    let (_, last) = ends(written);
    let move_to_end = |mut token: TokenTree| {
        token.set_span(last);
        token
    };
    ours.into_iter().map(move_to_end).collect()
}

/// Tokens of ours that the compiler sees from the first to the last token of what the user wrote. Those between the ends are not at the
/// user's place, because what is there is checked by the lints of the user.
pub(super) fn across(written: &TokenStream, ours: TokenStream) -> TokenStream {
    let (first, last) = ends(written);
    let mut ours: Vec<TokenTree> = ours.into_iter().collect();
    if let Some(token) = ours.last_mut() {
        token.set_span(last);
    }
    if let Some(token) = ours.first_mut() {
        token.set_span(first);
    }
    ours.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_ours_go_from_the_first_to_the_last_token_of_the_user() {
        let written: TokenStream = "Option < Socket >".parse().unwrap();
        let (first, last) = ends(&written);
        let places = |tokens: TokenStream| -> Vec<_> {
            tokens.into_iter().map(|token| (token.span().start(), token.span().end())).collect()
        };
        let ours = places(across(&written, quote!(__ws::Reply::send)));
        let unplaced = places(quote!(__ws::Reply::send));
        assert_eq!((ours[0], *ours.last().unwrap()), ((first.start(), first.end()), (last.start(), last.end())));
        assert_eq!(ours[1..ours.len() - 1], unplaced[1..unplaced.len() - 1]);
        assert_eq!(places(at_end(&written, quote!('static))), [(last.start(), last.end()); 2]);
    }
}
