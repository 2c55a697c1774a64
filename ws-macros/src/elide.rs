//! Types of a signature where its lifetimes are out of scope.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::Type;

/// Writes `'_` for the lifetimes of a signature: `Subscribe<'a>` becomes `Subscribe<'_>`.
pub(crate) fn lifetimes(ty: &Type) -> TokenStream {
    let tokens = ty.to_token_stream();
    let mut kept = vec!["static".to_owned()];
    collect_bound(tokens.clone(), &mut kept);
    rename(tokens, "_", &kept)
}

/// Writes `'static` for all lifetimes.
pub(crate) fn to_static(tokens: TokenStream) -> TokenStream {
    let bound = bound_lifetimes(tokens.clone());
    rename(tokens, "static", &bound)
}

/// Returns the lifetimes of `for<'a> …`.
pub(crate) fn bound_lifetimes(tokens: TokenStream) -> Vec<String> {
    let mut bound = Vec::new();
    collect_bound(tokens, &mut bound);
    bound
}

/// Collects the lifetimes of `for<'a> …`, which are in scope wherever the type stands.
fn collect_bound(tokens: TokenStream, bound: &mut Vec<String>) {
    let mut in_binder = false;
    let mut after_for = false;
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        let is_for = matches!(&token, TokenTree::Ident(ident) if ident == "for");
        match token {
            TokenTree::Group(group) => collect_bound(group.stream(), bound),
            TokenTree::Punct(punct) => match punct.as_char() {
                '<' if after_for => in_binder = true,
                '>' => in_binder = false,
                '\'' if in_binder => bound.extend(tokens.next().map(|name| name.to_string())),
                _ => {}
            },
            TokenTree::Ident(_) | TokenTree::Literal(_) => {}
        }
        after_for = is_for;
    }
}

fn rename(tokens: TokenStream, name: &str, kept: &[String]) -> TokenStream {
    let mut after_quote = false;
    tokens
        .into_iter()
        .map(|token| {
            let is_lifetime = after_quote;
            after_quote = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
            match token {
                TokenTree::Ident(ident) if is_lifetime && !kept.iter().any(|kept| ident == kept) => {
                    Ident::new(name, ident.span()).into()
                }
                TokenTree::Group(group) => {
                    let mut renamed = Group::new(group.delimiter(), rename(group.stream(), name, kept));
                    renamed.set_span(group.span());
                    renamed.into()
                }
                token => token,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_of_the_signature_are_elided() {
        let table = [
            ("&'a str", "&'_ str"),
            ("Subscribe<'a>", "Subscribe<'_>"),
            ("(&'a str, [&'b u8; 2])", "(&'_ str, [&'_ u8; 2])"),
            ("&'static str", "&'static str"),
            ("Box<dyn for<'x> Fn(&'x str) -> &'x str + 'a>", "Box<dyn for<'x> Fn(&'x str) -> &'x str + '_>"),
            ("String", "String"),
        ];
        for (ty, expected) in table {
            let expected: Type = syn::parse_str(expected).unwrap();
            let elided: Type = syn::parse2(lifetimes(&syn::parse_str(ty).unwrap())).unwrap();
            assert_eq!(elided.to_token_stream().to_string(), expected.to_token_stream().to_string());
        }
    }

    #[test]
    fn all_lifetimes_become_static() {
        let ty: Type = syn::parse2(to_static("Chat<'a, &'b str>".parse().unwrap())).unwrap();
        let expected: Type = syn::parse_str("Chat<'static, &'static str>").unwrap();
        assert_eq!(ty.to_token_stream().to_string(), expected.to_token_stream().to_string());
    }
}
