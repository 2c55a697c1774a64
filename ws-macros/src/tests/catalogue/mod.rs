//! Every rule with code that breaks it and code that does not: what `docs/diagnostics.md` is made of.
//!
//! A new rule needs an [`Entry`] in the file of its area; `UPDATE_EXPECT=1 cargo nextest run -p ws-macros` then writes
//! the page anew.

mod attribute;
mod callback;
mod client;
mod original;
mod page;
mod service;
mod types;
mod upgrade;

use std::collections::BTreeSet;

use expect_test::expect_file;

use super::{rulebook, source};

/// Examples of a rule. They are formatted before they are shown.
struct Entry {
    /// The function in `message/*.rs`.
    rule: &'static str,
    /// Each breaks the rule, and no other.
    wrong: Vec<String>,
    right: Vec<String>,
}

fn entry<const W: usize, const R: usize>(rule: &'static str, wrong: [String; W], right: [String; R]) -> Entry {
    Entry { rule, wrong: wrong.into(), right: right.into() }
}

/// An example that is about the arguments of the attribute.
fn args(args: &str) -> String {
    service(args, "#[remote] async fn on_text_message(&mut self, text: &str) {}")
}

/// An example that is about the members of a service that is not dispatching.
fn members(members: &str) -> String {
    service(r#"path = "/chat""#, members)
}

/// An example that is about the members of a service that is dispatching.
fn dispatching(members: &str) -> String {
    service(r#"path = "/chat", dispatcher_key = "event""#, members)
}

fn service(args: &str, members: &str) -> String {
    format!("#[websocket::service({args})] impl Chat {{ {members} }}")
}

fn item(source: &str) -> String {
    source.to_owned()
}

fn entries() -> Vec<Entry> {
    let areas = [attribute::entries(), callback::entries(), client::entries(), service::entries(), upgrade::entries()];
    areas.into_iter().flatten().collect()
}

#[test]
fn every_rule_has_one_entry() {
    let rules = rulebook::rules();
    let entries = entries();
    let described: BTreeSet<&str> = entries.iter().map(|entry| entry.rule).collect();
    assert_eq!(described, rules.iter().map(|rule| &*rule.name).collect());
    assert_eq!(entries.len(), rules.len());
}

#[test]
fn each_wrong_example_has_the_one_mistake_of_its_rule() {
    let rules = rulebook::rules();
    for Entry { rule, wrong, .. } in entries() {
        assert!(!wrong.is_empty(), "{rule}");
        for example in wrong {
            let mistakes = source::mistakes(source::expand(&example));
            let [(_, message)] = mistakes.as_slice() else { panic!("{rule}: {example}\n{mistakes:#?}") };
            let made_of = rulebook::rules_of(&rules, message);
            assert!(made_of.contains(&rule), "`{rule}` is expected, found {made_of:?}: {message}");
        }
    }
}

#[test]
fn each_right_example_has_no_mistake() {
    for Entry { rule, right, .. } in entries() {
        assert!(!right.is_empty(), "{rule}");
        for example in right {
            assert_eq!(source::mistakes(source::expand(&example)), [], "{rule}: {example}");
        }
    }
}

#[test]
fn the_page_shows_every_rule() {
    expect_file!["../../../../docs/diagnostics.md"].assert_eq(&page::write(&rulebook::areas(), entries()));
}
