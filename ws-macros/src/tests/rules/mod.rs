//! Every rule: a service with one mistake, what the mistake underlines, and what it says.

mod args;
mod block;
mod callbacks;
mod client;
mod dispatch;
mod markers;
mod path;
mod signatures;
mod slips;
mod upgrade;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{rulebook, source};

/// A service that breaks one rule.
struct Case {
    /// The function in `message.rs` whose text is expected.
    rule: &'static str,
    source: String,
    underlined: &'static str,
    message: &'static str,
}

/// A mistake in the arguments of the attribute.
fn args(rule: &'static str, args: &str, underlined: &'static str, message: &'static str) -> Case {
    service(rule, args, "#[remote] fn on_open(&mut self) {}", underlined, message)
}

/// A mistake in the members of a service that is not dispatching.
fn members(rule: &'static str, members: &str, underlined: &'static str, message: &'static str) -> Case {
    service(rule, "path = \"/\"", members, underlined, message)
}

fn service(rule: &'static str, args: &str, members: &str, underlined: &'static str, message: &'static str) -> Case {
    item(rule, &format!("#[service({args})] impl Chat {{ {members} }}"), underlined, message)
}

fn item(rule: &'static str, source: &str, underlined: &'static str, message: &'static str) -> Case {
    Case { rule, source: source.to_owned(), underlined, message }
}

fn cases() -> Vec<Case> {
    let areas = [
        args::cases(),
        block::cases(),
        callbacks::cases(),
        client::cases(),
        dispatch::cases(),
        markers::cases(),
        path::cases(),
        signatures::cases(),
        slips::cases(),
        upgrade::cases(),
    ];
    areas.into_iter().flatten().collect()
}

#[test]
fn each_mistake_is_reported_once_at_its_place() {
    let mut failures = Vec::new();
    for case in cases() {
        let expected = [(case.underlined.to_owned(), case.message.to_owned())];
        let reported = source::mistakes(source::expand(&case.source));
        if reported != expected {
            failures.push(format!("{}\n{reported:#?}", case.source));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_rule_has_a_case() {
    let rules = rulebook::rules();
    let covered: BTreeSet<&str> = cases().iter().map(|case| case.rule).collect();
    assert_eq!(covered, rules.iter().map(|rule| &*rule.name).collect());
}

#[test]
fn each_message_is_the_text_of_its_rule() {
    let rules = rulebook::rules();
    for Case { rule, message, .. } in cases() {
        let made_of = rulebook::rules_of(&rules, message);
        assert!(made_of.contains(&rule), "`{rule}` is expected, found {made_of:?}: {message}");
    }
}

#[test]
fn messages_have_the_form_of_the_style_guide() {
    for Case { message, .. } in cases() {
        let mut lines = message.lines();
        let first = lines.next().unwrap();
        assert!(first.starts_with(|char: char| char.is_lowercase() || char == '`'), "{first}");
        let kinds: Vec<&str> = lines.map(|line| line.split_once(": ").unwrap().0).collect();
        assert!(matches!(*kinds, [] | ["= help" | "= note"] | ["= help", "= note"]), "{message}");
        assert!(!message.lines().any(|line| line.ends_with(['.', '?', '!'])), "{message}");
        assert!(!message.contains("illegal") && !message.contains("should"), "{message}");
    }
}

/// The compile-fail files show what the compiler makes of each rule.
#[test]
fn every_rule_has_a_compile_fail_file() {
    let rules = rulebook::rules();
    let reports = compile_fail_messages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui"));
    let shown: BTreeSet<&str> = reports.iter().flat_map(|message| rulebook::rules_of(&rules, message)).collect();
    let missing: Vec<&str> = rules.iter().map(|rule| &*rule.name).filter(|rule| !shown.contains(rule)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The messages of all expectations in a folder, as the macro has written them.
fn compile_fail_messages(folder: &Path) -> Vec<String> {
    let mut messages = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            messages.extend(compile_fail_messages(&path));
        } else if path.extension().is_some_and(|extension| extension == "stderr") {
            let report = fs::read_to_string(&path).unwrap();
            messages.extend(report.split("error: ").skip(1).map(message));
        }
    }
    messages
}

/// The lines before the place.
fn message(error: &str) -> String {
    let lines = error.lines().take_while(|line| !line.contains("--> ")).map(str::trim);
    lines.collect::<Vec<_>>().join("\n")
}
