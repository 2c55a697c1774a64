//! The entries as a page of Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use proc_macro2::Span;

use super::{Entry, original, types};
use crate::tests::rulebook::{Area, Rule};
use crate::tests::source;

pub(super) fn write(areas: &[Area], entries: Vec<Entry>) -> String {
    let mut entries: BTreeMap<&str, Entry> =
        format_examples(entries).into_iter().map(|entry| (entry.rule, entry)).collect();
    let mut page = INTRODUCTION.to_owned();
    for area in areas {
        let _ = write!(page, "\n## {}\n", area.title.trim_end_matches('.'));
        for rule in &area.rules {
            let entry = entries.remove(&*rule.name);
            write_rule(&mut page, rule, &entry.unwrap_or_else(|| panic!("`{}` has no entry", rule.name)));
        }
    }
    types::write(&mut page);
    original::write(&mut page, areas);
    page
}

fn write_rule(page: &mut String, rule: &Rule, entry: &Entry) {
    let _ = write!(page, "\n### `{}`\n\n{}\n", rule.name, rule.sentence);
    if let Some(original) = &rule.original {
        let _ = write!(page, "\n{original}\n");
    }
    page.push_str("\nWrong:\n");
    for example in &entry.wrong {
        let _ = write!(page, "\n```rust,ignore\n{example}```\n\n```text\n{}```\n", report(example));
    }
    page.push_str("\nRight:\n");
    for example in &entry.right {
        let _ = write!(page, "\n```rust,ignore\n{example}```\n");
    }
}

/// What the compiler says about an example.
fn report(example: &str) -> String {
    let (place, message) = source::located_mistakes(source::expand(example)).swap_remove(0);
    let (line, columns) = place.map_or_else(|| place_of_attribute(example), place_of_tokens);
    let code = example.lines().nth(line - 1).unwrap_or_default();
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    let indent = " ".repeat(columns.start);
    let underline = "^".repeat(columns.len());
    let message = message.replace('\n', "\n       ");
    format!("error: {message}\n{margin} |\n{number} | {code}\n{margin} | {indent}{underline}\n")
}

fn place_of_tokens(place: Span) -> (usize, Range<usize>) {
    let (start, end) = (place.start(), place.end());
    assert_eq!(start.line, end.line, "only one line can be underlined: {:?}", place.source_text());
    (start.line, start.column..end.column)
}

/// The line of the first attribute, and its columns.
fn place_of_attribute(example: &str) -> (usize, Range<usize>) {
    let (index, line) = example.lines().enumerate().find(|(_, line)| line.trim_start().starts_with("#[")).unwrap();
    (index + 1, line.find('#').unwrap()..line.chars().count())
}

/// Formats all examples in one run.
fn format_examples(entries: Vec<Entry>) -> Vec<Entry> {
    const SEPARATOR: &str = "// The next example.\n";
    let examples: Vec<&str> =
        entries.iter().flat_map(|entry| entry.wrong.iter().chain(&entry.right)).map(String::as_str).collect();
    let formatted = source::format(&examples.join(&format!("\n{SEPARATOR}")));
    let mut formatted = formatted.split(SEPARATOR).map(|example| format!("{}\n", example.trim()));
    let mut format = |examples: Vec<String>| formatted.by_ref().take(examples.len()).collect();
    entries
        .into_iter()
        .map(|Entry { rule, wrong, right }| Entry { rule, wrong: format(wrong), right: format(right) })
        .collect()
}

const INTRODUCTION: &str = include_str!("introduction.md");
