//! Where a reply goes.

use serde::Serialize;
use ws_core::json;
use ws_core::opcode::Opcode;

use crate::caller::Caller;
use crate::caller::outbox::Outgoing;
use crate::caller::shared::Admission;
use crate::error::Error;
use crate::log;
use crate::message::Message;
use crate::pool;
use crate::service::{Failure, Handled, Outcome, StreamId};

/// The caller that a reply goes to, and the field of the request that it carries.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    pub(super) caller: &'a Caller,
    /// The name of the field, and its value in JSON.
    pub(super) stream_id: Option<(&'static str, &'a str)>,
}

impl<'a> Target<'a> {
    /// A reply that carries nothing.
    #[must_use]
    #[inline]
    pub const fn new(caller: &'a Caller) -> Self {
        Self { caller, stream_id: None }
    }

    /// A reply that carries a field of the request, if the request had it.
    #[must_use]
    pub fn with_stream_id(caller: &'a Caller, name: &'static str, id: StreamId<'a>) -> Self {
        Self { caller, stream_id: id.as_json().map(|id| (name, id)) }
    }

    /// Notes in a failure what a reply to it carries.
    #[must_use]
    #[cold]
    pub fn fail(self, failure: Failure) -> Failure {
        failure.of(StreamId::from_json(self.stream_id.map(|(_, id)| id)))
    }

    #[inline]
    pub(super) fn push(self, outgoing: Outgoing<'_>) {
        if self.caller.shared().push(outgoing, Admission::Always).is_err() {
            log::reply_dropped(self.caller.connection_id());
        }
    }

    pub(super) fn push_message(self, message: &Message) {
        match message {
            Message::Text(text) => self.push_text(text),
            Message::Binary(data) => self.push_bytes(data),
        }
    }

    /// Queues a binary message.
    #[inline]
    pub(super) fn push_bytes(self, data: &[u8]) {
        self.push(Outgoing::Payload(Opcode::Binary, data));
    }

    /// Queues a text message. A JSON object gets the field of the request, unless it has one of that name.
    #[inline]
    pub(super) fn push_text(self, text: &str) {
        match self.stream_id {
            None => self.push(Outgoing::Payload(Opcode::Text, text.as_bytes())),
            Some(stream_id) => {
                let mut buffer = pool::take(text.len());
                buffer.extend_from_slice(text.as_bytes());
                self.push_with_field(&mut buffer, stream_id);
                pool::put(buffer);
            }
        }
    }

    /// Queues a value as a text message in JSON.
    pub(super) fn push_json(self, value: &impl Serialize) -> Outcome {
        let mut buffer = pool::take(0);
        let written = serde_json::to_writer(&mut buffer, value);
        if written.is_ok() {
            match self.stream_id {
                None => self.push(Outgoing::Payload(Opcode::Text, &buffer)),
                Some(stream_id) => self.push_with_field(&mut buffer, stream_id),
            }
        }
        pool::put(buffer);
        match written {
            Ok(()) => Ok(Handled::Done),
            Err(error) => Err(self.fail(Error::from(error).into())),
        }
    }

    fn push_with_field(self, text: &mut Vec<u8>, (name, value): (&str, &str)) {
        if let Some(place) = place_of_field(text, name) {
            text.truncate(place.end);
            if !place.is_first {
                text.push(b',');
            }
            serde_json::to_writer(&mut *text, name).expect("a string can be JSON");
            text.push(b':');
            text.extend_from_slice(value.as_bytes());
            text.push(b'}');
        }
        self.push(Outgoing::Payload(Opcode::Text, text));
    }
}

/// Where an object has room for another field.
struct Place {
    end: usize,
    is_first: bool,
}

/// Returns where a field is to be added. `None` if the text is no JSON object, or has such a field.
fn place_of_field(text: &[u8], name: &str) -> Option<Place> {
    let text = str::from_utf8(text).ok()?;
    let [None] = json::fields(text, [name])? else { return None };
    let end = text.rfind('}')?;
    Some(Place { end, is_first: text[..end].trim_end().ends_with('{') })
}
