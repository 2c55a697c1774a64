//! System calls for one echo, counted by strace: the greatest part of what a small message costs.

use std::{collections::BTreeMap, fs};

use crate::{
    Result, environment,
    environment::{Cores, cannot_read},
    options::Options,
    servers::Ability,
    suites::{
        able, conclude,
        difference::{self, Counted, Tool},
    },
    table::Table,
};

pub(crate) fn run(options: &Options) -> Result<()> {
    difference::require("strace")?;
    environment::print_head("syscalls: per 125-byte echo on one connection", None);
    let mut mistakes = Vec::new();
    for depth in DEPTHS.into_iter().filter(|depth| options.wants_line(&format!("d{depth}"))) {
        let mut table = Table::new(&["server", "syscalls/msg", "of these"]);
        for server in able(Ability::Echo, options)? {
            match STRACE.per_message(server, difference::noise(depth), depth, Cores::choose()?) {
                Ok(counted) => table.row(row(server.name, &counted)),
                Err(error) => mistakes.push(format!("d{depth}, {}: {error}", server.name)),
            }
        }
        println!("## d{depth}\n\n{table}");
    }
    conclude(&mistakes)
}

fn strace(out: &str) -> Vec<String> {
    ["strace", "-c", "-f", "-o", out].map(str::to_owned).to_vec()
}

/// Reads the lines of strace's summary: time, seconds, microseconds, calls, errors if there were any, name.
fn summary(out: &str) -> Result<Counted> {
    let text = fs::read_to_string(out).map_err(|error| cannot_read(out, error))?;
    let counted: Counted = text
        .lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let name = fields.last().filter(|name| **name != "total")?;
            Some(((*name).to_owned(), fields.get(3)?.parse().ok()?))
        })
        .collect();
    if counted.is_empty() { Err(cannot_read(out, "there are no calls in it")) } else { Ok(counted) }
}

fn row(name: &str, counted: &BTreeMap<String, f64>) -> [String; 3] {
    let mut most: Vec<(&String, f64)> = counted.iter().map(|(name, count)| (name, *count)).collect();
    most.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let parts: Vec<String> = most
        .into_iter()
        .filter(|(_, count)| *count >= LEAST_SHOWN)
        .map(|(name, count)| format!("{name} {count:.3}"))
        .collect();
    [name.to_owned(), format!("{:.3}", counted.values().sum::<f64>()), parts.join(", ")]
}

const DEPTHS: [usize; 2] = [1, 16];
const STRACE: Tool = Tool { command: strace, reset: |_| Ok(()), read: summary, counts: [960, 5760] };
/// Calls per message, below which they are not worth a word.
const LEAST_SHOWN: f64 = 0.005;
