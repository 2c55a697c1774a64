//! The table of events in `docs/observability.md`.

use std::collections::BTreeSet;

use crate::log::Record;

const PAGE: &str = include_str!("../../docs/observability.md");

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    /// With `websocket::`.
    pub target: String,
    /// In capitals.
    pub level: String,
    /// What the event is called.
    pub message: String,
    /// All that it can have.
    pub fields: BTreeSet<String>,
}

/// Reads the table.
#[must_use]
pub fn rows() -> Vec<Row> {
    let rows = PAGE.lines().filter_map(|line| line.strip_prefix("| `websocket::"));
    let cells = rows.map(|row| row.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '`'])).collect::<Vec<_>>());
    let events = cells.filter(|cells| cells.len() >= 4);
    events
        .map(|cells| Row {
            target: format!("websocket::{}", cells[0]),
            level: cells[1].to_owned(),
            message: cells[2].to_owned(),
            fields: names(cells[3]),
        })
        .collect()
}

fn names(cell: &str) -> BTreeSet<String> {
    cell.split(", ").map(|name| name.trim_matches('`').to_owned()).filter(|name| !name.is_empty()).collect()
}

/// The event is in the table, as it is.
///
/// # Panics
///
/// When it is not.
pub fn is_listed(record: &Record) {
    let Record { target, level, name, fields } = record;
    let row = rows().into_iter().find(|row| row.message == *name && row.level == level.as_str());
    let row = row.unwrap_or_else(|| panic!("{record:?} is not listed"));
    assert_eq!(row.target, *target);
    for (field, _) in fields {
        assert!(row.fields.contains(*field), "`{field}` of {record:?} is not listed");
    }
}
