//! The arguments of the attributes `service` and `client` as they were written.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Expr, LitStr, Path, Token, Type, parse_quote};

use crate::diag::Diagnostics;
use crate::key::Key;
use crate::message;
use crate::side::Side;
use crate::suggest;
use crate::types;

/// `path = "/chat", state = Hub`
pub(crate) struct RawArgs {
    /// The attribute that has them.
    pub(crate) side: Side,
    pub(crate) args: Vec<RawArg>,
}

/// `path = "/chat"`
pub(crate) struct RawArg {
    pub(crate) key: Key,
    /// The key as it was written.
    pub(crate) ident: Ident,
    /// `None` when the value could not be read, which is already reported.
    pub(crate) value: Option<RawValue>,
}

/// The value of an argument; its key decides how it is read.
pub(crate) enum RawValue {
    Expr(Box<Expr>),
    Path(Path),
    Type(Box<Type>),
}

impl RawArgs {
    /// Reads as many arguments as there are, whatever is wrong between them.
    pub(crate) fn parse(side: Side, tokens: TokenStream, diags: &mut Diagnostics) -> Self {
        let mut args = Vec::new();
        let read_all = |input: ParseStream<'_>| {
            while !input.is_empty() {
                args.extend(RawArg::parse(side, input, diags));
                finish_arg(input, diags);
            }
            Ok(())
        };
        if let Err(error) = read_all.parse2(tokens) {
            diags.push(error);
        }
        Self { side, args }
    }

    /// The path of the runtime crate.
    pub(crate) fn runtime(&self) -> Path {
        let given = self.args.iter().find_map(|arg| match &arg.value {
            Some(RawValue::Path(path)) => Some(path.clone()),
            _ => None,
        });
        given.unwrap_or_else(|| parse_quote!(::websocket))
    }

    /// The type of the state, where it can be one.
    pub(crate) fn state(&self) -> Option<&Type> {
        let state = self.args.iter().find_map(|arg| match &arg.value {
            Some(RawValue::Type(state)) => Some(&**state),
            _ => None,
        });
        state.filter(|state| types::is_concrete(state))
    }

    /// Returns a key as it was written.
    pub(crate) fn ident(&self, key: Key) -> Option<&Ident> {
        self.args.iter().find(|arg| arg.key == key).map(|arg| &arg.ident)
    }

    /// Returns whether a key was given, with a valid value or not.
    pub(crate) fn has(&self, key: Key) -> bool {
        self.args.iter().any(|arg| arg.key == key)
    }
}

impl RawArg {
    fn parse(side: Side, input: ParseStream<'_>, diags: &mut Diagnostics) -> Option<Self> {
        let Ok(ident) = input.call(Ident::parse_any) else {
            let found = input.parse::<TokenTree>().ok()?;
            diags.report(&found, message::expected_key(side.name(), &found, side.first_key().example()));
            skip_to_comma(input);
            // What cannot be read may be the path, which is then not missing too.
            return Some(Self { key: side.first_key(), ident: Ident::new("_", found.span()), value: None });
        };
        let name = ident.unraw().to_string();
        let Some(key) = Key::from_name(&name) else {
            let similar = suggest::similar(&name.to_lowercase(), side.keys());
            if side == Side::Service && similar.is_none() && looks_like_path(input) {
                diags.report(&ident, message::path_by_another_name(&name, Key::Path.example()));
                skip_to_comma(input);
                return Some(Self { key: Key::Path, ident, value: None });
            }
            diags.report(&ident, message::unknown_key(side.name(), &name, similar, &side.keys()));
            skip_to_comma(input);
            // A misspelt key counts as given, so that it is not reported as missing too.
            return Some(Self { key: Key::from_name(similar?)?, ident, value: None });
        };
        if let Some(instead) = key.in_client().filter(|_| side == Side::Client) {
            diags.report(&ident, message::key_of_service(&name, instead));
            skip_value(key, &ident, input);
            return None;
        }
        let value = RawValue::parse(key, &ident, input, diags);
        Some(Self { key, ident, value })
    }
}

