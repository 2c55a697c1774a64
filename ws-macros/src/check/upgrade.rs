//! The upgrade function.

use syn::ext::IdentExt as _;
use syn::{Meta, ReturnType};

use super::path::Path;
use super::signature::{self, Noun};
use super::sources::Sources;
use crate::args::RawArgs;
use crate::diag::Diagnostics;
use crate::item::{RawImpl, RawMethod};
use crate::marker::Marker;
use crate::message;
use crate::model::Upgrade;

pub(super) fn check<'a>(
    block: &'a RawImpl,
    path: Option<&Path<'_>>,
    args: &RawArgs,
    diags: &mut Diagnostics,
) -> Option<Upgrade<'a>> {
    let mut functions = block.methods().filter(|method| method.is_marked(Marker::Upgrade));
    let Some(method) = functions.next() else {
        check_path_without_upgrade(path, diags);
        return None;
    };
    let name = method.signature.ident.unraw().to_string();
    for second in functions {
        diags.report(&second.signature.ident, message::second_upgrade(&name));
    }
    check_function(method, &name, diags);
    let arguments = Sources::new(&name, path, args).find(method, diags);
    Some(Upgrade { function: signature::function(&method.signature), arguments })
}

/// Reports each upgrade function of a client.
pub(super) fn check_none<'a>(block: &'a RawImpl, diags: &mut Diagnostics) -> Option<Upgrade<'a>> {
    // A method that is also marked as a callback has one mistake, not two.
    for method in block.methods().filter(|method| !method.is_marked(Marker::Remote)) {
        for attr in method.markers(Marker::Upgrade).take(1) {
            diags.report(attr, message::upgrade_in_client());
        }
    }
    None
}

fn check_path_without_upgrade(path: Option<&Path<'_>>, diags: &mut Diagnostics) {
    if let Some(path) = path
        && !path.parameters.is_empty()
    {
        diags.report(path.literal, message::parameter_without_upgrade(&path.parameters));
    }
}

fn check_function(method: &RawMethod, name: &str, diags: &mut Diagnostics) {
    for attr in method.markers(Marker::Upgrade).filter(|attr| !matches!(attr.meta, Meta::Path(_))) {
        diags.report(attr, message::takes_no_arguments(Marker::Upgrade));
    }
    if let Some(attr) = method.cfgs().first() {
        diags.report(attr, message::upgrade_with_cfg(name));
    }
    signature::check(Noun::Upgrade, method, diags);
    // A method that is also marked as a callback has one mistake, not two.
    if method.is_marked(Marker::Remote) {
        return;
    }
    if let Some(receiver) = method.receiver() {
        diags.report(receiver, message::upgrade_with_receiver(name));
    }
    if matches!(method.signature.output, ReturnType::Default) {
        diags.report(&method.signature.ident, message::upgrade_without_service(name));
    }
}
