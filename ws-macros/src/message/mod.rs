//! The text of every mistake, one function a rule.
//!
//! The first line says what is wrong and is complete on its own. At most one `help` says what to change, at most one
//! `note` adds facts. Rules that the original's compiler plugin has too name its code.

mod attribute;
mod callback;
mod client;
mod service;
mod upgrade;

use std::fmt::{Display, Write as _};

pub(crate) use self::attribute::{
    arguments_without_parentheses, attributes_exclude, duplicate_attribute, duplicate_origin, duplicate_subprotocol,
    empty_field_name, expected_equals, expected_key, extractor_outside_upgrade, ill_typed_header, ill_typed_value,
    invalid_header_name, invalid_origin, invalid_subprotocol, key_without_value, marker_in_cfg_attr,
    marker_on_non_method, missing_comma, missing_path, negative_seconds, path_by_another_name,
    pong_timeout_without_pings, stray_marker, stream_id_is_dispatcher_key, stream_id_without_dispatcher_key,
    takes_no_arguments, unknown_key, value_too_large, zero_value,
};
pub(crate) use self::callback::{
    argument_with_cfg, borrowing_boxed_stream, borrowing_stream, callback_of_another_name, callback_without_timeout,
    cfg_in_cfg_attr, dispatched_without_value, duplicate_scope, empty_scopes, error_callback_of_ordinary_method,
    error_callback_without_method, error_callback_without_payload, event_on_callback, event_without_dispatcher_key,
    excluded_callback, invalid_scope, misspelt_callback, payload_of_callback, scopes_on_callback, unknown_callback,
    unreachable_method, value_handled_twice,
};
pub(crate) use self::client::{key_of_service, scopes_in_client, upgrade_in_client};
pub(crate) use self::service::{
    caller_not_first, caller_twice, impl_trait_argument, lifetime_of_service, missing_argument, never_returns,
    no_callback, not_a_shared_reference, not_an_impl, qualifier, reason_before_status, receiver, returned_future,
    service_of_another_kind, static_argument, static_receiver, too_many_arguments, trait_impl, type_parameter,
    where_clause,
};
pub(crate) use self::upgrade::{
    argument_without_name, argument_without_parameter, caller_in_upgrade, invalid_path, parameter_without_argument,
    parameter_without_upgrade, reference_without_state, second_upgrade, state_twice, upgrade_with_cfg,
    upgrade_with_receiver, upgrade_without_service,
};

/// The lines after the first.
trait Lines: Sized {
    fn help(self, help: impl Display) -> String;
    fn note(self, note: impl Display) -> String;

    fn signature(self, signature: &str) -> String {
        self.help(format_args!("the expected signature is `{signature}`"))
    }
}

impl Lines for String {
    fn help(mut self, help: impl Display) -> String {
        let _ = write!(self, "\n= help: {help}");
        self
    }

    fn note(mut self, note: impl Display) -> String {
        let _ = write!(self, "\n= note: {note}");
        self
    }
}
