//! What can be seen of a type without knowing what its names mean.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::punctuated::Punctuated;
use syn::{GenericArgument, Lifetime, Path, PathArguments, Token, Type, TypeParamBound, TypeReference};

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

/// Returns the type as a person would write it.
pub(crate) fn text(ty: &Type) -> String {
    let text = peel(ty).to_token_stream().to_string();
    let glued = ["& ", "' ", " <", "< ", " >", " ::", ":: ", " ,", "( ", " )", "[ ", " ]", " ;"];
    glued.iter().fold(text, |text, glued| text.replace(glued, glued.trim()))
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
        Type::Path(path) => path.path.segments.last().is_some_and(|segment| segment.ident.unraw() == name),
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

/// Returns whether a type is a future: `impl Future`, a pinned box of one, or what the `futures` crate calls so.
pub(crate) fn is_future(ty: &Type) -> bool {
    let names_future = |bounds: &Punctuated<TypeParamBound, Token![+]>| {
        bounds.iter().any(|bound| match bound {
            TypeParamBound::Trait(bound) => is_last(&bound.path, "Future"),
            _ => false,
        })
    };
    match peel(ty) {
        Type::ImplTrait(opaque) => names_future(&opaque.bounds),
        Type::TraitObject(object) => names_future(&object.bounds),
        Type::Path(path) if is_last(&path.path, "Pin") || is_last(&path.path, "Box") => {
            first_argument(&path.path).is_some_and(is_future)
        }
        Type::Path(path) => is_last(&path.path, "BoxFuture") || is_last(&path.path, "LocalBoxFuture"),
        _ => false,
    }
}

fn is_last(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|segment| segment.ident == name)
}

fn first_argument(path: &Path) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Finds the lifetime of a `&'static`, which is not that of a function type.
pub(crate) fn static_reference(ty: &Type) -> Option<Lifetime> {
    fn search(tokens: TokenStream) -> Option<Lifetime> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let found = tokens.windows(3).find_map(|tokens| match tokens {
            [TokenTree::Punct(and), TokenTree::Punct(quote), TokenTree::Ident(ident)]
                if and.as_char() == '&' && quote.as_char() == '\'' && ident == "static" =>
            {
                Some(Lifetime { apostrophe: quote.span(), ident: ident.clone() })
            }
            _ => None,
        });
        found.or_else(|| {
            tokens.into_iter().find_map(|token| match token {
                TokenTree::Group(group) if group.delimiter() != Delimiter::Parenthesis => search(group.stream()),
                _ => None,
            })
        })
    }
    search(peel(ty).to_token_stream())
}

/// Returns whether a type can be that of a value: it is not left out, and no `impl Trait` or `dyn Trait`.
pub(crate) fn is_concrete(ty: &Type) -> bool {
    !matches!(peel(ty), Type::ImplTrait(_) | Type::Infer(_) | Type::TraitObject(_))
}

/// Returns whether a type is spelt as one without a size.
pub(crate) fn is_unsized(ty: &Type) -> bool {
    match peel(ty) {
        Type::Slice(_) | Type::TraitObject(_) => true,
        Type::Path(path) => path.path.is_ident("str"),
        _ => false,
    }
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
