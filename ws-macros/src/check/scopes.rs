//! The scopes that a method asks for.

use ws_core::scope;

use super::roles::{Remote, Role};
use crate::diag::Diagnostics;
use crate::message;
use crate::remote::RawScopes;
use crate::side::Side;

pub(super) fn check(remotes: &[Remote<'_>], side: Side, diags: &mut Diagnostics) {
    for remote in remotes {
        let Some(scopes) = &remote.scopes else { continue };
        if side == Side::Client {
            diags.report(&scopes.key, message::scopes_in_client());
            continue;
        }
        let is_asked = match &remote.role {
            Some(Role::Fixed(callback)) => callback.receives_messages(),
            Some(Role::ErrorOf(_)) => false,
            Some(Role::Dispatched(_)) | None => true,
        };
        if !is_asked {
            diags.report(&scopes.key, message::scopes_on_callback(&remote.name));
        }
        check_names(scopes, diags);
    }
}

fn check_names(scopes: &RawScopes, diags: &mut Diagnostics) {
    if scopes.names.is_empty() {
        diags.report(&scopes.value, message::empty_scopes());
    }
    for (index, literal) in scopes.names.iter().enumerate() {
        let name = literal.value();
        if !scope::is_valid(&name) {
            diags.report(literal, message::invalid_scope(&name));
        } else if scopes.names[..index].iter().any(|earlier| earlier.value() == name) {
            diags.report(literal, message::duplicate_scope(&name));
        }
    }
}
