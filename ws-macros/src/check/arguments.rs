//! The arguments of callbacks: the caller, and what the event is about.

use syn::{PatType, Type};
use ws_core::callback::Callback;

use super::roles::Remote;
use crate::diag::Diagnostics;
use crate::item::RawMethod;
use crate::message;
use crate::types;

/// The arguments after the caller.
pub(super) struct Arguments<'a, 'cx> {
    method: &'a RawMethod,
    name: &'cx str,
    /// The signature to show to a person.
    signature: &'cx str,
    rest: Vec<&'a PatType>,
}

impl<'a, 'cx> Arguments<'a, 'cx> {
    /// Takes the caller off the arguments.
    pub(super) fn split(
        remote: &'cx Remote<'a>,
        signature: &'cx str,
        diags: &mut Diagnostics,
    ) -> (Option<&'a Type>, Self) {
        let name = &remote.name;
        let mut caller = None;
        let mut rest = Vec::new();
        for (index, argument) in remote.method.arguments().enumerate() {
            if !types::is_named(&argument.ty, "Caller") {
                rest.push(argument);
                continue;
            }
            if caller.is_some() {
                diags.report(argument, message::caller_twice(name));
            } else if index > 0 {
                diags.report(argument, message::caller_not_first(name, signature));
            }
            if !types::is_shared_reference_to(&argument.ty, "Caller") {
                diags.report(&argument.ty, message::not_a_shared_reference("caller", "Caller"));
            }
            caller = Some(&*argument.ty);
        }
        (caller, Self { method: remote.method, name, signature, rest })
    }

    /// Reports the payload of a callback that no message reaches, and that has no payload of its own.
    pub(super) fn is_payload_of_lifecycle(&self, diags: &mut Diagnostics) -> bool {
        let has_no_payload = matches!(Callback::from_name(self.name), Some(Callback::Open | Callback::IdleTimeout));
        let [payload] = self.rest.as_slice() else { return false };
        if has_no_payload {
            let event = self.name.strip_prefix("on_").unwrap_or(self.name);
            diags.report(payload, message::payload_of_callback(self.name, event));
        }
        has_no_payload
    }

    /// Nothing: the caller is all that the callback takes.
    pub(super) fn none(&self, diags: &mut Diagnostics) -> Option<()> {
        self.check_at_most(0, diags)
    }

    /// The payload, which the callback must take.
    pub(super) fn payload(&self, noun: &str, diags: &mut Diagnostics) -> Option<&'a Type> {
        self.check_at_most(1, diags)?;
        self.required(noun, diags)
    }

    /// The payload, which the method may leave out.
    pub(super) fn optional_payload(&self, diags: &mut Diagnostics) -> Option<&'a Type> {
        self.check_at_most(1, diags);
        self.rest.first().map(|argument| &*argument.ty)
    }

    pub(super) fn error(&self, diags: &mut Diagnostics) -> Option<&'a Type> {
        self.check_at_most(1, diags)?;
        let error = self.required("the error", diags)?;
        if types::is_named(error, "Error") && !types::is_shared_reference_to(error, "Error") {
            diags.report(error, message::not_a_shared_reference("error", "Error"));
        }
        Some(error)
    }

    /// The status and the reason of `on_close`, each optional. A reference is the reason.
    pub(super) fn status_and_reason(&self, diags: &mut Diagnostics) -> (Option<&'a Type>, Option<&'a Type>) {
        if self.check_at_most(2, diags).is_none() {
            return (None, None);
        }
        let is_status = |argument: &PatType| types::is_named(&argument.ty, "CloseCode");
        let is_reason = |argument: &PatType| types::reference(&argument.ty).is_some() && !is_status(argument);
        match self.rest.as_slice() {
            [] => (None, None),
            [reason] if is_reason(reason) => (None, Some(&reason.ty)),
            [status] => (Some(&status.ty), None),
            [reason, status, ..] => {
                if is_reason(reason) && !is_reason(status) {
                    diags.report(status, message::reason_before_status(self.name, self.signature));
                }
                (Some(&reason.ty), Some(&status.ty))
            }
        }
    }

    fn required(&self, noun: &str, diags: &mut Diagnostics) -> Option<&'a Type> {
        let first = self.rest.first();
        if first.is_none() {
            let text = message::missing_argument(self.name, noun, self.signature);
            diags.report_at(self.method.signature.paren_token.span.join(), text);
        }
        first.map(|argument| &*argument.ty)
    }

    fn check_at_most(&self, most: usize, diags: &mut Diagnostics) -> Option<()> {
        if self.rest.len() <= most {
            return Some(());
        }
        let text = message::too_many_arguments(self.name, most + 1, self.signature);
        diags.report_at(self.method.signature.paren_token.span.join(), text);
        None
    }
}
