//! Where the compiler sees the tokens of the expansion: an error in one of them underlines its place.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::Type;
use syn::spanned::Spanned as _;

use crate::model::{Function, Output};
use crate::types;

/// A variable of the expansion, which no name of the user can mean.
pub(super) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The same variable at the type of the argument that it is for, so that a mismatch is reported there.
///
/// Only one token can be underlined: of a reference it is the `&`, which an editor does not look up.
pub(super) fn local_at(name: &str, ty: &Type) -> Ident {
    let place = types::reference(ty).map_or_else(|| ty.span(), |reference| reference.and_token.span);
    Ident::new(name, Span::mixed_site().located_at(place))
}

/// The places of the first and the last token.
pub(super) fn ends(tokens: &TokenStream) -> (Span, Span) {
    let mut spans = tokens.clone().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}

/// `Self::on_open(self, caller).await`, from the keyword to the name of the function: an error in the future that it returns underlines
/// these. (At the name alone, an editor would take `Self` for what the name means.)
pub(super) fn call(function: &Function<'_>, arguments: &[TokenStream]) -> TokenStream {
    let name = function.name;
    let service = Ident::new("Self", function.keyword);
    let mut arguments = Group::new(Delimiter::Parenthesis, quote!(#(#arguments),*));
    arguments.set_span(name.span());
    let dot_await = function.is_async.then(|| quote!(.await));
    quote!(#service::#name #arguments #dot_await)
}

/// `, __ws::Reply::send::<>` from the arrow to the end of the type that a function returns: an error in what it requires of the type
/// underlines that. Nothing where nothing is returned, which is always right.
///
/// The brackets are there to end at the type: were it a name of ours, an editor would take it for what the type means.
pub(super) fn at_output(output: Option<Output<'_>>, path: &TokenStream) -> Option<TokenStream> {
    let output = output?;
    let (_, last) = ends(&output.ty.to_token_stream());
    let path = between(output.arrow, last, quote!(#path::<>));
    Some(quote!(, #path))
}

/// `__ws::Size::into_bytes::<>` across a value: an error in what it requires of the value underlines that, and nothing else.
pub(super) fn at_value(value: &TokenStream, path: &TokenStream) -> TokenStream {
    let (first, last) = ends(value);
    between(first, last, quote!(#path::<>))
}

/// Tokens of ours whose first and last token the compiler sees at places of the user. Those between are not there, because what is
/// there is checked by the lints of the user.
pub(super) fn between(first: Span, last: Span, ours: TokenStream) -> TokenStream {
    let mut ours: Vec<TokenTree> = ours.into_iter().collect();
    if let Some(token) = ours.last_mut() {
        token.set_span(last);
    }
    if let Some(token) = ours.first_mut() {
        token.set_span(first);
    }
    ours.into_iter().collect()
}

/// Tokens of ours that are all at one place of the user.
pub(super) fn at(place: Span, ours: TokenStream) -> TokenStream {
    let at = |mut token: TokenTree| {
        token.set_span(place);
        token
    };
    ours.into_iter().map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_ours_go_from_the_first_to_the_last_place_of_the_user() {
        let written: TokenStream = "Option < Socket >".parse().unwrap();
        let (first, last) = ends(&written);
        let places = |tokens: TokenStream| -> Vec<_> {
            tokens.into_iter().map(|token| (token.span().start(), token.span().end())).collect()
        };
        let [first_place, last_place] = [first, last].map(|span| (span.start(), span.end()));
        let ours = places(between(first, last, quote!(__ws::Reply::send)));
        let unplaced = places(quote!(__ws::Reply::send));
        assert_eq!((ours[0], *ours.last().unwrap()), (first_place, last_place));
        assert_eq!(ours[1..ours.len() - 1], unplaced[1..unplaced.len() - 1]);
        assert_eq!(places(at(last, quote!('static))), [last_place; 2]);
    }
}
