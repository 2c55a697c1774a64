//! Source text in, what the compiler would see out.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

use crate::pipeline;

/// Expands the first attribute of an item: `#[service(path = "/")] impl Chat { … }`.
pub(super) fn expand(source: &str) -> TokenStream {
    let mut tokens = source.parse::<TokenStream>().unwrap().into_iter();
    assert!(matches!(tokens.next(), Some(TokenTree::Punct(pound)) if pound.as_char() == '#'));
    let attribute: Vec<TokenTree> = group(tokens.next()).stream().into_iter().collect();
    let args = match attribute.as_slice() {
        [.., TokenTree::Group(args)] => args.stream(),
        _ => TokenStream::new(),
    };
    pipeline::service(args, tokens.collect())
}

/// The mistakes that an expansion reports: the text that each underlines, and what it says.
pub(super) fn mistakes(expansion: TokenStream) -> Vec<(String, String)> {
    let tokens: Vec<TokenTree> = expansion.into_iter().collect();
    let is_report = |window: &&[TokenTree]| window[0].to_string() == "compile_error";
    let windows = tokens.windows(3).enumerate().filter(|(_, window)| is_report(window));
    windows
        .map(|(index, window)| {
            // `::core::compile_error! { "…" }`: the path begins where the mistake does, the text ends where it ends.
            let start = tokens[index - 5].span();
            let text = group(Some(window[2].clone())).stream().into_iter().next().unwrap();
            let message = syn::parse2::<syn::LitStr>(text.clone().into()).unwrap().value();
            (underlined(start, text.span()), message)
        })
        .collect()
}

fn underlined(start: Span, end: Span) -> String {
    start.join(end).and_then(|span| span.source_text()).unwrap_or_default()
}

fn group(token: Option<TokenTree>) -> Group {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::None => group,
        other => panic!("expected a group, found {other:?}"),
    }
}
