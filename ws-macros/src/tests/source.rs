//! Source text in, what the compiler would see out.

use std::io::Write as _;
use std::process::{Command, Stdio};

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

use crate::marker::Marker;
use crate::side::Side;
use crate::{pipeline, stray};

/// Expands the first attribute of an item, `#[service(path = "/")] impl Chat { … }`, or the first one inside it.
pub(super) fn expand(source: &str) -> TokenStream {
    let mut tokens = source.parse::<TokenStream>().unwrap();
    while !tokens.to_string().starts_with('#') {
        tokens = group(tokens.into_iter().last()).stream();
    }
    let mut tokens = tokens.into_iter().skip(1);
    let attribute: Vec<TokenTree> = group(tokens.next()).stream().into_iter().collect();
    let (path, args) = match attribute.as_slice() {
        [path @ .., TokenTree::Group(args)] => (path, args.stream()),
        path => (path, TokenStream::new()),
    };
    let name = path.last().map(ToString::to_string);
    let name = name.unwrap_or_default();
    if let Some(marker) = Marker::ON_METHODS.into_iter().find(|marker| name == marker.name()) {
        return stray::expand(marker, &tokens.collect());
    }
    let side = if name == Side::Client.name() { Side::Client } else { Side::Service };
    pipeline::expand(side, args, tokens.collect())
}

/// The mistakes that an expansion reports: the text that each underlines, and what it says.
pub(super) fn mistakes(expansion: TokenStream) -> Vec<(String, String)> {
    let mistakes = located_mistakes(expansion).into_iter();
    mistakes.map(|(place, message)| (place.and_then(|span| span.source_text()).unwrap_or_default(), message)).collect()
}

/// The mistakes that an expansion reports: where each is, and what it says. `None` is the attribute itself.
pub(super) fn located_mistakes(expansion: TokenStream) -> Vec<(Option<Span>, String)> {
    let tokens: Vec<TokenTree> = expansion.into_iter().collect();
    let is_report = |window: &&[TokenTree]| window[0].to_string() == "compile_error";
    let windows = tokens.windows(3).enumerate().filter(|(_, window)| is_report(window));
    windows
        .map(|(index, window)| {
            // `::core::compile_error! { "…" }`: the path begins where the mistake does, the text ends where it ends.
            let start = tokens[index - 5].span();
            let text = group(Some(window[2].clone())).stream().into_iter().next().unwrap();
            let message = syn::parse2::<syn::LitStr>(text.clone().into()).unwrap().value();
            (start.join(text.span()).filter(|span| span.source_text().is_some()), message)
        })
        .collect()
}

/// Formats as this workspace is formatted. (`prettyplease` would leave the arguments of macros as they come.)
pub(super) fn format(code: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    rustfmt.stdin.take().unwrap().write_all(code.as_bytes()).unwrap();
    let output = rustfmt.wait_with_output().unwrap();
    assert!(output.status.success(), "{code}");
    String::from_utf8(output.stdout).unwrap()
}

fn group(token: Option<TokenTree>) -> Group {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::None => group,
        other => panic!("expected a group, found {other:?}"),
    }
}
