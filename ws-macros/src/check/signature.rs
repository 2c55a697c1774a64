//! What the signatures of callbacks and of the upgrade function have in common.

use syn::ext::IdentExt as _;
use syn::{GenericParam, Meta, Receiver, ReceiverKind, ReturnType, Safety, Signature, Type, WherePredicate};

use crate::diag::Diagnostics;
use crate::item::RawMethod;
use crate::marker as attributes;
use crate::message;
use crate::model::{Function, Output};
use crate::types;

/// What a message calls the function.
#[derive(Clone, Copy, Debug)]
pub(super) enum Noun {
    Callback,
    Upgrade,
}

impl Noun {
    const fn text(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::Upgrade => "the `upgrade` function",
        }
    }
}

/// Checks qualifiers, generics, and the types of the arguments.
pub(super) fn check(noun: Noun, method: &RawMethod, diags: &mut Diagnostics) {
    let signature = &method.signature;
    let name = signature.ident.unraw().to_string();
    check_qualifiers(noun, &name, signature, diags);
    for parameter in &signature.generics.params {
        check_generic_parameter(noun, &name, parameter, diags);
    }
    check_where_clause(noun, &name, signature, diags);
    for attr in method.attrs.iter().filter(|attr| attributes::hides(attr, is_cfg)) {
        diags.report(attr, message::cfg_in_cfg_attr(&name));
    }
    for argument in method.arguments() {
        check_type(noun, &name, &argument.ty, diags);
        for attr in argument.attrs.iter().filter(|attr| is_cfg(&attr.meta) || attributes::hides(attr, is_cfg)) {
            diags.report(attr, message::argument_with_cfg(&name));
        }
    }
    match &signature.output {
        ReturnType::Type(_, output) if types::is_future(output) => {
            diags.report(output, message::returned_future(noun.text(), &name));
        }
        ReturnType::Type(_, output) if matches!(types::peel(output), Type::Never(_)) => {
            diags.report(output, message::never_returns(noun.text(), &name));
        }
        ReturnType::Type(..) | ReturnType::Default => {}
    }
}

fn is_cfg(meta: &Meta) -> bool {
    meta.path().is_ident("cfg")
}

fn check_qualifiers(noun: Noun, name: &str, signature: &Signature, diags: &mut Diagnostics) {
    if let Some(token) = &signature.constness {
        diags.report(token, message::qualifier(noun.text(), name, "const"));
    }
    if let Safety::Unsafe(token) = &signature.safety {
        diags.report(token, message::qualifier(noun.text(), name, "unsafe"));
    }
    if let Some(token) = &signature.abi {
        diags.report(token, message::qualifier(noun.text(), name, "extern"));
    }
}

fn check_generic_parameter(noun: Noun, name: &str, parameter: &GenericParam, diags: &mut Diagnostics) {
    let ident = match parameter {
        GenericParam::Const(parameter) => &parameter.ident,
        GenericParam::Lifetime(parameter) => {
            let for_ever = parameter.bounds.iter().find(|bound| bound.ident == "static");
            return for_ever
                .into_iter()
                .for_each(|bound| diags.report(bound, message::static_argument(noun.text(), name)));
        }
        GenericParam::Type(parameter) => &parameter.ident,
    };
    diags.report(ident, message::type_parameter(noun.text(), name, &ident.unraw().to_string()));
}

/// Nothing says that the service, or its parameters, are what a `where` clause of one method asks for.
fn check_where_clause(noun: Noun, name: &str, signature: &Signature, diags: &mut Diagnostics) {
    let predicates = signature.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    for predicate in predicates {
        match predicate {
            WherePredicate::Lifetime(predicate) => {
                for bound in predicate.bounds.iter().filter(|bound| bound.ident == "static") {
                    diags.report(bound, message::static_argument(noun.text(), name));
                }
            }
            predicate => diags.report(predicate, message::where_clause(noun.text(), name)),
        }
    }
}

fn check_type(noun: Noun, name: &str, ty: &Type, diags: &mut Diagnostics) {
    if types::contains_impl_trait(ty) {
        diags.report(ty, message::impl_trait_argument(noun.text(), name));
    }
    let lifetime = match noun {
        Noun::Callback => types::static_reference(ty),
        // What the state holds may live for ever, only the reference to it does not.
        Noun::Upgrade => types::reference(ty).and_then(|reference| reference.lifetime.clone()),
    };
    if let Some(lifetime) = lifetime.filter(|lifetime| lifetime.ident == "static") {
        diags.report(lifetime, message::static_argument(noun.text(), name));
    }
}

/// Checks that a callback borrows the service.
pub(super) fn check_receiver(method: &RawMethod, signature: &str, diags: &mut Diagnostics) {
    let name = method.signature.ident.unraw().to_string();
    match method.receiver() {
        None => {
            let place = method.signature.paren_token.span.join();
            diags.report_at(place, message::receiver(&name, Some(signature)));
        }
        Some(receiver) if !borrows_the_service(receiver) => diags.report(receiver, message::receiver(&name, None)),
        Some(receiver) => check_lifetime(receiver, method, diags),
    }
}

fn check_lifetime(receiver: &Receiver, method: &RawMethod, diags: &mut Diagnostics) {
    let lifetime = match &receiver.kind {
        ReceiverKind::Reference(_, lifetime, _) => lifetime.as_ref(),
        ReceiverKind::Typed(_, ty) => types::reference(ty).and_then(|reference| reference.lifetime.as_ref()),
        _ => None,
    };
    if let Some(lifetime) = lifetime.filter(|lifetime| lifetime.ident == "static") {
        diags.report(lifetime, message::static_receiver(&method.signature.ident.unraw().to_string()));
    }
}

pub(super) fn function(signature: &Signature) -> Function<'_> {
    Function {
        name: &signature.ident,
        keyword: signature.asyncness.as_ref().map_or(signature.fn_token.span, |token| token.span),
        is_async: signature.asyncness.is_some(),
        output: match &signature.output {
            ReturnType::Default => None,
            ReturnType::Type(arrow, ty) => Some(Output { arrow: arrow.spans[0], ty }),
        },
    }
}

/// Accepts `&self`, `&mut self`, and the same written as `self: &Self`.
fn borrows_the_service(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(..) => true,
        ReceiverKind::Typed(_, ty) => {
            types::reference(ty).is_some_and(|reference| types::reference(&reference.elem).is_none())
                && types::is_named(ty, "Self")
        }
        _ => false,
    }
}
