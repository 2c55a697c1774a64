//! The arguments of the `remote` attribute as they were written.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, LitStr, Meta, Token};

use crate::args::{skip_to_comma, try_parse};
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
                let mut event = Self::Absent;
                let read_all = |input: ParseStream<'_>| {
                    while !input.is_empty() {
                        event.read(input, diags);
                        input.parse::<Option<Token![,]>>()?;
                    }
                    Ok(())
                };
                if let Err(error) = attr.parse_args_with(read_all) {
                    diags.push(error);
                }
                event
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

    fn read(&mut self, input: ParseStream<'_>, diags: &mut Diagnostics) {
        let Some(key) = try_parse(input, Ident::parse_any) else {
            diags.report(skip_to_comma(input), message::ill_typed_value(KEY, EXPECTED, EXAMPLE));
            *self = Self::Invalid;
            return;
        };
        if key != KEY {
            let name = key.unraw().to_string();
            diags.report(
                &key,
                message::unknown_key(Marker::Remote.name(), &name, suggest::similar(&name, [KEY]), &[KEY]),
            );
            skip_to_comma(input);
            *self = Self::Invalid;
            return;
        }
        let is_second = !matches!(self, Self::Absent);
        if is_second {
            diags.report(&key, message::duplicate_attribute(KEY));
            skip_to_comma(input);
            return;
        }
        *self = Self::read_value(key, input, diags);
    }

    fn read_value(key: Ident, input: ParseStream<'_>, diags: &mut Diagnostics) -> Self {
        let has_value = input.parse::<Token![=]>().is_ok() && !input.is_empty() && !input.peek(Token![,]);
        let value = try_parse::<LitStr>(input, Parse::parse);
        let rest = skip_to_comma(input);
        match value {
            Some(value) if rest.is_empty() => Self::Given { key, value },
            _ => {
                if has_value {
                    diags.report(rest, message::ill_typed_value(KEY, EXPECTED, EXAMPLE));
                } else {
                    diags.report(key, message::key_without_value(KEY, EXAMPLE));
                }
                Self::Invalid
            }
        }
    }
}

const KEY: &str = "event";
const EXPECTED: &str = "a string literal";
const EXAMPLE: &str = "#[remote(event = \"heartbeat\")]";
