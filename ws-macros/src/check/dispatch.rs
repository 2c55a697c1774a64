//! Values of the dispatcher key that two methods claim.

use ws_core::dispatch;

use super::roles::{Remote, Role};
use crate::diag::Diagnostics;
use crate::message;
use crate::model::Route;

/// Reports each dispatched method whose value an earlier method handles.
pub(super) fn check(remotes: &[Remote<'_>], diags: &mut Diagnostics) {
    for (index, later) in remotes.iter().enumerate() {
        let conflict = remotes[..index].iter().find_map(|earlier| {
            let value = shared_value(earlier, later)?;
            (!earlier.may_exclude(later)).then_some((earlier, value))
        });
        if let Some((earlier, value)) = conflict {
            let text = message::value_handled_twice(value, &earlier.name);
            match later.event.value() {
                Some(literal) => diags.report(literal, text),
                None => diags.report(&later.method.signature.ident, text),
            }
        }
    }
}

/// Returns the value that means both methods. Two names never share one, so at least one method has an `event`.
fn shared_value<'r>(one: &'r Remote<'_>, other: &'r Remote<'_>) -> Option<&'r str> {
    match (event(one), event(other)) {
        (Some(value), Some(same)) => (value == same).then_some(value),
        (Some(value), None) => is_named_by(value, other).then_some(value),
        (None, Some(value)) => is_named_by(value, one).then_some(value),
        (None, None) => None,
    }
}

fn event<'r>(remote: &'r Remote<'_>) -> Option<&'r str> {
    match &remote.role {
        Some(Role::Dispatched(Route::Event(value))) => Some(value),
        _ => None,
    }
}

/// Returns whether a value means a method by its name. It never means a fixed callback.
fn is_named_by(value: &str, remote: &Remote<'_>) -> bool {
    let has_value = matches!(remote.role, Some(Role::Dispatched(Route::Method(_)) | Role::ErrorOf(_)));
    has_value && dispatch::names_method(value, &remote.name)
}
