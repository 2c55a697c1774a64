//! The settings of a service or a client.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote};
use syn::{Expr, ExprArray, ExprLit, ExprUnary};

use super::place;
use crate::key::Key;
use crate::model::{Endpoint, Setting};

/// ```text
/// fn settings() -> __ws::Settings {
///     __ws::Settings::new().idle_timeout(30).max_frame_size(__ws::Size::into_bytes::<>(LIMIT))
/// }
/// ```
pub(super) fn expand(endpoint: &Endpoint<'_>) -> Option<TokenStream> {
    if endpoint.settings.is_empty() {
        return None;
    }
    let setters = endpoint.settings.iter().map(|setting| {
        let (setter, value) = (format_ident!("{}", setting.key.name()), expand_value(setting));
        quote!(.#setter(#value))
    });
    Some(quote! {
        fn settings() -> __ws::Settings {
            __ws::Settings::new() #(#setters)*
        }
    })
}

/// The macro has checked what is a literal. Of anything else the compiler checks the type, and underlines the value.
fn expand_value(setting: &Setting<'_>) -> TokenStream {
    let value = setting.value.to_token_stream();
    if is_literal(setting.value) {
        return value;
    }
    let conversion = match setting.key {
        Key::Auth => quote!(__ws::AuthChoice::into_auth),
        Key::Compression => quote!(__ws::CompressionChoice::into_compression),
        Key::Origins => quote!(__ws::OriginsChoice::into_origins),
        Key::MaxFrameSize | Key::MaxMessageSize => quote!(__ws::Size::into_bytes),
        _ => quote!(__ws::Seconds::into_seconds),
    };
    let conversion = place::at_value(&value, &conversion);
    quote!(#conversion(#value))
}

fn is_literal(value: &Expr) -> bool {
    match value {
        Expr::Lit(ExprLit { .. }) => true,
        Expr::Unary(ExprUnary { expr, .. }) => is_literal(expr),
        Expr::Array(ExprArray { elems, .. }) => elems.iter().all(is_literal),
        _ => false,
    }
}