impl RawValue {
    fn parse(key: Key, ident: &Ident, input: ParseStream<'_>, diags: &mut Diagnostics) -> Option<Self> {
        if !take_equals(ident, key.example(), input, diags) {
            return None;
        }
        let value = match key {
            Key::Crate => try_parse_all(input, Path::parse_mod_style).map(Self::Path),
            Key::State => try_parse_all(input, Type::parse).map(|state| Self::Type(Box::new(state))),
            _ => try_parse(input, Expr::parse).map(|value| Self::Expr(Box::new(value))),
        };
        if value.is_none() {
            let wrong = skip_to_comma(input);
            diags.report(wrong, message::ill_typed_value(key.name(), key.expected(), key.example()));
        }
        value
    }
}

/// Takes a value of which nothing matters, not even that it is wrong.
fn skip_value(key: Key, ident: &Ident, input: ParseStream<'_>) {
    let mut ignored = Diagnostics::new();
    RawValue::parse(key, ident, input, &mut ignored);
    let _ = ignored.finish();
}

/// Takes the comma after an argument. Two arguments without one are both read.
fn finish_arg(input: ParseStream<'_>, diags: &mut Diagnostics) {
    if input.is_empty() || input.parse::<Token![,]>().is_ok() {
        return;
    }
    if let Some(next) = input.cursor().token_tree().map(|(token, _)| token) {
        diags.report(&next, message::missing_comma(&next));
    }
    if !(input.peek(Ident::peek_any) && input.peek2(Token![=])) {
        skip_to_comma(input);
        let _ = input.parse::<Token![,]>();
    }
}

/// Returns whether `= "/chat"` follows.
fn looks_like_path(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.parse::<Token![=]>().is_ok() && ahead.parse::<LitStr>().is_ok_and(|path| path.value().starts_with('/'))
}

/// Takes the `=` between a key and its value. `false` where there is none, or no value, which is reported.
pub(crate) fn take_equals(key: &Ident, example: &str, input: ParseStream<'_>, diags: &mut Diagnostics) -> bool {
    let name = key.unraw().to_string();
    if input.is_empty() || input.peek(Token![,]) {
        diags.report(key, message::key_without_value(&name, example));
        return false;
    }
    if input.peek(Token![==]) || input.parse::<Token![=]>().is_err() {
        let found = input.cursor().token_tree().map(|(token, _)| token);
        diags.report(&found, message::expected_equals(&name, &found.to_token_stream(), example));
        skip_to_comma(input);
        return false;
    }
    let has_value = !input.is_empty() && !input.peek(Token![,]);
    if !has_value {
        diags.report(key, message::key_without_value(&name, example));
    }
    has_value
}

/// Reads on if that succeeds up to the end of the argument, or to another that a comma should be before.
fn try_parse_all<T>(input: ParseStream<'_>, parse: fn(ParseStream<'_>) -> syn::Result<T>) -> Option<T> {
    let ahead = input.fork();
    let value = parse(&ahead).ok()?;
    let is_all = ahead.is_empty() || ahead.peek(Token![,]) || ahead.peek2(Token![=]);
    if is_all {
        input.advance_to(&ahead);
    }
    is_all.then_some(value)
}

/// Reads on if that succeeds.
pub(crate) fn try_parse<T>(input: ParseStream<'_>, parse: fn(ParseStream<'_>) -> syn::Result<T>) -> Option<T> {
    let ahead = input.fork();
    let value = parse(&ahead).ok()?;
    input.advance_to(&ahead);
    Some(value)
}

/// Returns what stands before the next comma.
pub(crate) fn skip_to_comma(input: ParseStream<'_>) -> TokenStream {
    let mut skipped = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        skipped.extend(input.parse::<TokenTree>().ok());
    }
    skipped
}
