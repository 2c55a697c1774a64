//! Arguments whose types the compiler checks, because the macro cannot see through a type alias.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote};
use syn::Type;

use super::place::local;
use crate::elide;
use crate::types;

/// `<Status as __ws::FromStatus>::of(status)`
pub(super) fn given(name: &str, ty: &Type, requirement: &TokenStream) -> TokenStream {
    let value = local(name);
    associated(ty, requirement, "of", &quote!(#value))
}

/// `<&str as __ws::TextPayload<'_>>::bind(message)`: the one place where the type of an argument is checked, so the compiler underlines
/// it there.
pub(super) fn associated(ty: &Type, requirement: &TokenStream, function: &str, arguments: &TokenStream) -> TokenStream {
    let ty = elide::lifetimes(ty);
    let function = format_ident!("{function}");
    quote!(<#ty as __ws::#requirement>::#function(#arguments))
}

/// `reason`, where its type is spelt as it must be.
pub(super) fn reason(ty: &Type) -> TokenStream {
    let is_str = |ty: &Type| matches!(types::peel(ty), Type::Path(path) if path.path.is_ident("str"));
    if types::reference(ty).is_some_and(|reference| reference.mutability.is_none() && is_str(&reference.elem)) {
        return local("reason").into_token_stream();
    }
    given("reason", ty, &quote!(FromReason<'_>))
}

/// `state`, where its type is spelt as the `service` attribute does.
pub(super) fn state(state: Option<&Type>, ty: &Type) -> TokenStream {
    let text = |ty: &Type| ty.to_token_stream().to_string();
    let referent =
        types::reference(ty).filter(|reference| reference.mutability.is_none()).map(|reference| &reference.elem);
    match (state, referent) {
        (Some(state), Some(referent)) if text(state) == text(referent) => local("state").into_token_stream(),
        (state, _) => {
            let state = super::state(state);
            given("state", ty, &quote!(FromState<'_, #state>))
        }
    }
}
