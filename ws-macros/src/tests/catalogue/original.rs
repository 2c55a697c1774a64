//! What became of the codes of the original's compiler plugin.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use super::types;
use crate::tests::rulebook::{self, Area};

/// Codes with one fate. The rules that cover them say so themselves.
struct Row {
    codes: RangeInclusive<u16>,
    /// What the original reports.
    what: &'static str,
    /// The compile-fail tests in `tests/ui/types` where the compiler reports it.
    by_type: &'static [&'static str],
    /// What is different here.
    remark: &'static str,
}

const fn row(code: u16, what: &'static str, by_type: &'static [&'static str], remark: &'static str) -> Row {
    Row { codes: code..=code, what, by_type, remark }
}

const ROWS: &[Row] = &[
    row(101, "more than one `get` resource", &[], ""),
    Row {
        codes: 102..=103,
        what: "an invalid parameter of the resource",
        by_type: &["path_argument", "query_argument", "state"],
        remark: "The original declares both codes and reports neither.",
    },
    row(104, "`get` does not return a service", &["upgrade_reply"], ""),
    row(
        105,
        "a function that the service does not accept",
        &[],
        "A method without the `remote` attribute is an ordinary one, so a resource too many has no counterpart.",
    ),
    row(
        106,
        "a listener configuration together with an HTTP listener",
        &[],
        "It cannot be written: a `Router` in the server of another crate has no settings of a listener.",
    ),
    row(
        107,
        "hint: an empty service",
        &[],
        "It is a mistake here: such a service would receive nothing. The help says what to add.",
    ),
    row(
        108,
        "the parameter of `onMessage` or of a dispatched function is no data",
        &["payload", "dispatched_payload"],
        "A dispatched method may take no payload.",
    ),
    Row {
        codes: 110..=118,
        what: "hint: a callback that could be added",
        by_type: &[],
        remark: "These are offers of an editor, not mistakes. The signatures are in the help of `missing_argument`.",
    },
    row(
        119,
        "a stream and another type are returned",
        &["stream_element", "nested_result"],
        "It cannot be written: a method has one return type. An `Option` or a `Result` of a stream is a reply.",
    ),
    row(120, "`dispatcherStreamId` without `dispatcherKey`", &[], ""),
    row(
        121,
        "the closure timeout is negative, and not -1",
        &[],
        "As in the original, only a literal is checked at compile time; the rest is checked when the listener binds.",
    ),
    row(
        202,
        "a parameter of `onClose` has a wrong type",
        &["status", "reason"],
        "In the original, status and reason may stand in any order.",
    ),
    row(
        203,
        "`onClose` takes one parameter, a string",
        &[],
        "The original reports what it says that it requires. Status and reason are both optional here.",
    ),
    row(204, "`onOpen` takes more than the caller", &["foreign_caller"], ""),
    row(
        205,
        "`onClose`, `onError`, or `onIdleTimeout` returns a wrong type",
        &["reply_to_close", "reply"],
        "`on_error` and `on_idle_timeout` may return any reply.",
    ),
    row(206, "`onClose` takes nothing, or more than three parameters", &[], "`on_close` may take nothing."),
    row(207, "`onError` takes one parameter, and no error", &["error_as_text"], ""),
    row(208, "`onError` takes something besides caller and error", &["foreign_error"], ""),
    row(209, "`onIdleTimeout` takes more than one parameter", &[], ""),
    row(210, "`onIdleTimeout` takes something else than the caller", &["foreign_caller"], ""),
    row(211, "`onTextMessage` takes one parameter, and no string", &["text_payload"], ""),
    row(212, "`onTextMessage` takes something besides caller and string", &["text_payload"], ""),
    row(
        213,
        "a message callback returns a wrong type",
        &["reply", "fallible_reply", "opaque_reply", "result_error"],
        "All that `serde` writes is a reply, so fewer types are wrong.",
    ),
    row(214, "`onBinaryMessage` takes one parameter, and no bytes", &["bytes_payload"], ""),
    row(215, "`onBinaryMessage` takes something besides caller and bytes", &["bytes_payload"], ""),
    row(216, "`onMessage` beside `onTextMessage` or `onBinaryMessage`", &[], ""),
    row(217, "a dispatcher value that is the name of another function", &[], ""),
    row(218, "a dispatcher value that two functions have", &[], ""),
    row(219, "a dispatcher value on a function that is not dispatched", &[], ""),
];

pub(super) fn write(page: &mut String, areas: &[Area]) {
    page.push_str(INTRODUCTION);
    for row in ROWS {
        let (first, last) = (row.codes.start(), row.codes.end());
        let codes = if first == last { first.to_string() } else { format!("{first}–{last}") };
        let [rules, by_type] = [row.rules(areas), row.by_type()];
        let _ = writeln!(page, "| {codes} | {} | {rules} | {by_type} | {} |", row.what, row.remark);
    }
}

impl Row {
    /// The rules that cover the codes.
    fn rules(&self, areas: &[Area]) -> String {
        let rules = areas.iter().flat_map(|area| &area.rules);
        let rules = rules.filter(|rule| rule.codes().iter().any(|code| self.codes.contains(code)));
        let links: Vec<_> = rules.map(|rule| format!("[`{0}`](#{0})", rule.name)).collect();
        links.join(", ")
    }

    /// What the compiler says, with links to where it does.
    fn by_type(&self) -> String {
        let links: Vec<_> = self.by_type.iter().map(|test| types::link(test)).collect();
        links.join(", ")
    }
}

#[test]
fn every_code_of_the_original_has_a_row() {
    // There is no 109, and none between 121 and 202.
    let expected: Vec<u16> = (101..=108).chain(110..=121).chain(202..=219).collect();
    let found: Vec<u16> = ROWS.iter().flat_map(|row| row.codes.clone()).collect();
    assert_eq!(found, expected);
    for code in rulebook::rules().iter().flat_map(rulebook::Rule::codes) {
        assert!(found.contains(&code), "{code}");
    }
}

#[test]
fn every_code_of_the_original_has_a_fate() {
    let areas = rulebook::areas();
    for row in ROWS {
        assert!(!row.rules(&areas).is_empty() || !row.by_type.is_empty() || !row.remark.is_empty(), "{}", row.what);
    }
}

const INTRODUCTION: &str = "
## The codes of the original

What became of each code. A type that does not fit is left to the compiler: the text is an example, and leads to the test that it is
from.

| code | the original reports | rules | left to the compiler | different here |
| --- | --- | --- | --- | --- |
";
