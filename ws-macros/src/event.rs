//! The arguments of the `remote` attribute as they were written.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Attribute, LitStr, Meta, Token};

use crate::args::{skip_to_comma, take_equals, try_parse};
use crate::diag::Diagnostics;
use crate::marker::Marker;
use crate::message;
use crate::suggest;

/// `event = "heartbeat"`
pub(crate) enum RawEvent {
    Absent,
    Given {
        key: Ident,
        value: LitStr,
    },
    /// Wrong, which is already reported.
    Invalid,
}

impl RawEvent {
    pub(crate) fn parse(attr: &Attribute, diags: &mut Diagnostics) -> Self {
        match &attr.meta {
            Meta::Path(_) => Self::Absent,
            Meta::List(_) => {
                let read_all = |input: ParseStream<'_>| {
                    let mut event = Self::Absent;
                    while !input.is_empty() {
                        let read = Self::read(input, diags);
                        event = event.or(read, diags);
                        input.parse::<Option<Token![,]>>()?;
                    }
                    Ok(event)
                };
                attr.parse_args_with(read_all).unwrap_or_else(|error| {
                    diags.push(error);
                    Self::Invalid
                })
            }
            Meta::NameValue(_) => {
                diags.report(attr, message::arguments_without_parentheses(Marker::Remote, EXAMPLE));
                Self::Invalid
            }
        }
    }

    /// The value of the dispatcher key, where it is given.
    pub(crate) fn value(&self) -> Option<&LitStr> {
        match self {
            Self::Given { value, .. } => Some(value),
            Self::Absent | Self::Invalid => None,
        }
    }

    fn read(input: ParseStream<'_>, diags: &mut Diagnostics) -> Self {
        let Some(key) = try_parse(input, Ident::parse_any) else {
            let found = skip_to_comma(input);
            let example = match syn::parse2::<LitStr>(found.clone()) {
                Ok(value) => format!("#[remote({KEY} = {})]", value.token()),
                Err(_) => EXAMPLE.to_owned(),
            };
            diags.report(&found, message::expected_key(Marker::Remote.name(), &found, &example));
            return Self::Invalid;
        };
        if key.unraw() == KEY {
            return Self::read_value(key, input, diags);
        }
        let name = key.unraw().to_string();
        diags.report(key, message::unknown_key(Marker::Remote.name(), &name, suggest::similar(&name, [KEY]), &[KEY]));
        skip_to_comma(input);
        Self::Invalid
    }

    fn read_value(key: Ident, input: ParseStream<'_>, diags: &mut Diagnostics) -> Self {
        if take_equals(&key, EXAMPLE, input, diags) {
            let value = skip_to_comma(input);
            match syn::parse2::<LitStr>(value.clone()) {
                Ok(value) if value.suffix().is_empty() => return Self::Given { key, value },
                _ => diags.report(value, message::ill_typed_value(KEY, EXPECTED, EXAMPLE)),
            }
        }
        Self::Invalid
    }

    /// Takes the first event of two.
    fn or(self, later: Self, diags: &mut Diagnostics) -> Self {
        match (self, later) {
            (first @ Self::Given { .. }, Self::Given { key, .. }) => {
                diags.report(key, message::duplicate_attribute(KEY));
                first
            }
            (given @ Self::Given { .. }, _) | (_, given) => given,
        }
    }
}

const KEY: &str = "event";
const EXPECTED: &str = "a string literal";
const EXAMPLE: &str = "#[remote(event = \"heartbeat\")]";
