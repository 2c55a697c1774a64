use proptest::prelude::*;
use serde_json::Value;

use super::*;

const NAMES: [&str; 2] = ["event", "é\"\n"];

/// What a parser says that builds a tree.
fn by_tree(text: &str) -> Option<[Option<Value>; 2]> {
    let tree: serde_json::Map<String, Value> = serde_json::from_str(text).ok()?;
    Some(NAMES.map(|name| tree.get(name).cloned()))
}

fn assert_agrees(text: &str) {
    let found = fields(text, NAMES);
    let values = found.map(|values| values.map(|value| value.map(|value| serde_json::from_str(value).unwrap())));
    assert_eq!(values, by_tree(text), "{text}");
    for value in found.into_iter().flatten().flatten() {
        let string = JsonStr::from_value(value).map(|string| string.chars().collect());
        assert_eq!(string, serde_json::from_str::<String>(value).ok(), "{text}");
    }
}

#[test]
fn values_stay_as_they_were_written() {
    let table = [
        (r#"{"event":"a"}"#, Some("\"a\"")),
        (r#" { "x" : [1, {"event":"b"}] , "event" : 1.0e+2 } "#, Some("1.0e+2")),
        (r#"{"event":123456789012345678901234567890}"#, Some("123456789012345678901234567890")),
        (r#"{"event":{"a": [ ]}}"#, Some("{\"a\": [ ]}")),
        (r#"{"event":1,"event":2}"#, Some("2")),
        (r#"{"ev\u0065nt":null}"#, Some("null")),
        (r#"{"x":{"event":1}}"#, None),
        ("{}", None),
    ];
    for (text, value) in table {
        assert_eq!(fields(text, ["event"]), Some([value]), "{text}");
    }
}

#[test]
fn what_is_no_object_has_no_fields() {
    let table = [
        "",
        " ",
        "{",
        "}",
        "[]",
        "1",
        "\"event\"",
        "{]",
        "{\"event\"}",
        "{\"event\":}",
        "{\"event\":1,}",
        "{,}",
        "{\"event\":1} x",
        "{\"event\":1}}",
        "{event:1}",
        "{\"event\":01}",
        "{\"event\":1.}",
        "{\"event\":.5}",
        "{\"event\":+1}",
        "{\"event\":-}",
        "{\"event\":1e}",
        "{\"event\":1e400}",
        "{\"event\":tru}",
        "{\"event\":nul}",
        "{\"event\":[1,]}",
        "{\"event\":[1}}",
        "{\"event\":{\"a\":1]}",
        "{\"event\":\"\\x\"}",
        "{\"event\":\"\\u00g0\"}",
        "{\"event\":\"\\ud800\"}",
        "{\"event\":\"\\udc00\"}",
        "{\"event\":\"\\ud800\\u0041\"}",
        "{\"event\":\"a\nb\"}",
        "{\"event\":\"a",
        "{\"event\":\"a\\\"}",
        "\u{feff}{}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":[1 2]}",
        "{\"event\":NaN}",
        "{\"event\":'a'}",
        "{\"event\":1}\u{a0}",
    ];
    for text in table {
        assert_eq!(fields(text, ["event"]), None, "{text}");
        assert_agrees(text);
    }
}

#[test]
fn nesting_is_as_deep_as_a_tree_may_be() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in 120..132 {
            let text = format!("{{\"event\":{}1{}}}", open.repeat(depth), close.repeat(depth));
            assert_agrees(&text);
        }
    }
}

#[test]
fn special_bytes_are_found_wherever_they_are() {
    for length in 0..40 {
        for special in ["\"", "\\\\\"", "\\u00e9\"", "\n\""] {
            let text = format!("{{\"event\":\"{}{special}}}", "é~".repeat(length));
            assert_agrees(&text);
            assert_agrees(&format!("{{\"x\":\"{}{special},\"event\":1}}", "a".repeat(length)));
        }
    }
}

fn json() -> impl Strategy<Value = String> {
    let string = prop_oneof![
        "[ -~]{0,20}".prop_map(|text| Value::from(text).to_string()),
        any::<String>().prop_map(|text| Value::from(text).to_string()),
        Just(r#""event""#.to_owned()),
        Just(r#""\u0065vent""#.to_owned()),
        Just(r#""é\"\n""#.to_owned()),
        Just(r#""\ud83d\ude00\/\b""#.to_owned()),
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f64>().prop_map(|value| Value::from(value).to_string()),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,3})?",
        string.clone(),
    ];
    let space = "[ \t\r\n]{0,2}";
    leaf.prop_recursive(5, 40, 6, move |inner| {
        let array = proptest::collection::vec((space, inner.clone()), 0..6).prop_map(|items| {
            format!("[{}]", items.iter().map(|(space, item)| format!("{space}{item}")).collect::<Vec<_>>().join(","))
        });
        let object = proptest::collection::vec((space, string.clone(), space, inner), 0..6).prop_map(|members| {
            let members: Vec<_> =
                members.iter().map(|(a, name, b, value)| format!("{a}{name}{b}:{a}{value}{b}")).collect();
            format!("{{{}}}", members.join(","))
        });
        prop_oneof![array, object]
    })
}

proptest! {
    #[test]
    fn a_document_is_read_as_a_tree_is(text in json()) {
        assert_agrees(&text);
    }

    #[test]
    fn a_broken_document_is_read_as_a_tree_is(text in json(), at in any::<prop::sample::Index>(), change in "[{}\\[\\]:,\"\\\\0-9a-fu ]{0,2}") {
        let mut chars: Vec<char> = format!("{{\"event\":{text}}}").chars().collect();
        let at = at.index(chars.len());
        chars.splice(at..=at, change.chars());
        assert_agrees(&chars.into_iter().collect::<String>());
    }

    #[test]
    fn any_text_is_read_as_a_tree_is(text in any::<String>()) {
        assert_agrees(&text);
    }
}
