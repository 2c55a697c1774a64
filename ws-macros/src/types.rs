//! What can be seen of a type without knowing what its names mean.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{Type, TypeReference};

/// Takes the parentheses and the invisible groups of `macro_rules` off a type.
pub(crate) fn peel(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peel(&group.elem),
        Type::Paren(paren) => peel(&paren.elem),
        ty => ty,
    }
}

/// Returns the type as it was written, without generic arguments.
pub(crate) fn name(ty: &Type) -> String {
    let Type::Path(path) = peel(ty) else { return ty.to_token_stream().to_string() };
    let segments: Vec<_> = path.path.segments.iter().map(|segment| segment.ident.unraw().to_string()).collect();
    segments.join("::")
}

/// Returns the reference that a type is.
pub(crate) fn reference(ty: &Type) -> Option<&TypeReference> {
    match peel(ty) {
        Type::Reference(reference) => Some(reference),
        _ => None,
    }
}

/// Returns whether a type, or what it refers to, has this name: `&websocket::Caller` is named `Caller`.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    match peel(ty) {
        Type::Path(path) => path.path.segments.last().is_some_and(|segment| segment.ident == name),
        Type::Reference(reference) => is_named(&reference.elem, name),
        _ => false,
    }
}

/// Returns whether a type is `&Name`.
pub(crate) fn is_shared_reference_to(ty: &Type, name: &str) -> bool {
    reference(ty).is_some_and(|reference| {
        reference.mutability.is_none()
            && matches!(peel(&reference.elem), Type::Path(_))
            && is_named(&reference.elem, name)
    })
}

/// Returns whether `impl Trait` occurs in a type.
pub(crate) fn contains_impl_trait(ty: &Type) -> bool {
    fn search(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident == "impl",
            TokenTree::Group(group) => search(group.stream()),
            TokenTree::Literal(_) | TokenTree::Punct(_) => false,
        })
    }
    search(ty.to_token_stream())
}
