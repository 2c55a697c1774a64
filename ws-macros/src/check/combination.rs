//! Callbacks that exclude each other: a message has one callback.

use ws_core::callback::Callback;

use super::roles::{Remote, Role};
use crate::diag::Diagnostics;
use crate::message;

/// Reports each callback that an earlier one leaves nothing for.
pub(super) fn check(remotes: &[Remote<'_>], diags: &mut Diagnostics) {
    for (index, later) in remotes.iter().enumerate() {
        let conflict = remotes[..index].iter().find_map(|earlier| {
            let messages = shared_messages(callback(earlier)?, callback(later)?)?;
            (!earlier.may_exclude(later)).then_some((earlier, messages))
        });
        if let Some((earlier, messages)) = conflict {
            let ident = &later.method.signature.ident;
            diags.report(ident, message::excluded_callback(&later.name, &earlier.name, messages));
        }
    }
}

fn callback(remote: &Remote<'_>) -> Option<Callback> {
    match remote.role {
        Some(Role::Fixed(callback)) => Some(callback),
        _ => None,
    }
}

/// Returns the messages that both callbacks would receive.
const fn shared_messages(one: Callback, other: Callback) -> Option<&'static str> {
    match (one, other) {
        (Callback::Message, Callback::BinaryMessage) | (Callback::BinaryMessage, Callback::Message) => Some("binary"),
        (Callback::Message, Callback::TextMessage) | (Callback::TextMessage, Callback::Message) => Some("text"),
        _ => None,
    }
}
