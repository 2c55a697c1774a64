//! What the signatures of callbacks and of the upgrade function have in common.

use syn::ext::IdentExt as _;
use syn::{GenericParam, Receiver, ReceiverKind, Safety, Signature, Type};

use crate::diag::Diagnostics;
use crate::item::RawMethod;
use crate::message;
use crate::model::Function;
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

/// Checks qualifiers and generics.
pub(super) fn check(noun: Noun, signature: &Signature, diags: &mut Diagnostics) {
    let name = signature.ident.unraw().to_string();
    if let Some(token) = &signature.constness {
        diags.report(token, message::qualifier(noun.text(), &name, "const"));
    }
    if let Safety::Unsafe(token) = &signature.safety {
        diags.report(token, message::qualifier(noun.text(), &name, "unsafe"));
    }
    if let Some(token) = &signature.abi {
        diags.report(token, message::qualifier(noun.text(), &name, "extern"));
    }
    for parameter in &signature.generics.params {
        let parameter_name = match parameter {
            GenericParam::Const(parameter) => &parameter.ident,
            GenericParam::Lifetime(_) => continue,
            GenericParam::Type(parameter) => &parameter.ident,
        };
        let text = message::type_parameter(noun.text(), &name, &parameter_name.unraw().to_string());
        diags.report(parameter_name, text);
    }
}

/// Checks that an argument has a type of its own.
pub(super) fn check_argument(noun: Noun, signature: &Signature, ty: &Type, diags: &mut Diagnostics) {
    if types::contains_impl_trait(ty) {
        diags.report(ty, message::impl_trait_argument(noun.text(), &signature.ident.unraw().to_string()));
    }
}

/// Checks that a callback borrows the service.
pub(super) fn check_receiver(method: &RawMethod, diags: &mut Diagnostics) {
    let text = || message::receiver(&method.signature.ident.unraw().to_string());
    match method.receiver() {
        None => diags.report_at(method.signature.paren_token.span.join(), text()),
        Some(receiver) if !borrows_the_service(receiver) => diags.report(receiver, text()),
        Some(_) => {}
    }
}

pub(super) fn function(signature: &Signature) -> Function<'_> {
    Function {
        name: &signature.ident,
        is_async: signature.asyncness.is_some(),
        output: match &signature.output {
            syn::ReturnType::Default => None,
            syn::ReturnType::Type(_, output) => Some(output),
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
