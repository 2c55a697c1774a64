//! Replies that the compiler takes to borrow from the service or the message.

use syn::ext::IdentExt as _;
use syn::{
    CapturedParam, GenericArgument, GenericParam, Generics, Lifetime, PathArguments, ReturnType, Type, TypeImplTrait,
    TypeParamBound,
};

use crate::diag::Diagnostics;
use crate::item::RawMethod;
use crate::message;
use crate::types;

/// Reports each `impl Stream` that does not say what it captures: since the edition of 2024 it would be everything, and a stream
/// runs on when its callback has ended.
pub(super) fn check(method: &RawMethod, generics: &Generics, diags: &mut Diagnostics) {
    let ReturnType::Type(_, output) = &method.signature.output else { return };
    if let Some(lifetime) = boxed_lifetime(output) {
        diags.report(&lifetime, message::borrowing_boxed_stream());
    }
    for stream in opaque_streams(output) {
        if borrows(stream) {
            let parameters: Vec<_> = generics.params.iter().filter_map(name).collect();
            diags.report(stream, message::borrowing_stream(&parameters.join(", ")));
        }
    }
}

/// Finds `impl Stream`, also as an argument: in a `Result` for instance.
fn opaque_streams(ty: &Type) -> Vec<&TypeImplTrait> {
    match types::peel(ty) {
        Type::ImplTrait(opaque) if opaque.bounds.iter().any(is_stream) => vec![opaque],
        Type::Path(path) => {
            let arguments = path.path.segments.iter().filter_map(|segment| match &segment.arguments {
                PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
                _ => None,
            });
            let types = arguments.flatten().filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            types.flat_map(opaque_streams).collect()
        }
        _ => Vec::new(),
    }
}

/// Finds the lifetime of a `BoxStream<'a, …>` or a `dyn Stream + 'a` that is not for ever, also as an argument.
fn boxed_lifetime(ty: &Type) -> Option<Lifetime> {
    let borrowed = |lifetime: &&Lifetime| lifetime.ident != "static";
    match types::peel(ty) {
        Type::TraitObject(object) if object.bounds.iter().any(is_stream) => {
            let lifetimes = object.bounds.iter().filter_map(|bound| match bound {
                TypeParamBound::Lifetime(lifetime) => Some(lifetime),
                _ => None,
            });
            lifetimes.into_iter().find(borrowed).cloned()
        }
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            let is_boxed = last.ident == "BoxStream" || last.ident == "LocalBoxStream";
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Lifetime(lifetime) if is_boxed => Some(lifetime).filter(borrowed).cloned(),
                GenericArgument::Type(ty) => boxed_lifetime(ty),
                _ => None,
            })
        }
        _ => None,
    }
}

fn is_stream(bound: &TypeParamBound) -> bool {
    matches!(bound, TypeParamBound::Trait(bound) if bound.path.segments.last().is_some_and(|name| name.ident == "Stream"))
}

fn borrows(stream: &TypeImplTrait) -> bool {
    let mut bounds = stream.bounds.iter();
    !bounds.any(|bound| match bound {
        TypeParamBound::Lifetime(lifetime) => lifetime.ident == "static",
        TypeParamBound::PreciseCapture(capture) => {
            !capture.params.iter().any(|parameter| matches!(parameter, CapturedParam::Lifetime(_)))
        }
        _ => false,
    })
}

/// The parameters that an opaque type must capture.
fn name(parameter: &GenericParam) -> Option<String> {
    match parameter {
        GenericParam::Const(parameter) => Some(parameter.ident.unraw().to_string()),
        GenericParam::Lifetime(_) => None,
        GenericParam::Type(parameter) => Some(parameter.ident.unraw().to_string()),
    }
}
