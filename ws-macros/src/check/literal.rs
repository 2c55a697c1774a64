//! Values that are checked at compile time because they are literals. Other expressions are checked when the listener
//! binds.

use syn::{Expr, Lit, LitFloat, LitInt, LitStr, UnOp};

use crate::diag::Diagnostics;
use crate::key::Key;
use crate::message;

/// A number with its sign.
enum Number<'a> {
    Float(bool, &'a LitFloat),
    Integer(bool, &'a LitInt),
    /// Not a literal.
    Computed,
    /// A literal of something else.
    Other,
}

impl<'a> Number<'a> {
    fn of(value: &'a Expr) -> Self {
        let (negative, value) = match peel(value) {
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => (true, peel(&unary.expr)),
            value => (false, value),
        };
        match value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Float(float) => Self::Float(negative, float),
                Lit::Int(int) => Self::Integer(negative, int),
                _ => Self::Other,
            },
            Expr::Array(_) | Expr::Closure(_) | Expr::Return(_) | Expr::Try(_) | Expr::Tuple(_) => Self::Other,
            _ => Self::Computed,
        }
    }
}

/// Checks a time-out: it is not negative, except that the closure time-out can be -1, and that for a pong it is not 0 either.
pub(super) fn check_seconds(key: Key, value: &Expr, diags: &mut Diagnostics) {
    let (negative, seconds, is_unsuffixed) = match Number::of(value) {
        Number::Float(negative, float) => (negative, float.base10_parse().unwrap_or(0.0), false),
        Number::Integer(negative, int) => {
            (negative, int.base10_parse().unwrap_or(f64::INFINITY), int.suffix().is_empty())
        }
        Number::Computed => return,
        Number::Other => return report_ill_typed(key, value, diags),
    };
    if has_foreign_suffix(value, &SECONDS) {
        return report_ill_typed(key, value, diags);
    }
    if key == Key::PongTimeout && (negative || seconds.to_bits() == 0) {
        return diags.report(value, message::zero_value(key.name()));
    }
    let for_ever = key == Key::ConnectionClosureTimeout && negative && seconds.to_bits() == 1.0_f64.to_bits();
    if negative && seconds > 0.0 && !for_ever {
        let special_value = match key {
            Key::ConnectionClosureTimeout => "write `-1` to wait for ever",
            _ => "write `0` to turn it off",
        };
        diags.report(value, message::negative_seconds(key.name(), special_value));
    } else if is_unsuffixed && seconds > f64::from(MAX_SECONDS) {
        diags.report(value, message::value_too_large(key.name(), u64::from(MAX_SECONDS), "seconds"));
    }
}

/// Checks a size in bytes: it is a whole number and not zero.
pub(super) fn check_size(key: Key, value: &Expr, diags: &mut Diagnostics) {
    match Number::of(value) {
        Number::Integer(..) if has_foreign_suffix(value, &["", "usize"]) => report_ill_typed(key, value, diags),
        Number::Integer(negative, int) => match int.base10_parse::<u64>() {
            Ok(size) if size == 0 || negative => diags.report(value, message::zero_value(key.name())),
            Ok(_) => {}
            Err(_) => diags.report(value, message::value_too_large(key.name(), u64::MAX, "bytes")),
        },
        Number::Computed => {}
        Number::Float(..) | Number::Other => report_ill_typed(key, value, diags),
    }
}

/// Checks a value that no literal can be.
pub(super) fn check_computed(key: Key, value: &Expr, diags: &mut Diagnostics) {
    if !is_computed(value) {
        report_ill_typed(key, value, diags);
    }
}

/// Returns whether a value may be anything: it is no literal, and nothing made of them.
pub(super) fn is_computed(value: &Expr) -> bool {
    !matches!(
        peel(value),
        Expr::Array(_)
            | Expr::Closure(_)
            | Expr::Lit(_)
            | Expr::Return(_)
            | Expr::Try(_)
            | Expr::Tuple(_)
            | Expr::Unary(_)
    )
}

/// Returns whether a literal says that it is of a type that the setting does not take.
fn has_foreign_suffix(value: &Expr, suffixes: &[&str]) -> bool {
    let suffix = match Number::of(value) {
        Number::Float(_, float) => float.suffix(),
        Number::Integer(_, int) => int.suffix(),
        Number::Computed | Number::Other => return false,
    };
    !suffixes.contains(&suffix)
}

/// Returns the string literal that a value must be.
pub(super) fn string<'a>(key: Key, value: &'a Expr, diags: &mut Diagnostics) -> Option<&'a LitStr> {
    if let Expr::Lit(literal) = peel(value)
        && let Lit::Str(string) = &literal.lit
    {
        return Some(string);
    }
    report_ill_typed(key, value, diags);
    None
}

pub(super) fn boolean(key: Key, value: &Expr, diags: &mut Diagnostics) -> Option<bool> {
    if let Expr::Lit(literal) = peel(value)
        && let Lit::Bool(boolean) = &literal.lit
    {
        return Some(boolean.value);
    }
    report_ill_typed(key, value, diags);
    None
}

pub(super) fn report_ill_typed(key: Key, value: &Expr, diags: &mut Diagnostics) {
    diags.report(value, message::ill_typed_value(key.name(), key.expected(), key.example()));
}

/// Takes the parentheses and the invisible groups of `macro_rules` off an expression.
pub(super) fn peel(value: &Expr) -> &Expr {
    match value {
        Expr::Group(group) => peel(&group.expr),
        Expr::Paren(paren) => peel(&paren.expr),
        value => value,
    }
}

/// Returns whether a text is a token of RFC 7230, such as the name of a header or of a subprotocol.
pub(super) fn is_token(text: &str) -> bool {
    let is_token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// The types of literals that are seconds.
const SECONDS: [&str; 13] = ["", "f32", "f64", "i8", "i16", "i32", "i64", "isize", "u8", "u16", "u32", "u64", "usize"];

// An integer literal without suffix is an `i32` in the expansion.
const MAX_SECONDS: u32 = i32::MAX.unsigned_abs();
