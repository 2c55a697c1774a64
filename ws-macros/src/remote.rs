//! The arguments of the `remote` attribute as they were written.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, ExprArray, LitStr, Meta, Token};

use crate::args::{skip_to_comma, take_equals, try_parse};
use crate::diag::Diagnostics;
use crate::marker::Marker;
use crate::message;
use crate::suggest;

/// `event = "heartbeat", scopes = ["write"]`
#[derive(Default)]
pub(crate) struct RawRemote {
    pub(crate) event: RawEvent,
    pub(crate) scopes: Option<RawScopes>,
}

/// `event = "heartbeat"`
#[derive(Default)]
pub(crate) enum RawEvent {
    #[default]
    Absent,
    Given {
        key: Ident,
        value: LitStr,
    },
    /// Wrong, which is already reported.
    Invalid,
}

/// `scopes = ["write"]`
pub(crate) struct RawScopes {
    pub(crate) key: Ident,
    /// The brackets and what is in them.
    pub(crate) value: TokenStream,
    pub(crate) names: Vec<LitStr>,
}

impl RawRemote {
    pub(crate) fn parse(attr: &Attribute, diags: &mut Diagnostics) -> Self {
        let mut remote = Self::default();
        match &attr.meta {
            Meta::Path(_) => {}
            Meta::List(_) => {
                let read_all = |input: ParseStream<'_>| {
                    while !input.is_empty() {
                        remote.read(input, diags);
                        input.parse::<Option<Token![,]>>()?;
                    }
                    Ok(())
                };
                if let Err(error) = attr.parse_args_with(read_all) {
                    diags.push(error);
                    remote.event = RawEvent::Invalid;
                }
            }
            Meta::NameValue(_) => {
                diags.report(attr, message::arguments_without_parentheses(Marker::Remote, EVENT.example));
                remote.event = RawEvent::Invalid;
            }
        }
        remote
    }

    fn read(&mut self, input: ParseStream<'_>, diags: &mut Diagnostics) {
        let Some(key) = try_parse(input, Ident::parse_any) else {
            let found = skip_to_comma(input);
            let example = match syn::parse2::<LitStr>(found.clone()) {
                Ok(value) => format!("#[remote({} = {})]", EVENT.name, value.token()),
                Err(_) => EVENT.example.to_owned(),
            };
            diags.report(&found, message::expected_key(Marker::Remote.name(), &found, &example));
            return self.event.invalidate();
        };
        let name = key.unraw().to_string();
        if name == EVENT.name {
            let event = RawEvent::read(key, input, diags);
            self.event.set(event, diags);
        } else if name == SCOPES.name {
            let is_repeated = self.scopes.is_some();
            match RawScopes::read(key, input, diags) {
                Some(later) if is_repeated => diags.report(later.key, message::duplicate_attribute(SCOPES.name)),
                Some(scopes) => self.scopes = Some(scopes),
                None => {}
            }
        } else {
            let known = [EVENT.name, SCOPES.name];
            let text = message::unknown_key(Marker::Remote.name(), &name, suggest::similar(&name, known), &known);
            diags.report(key, text);
            skip_to_comma(input);
            self.event.invalidate();
        }
    }
}

impl RawEvent {
    /// The value of the dispatcher key, where it is given.
    pub(crate) fn value(&self) -> Option<&LitStr> {
        match self {
            Self::Given { value, .. } => Some(value),
            Self::Absent | Self::Invalid => None,
        }
    }

    fn read(key: Ident, input: ParseStream<'_>, diags: &mut Diagnostics) -> Self {
        if take_equals(&key, EVENT.example, input, diags) {
            let value = skip_to_comma(input);
            match syn::parse2::<LitStr>(value.clone()) {
                Ok(value) if value.suffix().is_empty() => return Self::Given { key, value },
                _ => diags.report(value, EVENT.ill_typed()),
            }
        }
        Self::Invalid
    }

    /// Takes the first event of two.
    fn set(&mut self, later: Self, diags: &mut Diagnostics) {
        match (&self, later) {
            (Self::Given { .. }, Self::Given { key, .. }) => {
                diags.report(key, message::duplicate_attribute(EVENT.name));
            }
            (Self::Given { .. }, _) => {}
            (_, later) => *self = later,
        }
    }

    fn invalidate(&mut self) {
        if !matches!(self, Self::Given { .. }) {
            *self = Self::Invalid;
        }
    }
}

impl RawScopes {
    fn read(key: Ident, input: ParseStream<'_>, diags: &mut Diagnostics) -> Option<Self> {
        if !take_equals(&key, SCOPES.example, input, diags) {
            return None;
        }
        let value = skip_to_comma(input);
        let elements = syn::parse2::<ExprArray>(value.clone()).map(|array| array.elems);
        let literals = elements.map_err(|_| value.clone()).and_then(names);
        match literals {
            Ok(names) => Some(Self { key, value, names }),
            Err(wrong) => {
                diags.report(wrong, SCOPES.ill_typed());
                None
            }
        }
    }
}

/// # Errors
/// The first that is no string.
fn names(elements: Punctuated<syn::Expr, Token![,]>) -> Result<Vec<LitStr>, TokenStream> {
    let names = elements.into_iter().map(|element| match element {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. }) if name.suffix().is_empty() => Ok(name),
        other => Err(quote::ToTokens::into_token_stream(other)),
    });
    names.collect()
}

/// A key of the attribute.
struct Key {
    name: &'static str,
    expected: &'static str,
    example: &'static str,
}

impl Key {
    fn ill_typed(&self) -> String {
        message::ill_typed_value(self.name, self.expected, self.example)
    }
}

const EVENT: Key = Key { name: "event", expected: "a string literal", example: "#[remote(event = \"heartbeat\")]" };
const SCOPES: Key =
    Key { name: "scopes", expected: "an array of string literals", example: "#[remote(scopes = [\"write\"])]" };
