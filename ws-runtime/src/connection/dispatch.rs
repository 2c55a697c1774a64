//! Which dispatched method a text message is for.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use ws_core::dispatch;

use crate::service::Descriptor;

/// Finds the dispatched method that the dispatcher key of a message names.
///
/// `None` when the service does not dispatch, when the message is no JSON object with that key at its top level and a string
/// behind it, or when no method is named by it.
pub(crate) fn route(descriptor: &Descriptor, text: &str) -> Option<u16> {
    let key = descriptor.dispatcher_key?;
    let value = find_value(text, key)?;
    dispatch::find(descriptor.routes, &value).and_then(|index| u16::try_from(index).ok())
}

/// Reads the string behind a top-level key, in one pass and without a tree. Of several such keys the last one counts.
fn find_value<'a>(text: &'a str, key: &str) -> Option<Cow<'a, str>> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = json.deserialize_map(KeyVisitor { key }).ok()?;
    json.end().ok()?;
    value
}

struct KeyVisitor<'k> {
    key: &'k str,
}

impl<'de> Visitor<'de> for KeyVisitor<'_> {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(matches) = map.next_key_seed(IsKey(self.key))? {
            if matches {
                found = map.next_value_seed(StringOrOther)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Compares a key without keeping it.
struct IsKey<'k>(&'k str);

impl<'de> DeserializeSeed<'de> for IsKey<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IsKey<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == self.0)
    }
}

/// Takes a string, borrowed where it has no escapes, and ignores every other value.
struct StringOrOther;

impl<'de> DeserializeSeed<'de> for StringOrOther {
    type Value = Option<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StringOrOther {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(value.to_owned())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_map(map).map(|_| None)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        IgnoredAny.visit_seq(seq).map(|_| None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_a_string_at_the_top_level_of_an_object() {
        let table = [
            (r#"{"event":"a"}"#, Some("a")),
            (r#" { "x" : [1, {"event":"b"}] , "event" : "a" } "#, Some("a")),
            (r#"{"ev\u0065nt":"\u0061"}"#, Some("a")),
            (r#"{"event":"a","event":"b"}"#, Some("b")),
            (r#"{"event":"a","event":1}"#, None),
            (r#"{"event":1}"#, None),
            (r#"{"event":1e400}"#, None),
            (r#"{"event":null}"#, None),
            (r#"{"event":true}"#, None),
            (r#"{"event":["a"]}"#, None),
            (r#"{"event":{"event":"a"}}"#, None),
            (r#"{"x":{"event":"a"}}"#, None),
            (r#"["event","a"]"#, None),
            (r#""event""#, None),
            (r#"{"event":"a""#, None),
            (r#"{"event":"a"} x"#, None),
            ("", None),
        ];
        for (text, value) in table {
            assert_eq!(find_value(text, "event").as_deref(), value, "{text}");
        }
    }
}
