//! Which dispatched method a text message is for.

use ws_core::dispatch;
use ws_core::json::{self, JsonStr};

use crate::service::{Descriptor, StreamId};

/// Finds the dispatched method that the dispatcher key of a message names, and the field that the replies carry.
///
/// `None` when the service does not dispatch, when the message is no JSON object with that key at its top level and a string
/// behind it, or when no method is named by it.
pub(crate) fn route<'a>(descriptor: &Descriptor, text: &'a str) -> Option<(u16, StreamId<'a>)> {
    let key = descriptor.dispatcher_key?;
    let (value, id) = match descriptor.stream_id {
        None => json::fields(text, [key]).map(|[value]| (value, None))?,
        Some(id) => json::fields(text, [key, id]).map(|[value, id]| (value, id))?,
    };
    let value = JsonStr::from_value(value?)?;
    let index = match value.as_str() {
        Some(value) => dispatch::find(descriptor.routes, value),
        None => dispatch::find_chars(descriptor.routes, &value.chars()),
    };
    Some((u16::try_from(index?).ok()?, StreamId::from_json(id)))
}
