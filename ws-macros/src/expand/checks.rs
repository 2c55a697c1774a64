//! Payloads whose types the compiler checks apart from where they are bound: how they are bound is what their types decide.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use crate::elide;
use crate::model::{Callback, Endpoint, Event, MessageKind};

/// ```text
/// const CHECKS: &[()] = &[<Subscribe<'_> as __ws::Payload<'_>>::CHECK];
/// ```
pub(super) fn expand(endpoint: &Endpoint<'_>) -> Option<TokenStream> {
    let mut seen = Vec::new();
    let checks: Vec<_> = endpoint.callbacks.iter().filter_map(|callback| expand_check(callback, &mut seen)).collect();
    (!checks.is_empty()).then(|| quote!(const CHECKS: &[()] = &[#(#checks),*];))
}

/// `<Subscribe<'_> as __ws::Payload<'_>>::CHECK`, unless it was seen before.
fn expand_check(callback: &Callback<'_>, seen: &mut Vec<String>) -> Option<TokenStream> {
    let cfgs = &callback.cfgs;
    let ty = elide::lifetimes(payload(&callback.event)?);
    let text = quote!(#(#cfgs)* #ty).to_string();
    if seen.contains(&text) {
        return None;
    }
    seen.push(text);
    Some(quote!(#(#cfgs)* <#ty as __ws::Payload<'_>>::CHECK))
}

fn payload<'a>(event: &Event<'a>) -> Option<&'a Type> {
    match event {
        Event::Dispatched { payload, .. } => *payload,
        Event::Message { kind: MessageKind::Any, payload } => Some(payload),
        _ => None,
    }
}
