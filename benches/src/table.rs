//! Tables of text that are Markdown as well.

use std::fmt;

/// Rows below a heading; the first column is flush left, the others flush right.
#[derive(Debug)]
pub(crate) struct Table {
    heading: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Starts a table.
    pub(crate) fn new(heading: &[&str]) -> Self {
        Self { heading: heading.iter().map(|&cell| cell.to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row. Cells that are missing at its end stay empty.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut row: Vec<String> = cells.into_iter().collect();
        row.resize(self.heading.len(), String::new());
        self.rows.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = || std::iter::once(&self.heading).chain(&self.rows);
        let widths: Vec<usize> = (0..self.heading.len())
            .map(|column| all().map(|row| row[column].chars().count()).max().unwrap_or_default().max(4))
            .collect();
        let write_row = |f: &mut fmt::Formatter<'_>, row: &[String]| {
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                if column == 0 { write!(f, "| {cell:<width$} |")? } else { write!(f, " {cell:>width$} |")? }
            }
            writeln!(f)
        };
        write_row(f, &self.heading)?;
        for (column, width) in widths.iter().enumerate() {
            if column == 0 { write!(f, "| {:-<width$} |", "")? } else { write!(f, " {:->1$} |", ":", width)? }
        }
        writeln!(f)?;
        self.rows.iter().try_for_each(|row| write_row(f, row))
    }
}

/// Writes a number with a separator between its thousands.
pub(crate) fn thousands(number: f64) -> String {
    let digits = format!("{:.0}", number.max(0.0));
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes how many times `number` is `base`; a dash where there is no base.
pub(crate) fn ratio(number: f64, base: Option<f64>) -> String {
    match base {
        Some(base) if base > 0.0 => format!("{:.2}x", number / base),
        _ => "–".to_owned(),
    }
}
