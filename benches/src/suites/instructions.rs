//! Instructions in user space for one echo, counted by callgrind: the same on a busy machine as on an idle one.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::{
    Result, environment,
    environment::{Cores, cannot_read},
    options::Options,
    process,
    servers::{self, Ability},
    suites::{
        able, conclude,
        difference::{self, Counted, Tool},
    },
    table::{Table, ratio, thousands},
};

pub(crate) fn run(options: &Options) -> Result<()> {
    difference::require("valgrind")?;
    environment::print_head("instructions: user space, per 125-byte echo on one connection", None);
    let mut mistakes = Vec::new();
    for depth in DEPTHS.into_iter().filter(|depth| options.wants_line(&format!("d{depth}"))) {
        let mut rows = Vec::new();
        for server in able(Ability::Echo, options)? {
            match CALLGRIND.per_message(server, difference::noise(depth), depth, Cores::choose()?) {
                Ok(counted) => rows.push((server.name, counted)),
                Err(error) => mistakes.push(format!("d{depth}, {}: {error}", server.name)),
            }
        }
        println!("## d{depth}\n\n{}", table(&rows));
    }
    conclude(&mistakes)
}

/// How a server starts depends on the clock where a library calibrates one, so the start must not be counted at all.
fn reset(server: u32) -> Result<()> {
    let mut command = Command::new("callgrind_control");
    command.args(["--zero", &server.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| format!("this suite needs `callgrind_control`: {error}"))?;
    process::ended_well(&mut child, "`callgrind_control`")
}

fn callgrind(out: &str) -> Vec<String> {
    vec!["valgrind".to_owned(), "--tool=callgrind".to_owned(), format!("--callgrind-out-file={out}")]
}

/// Reads the sum that callgrind writes at the end of its file.
fn total(out: &str) -> Result<Counted> {
    let text = fs::read_to_string(out).map_err(|error| cannot_read(out, error))?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: ")?.trim().parse().ok());
    let total = total.ok_or_else(|| cannot_read(out, "there is no line `totals`"))?;
    Ok(Counted::from([(String::new(), total)]))
}

fn table(rows: &[(&str, Counted)]) -> Table {
    let value = |counted: &Counted| counted.values().sum::<f64>();
    let base = |name| rows.iter().find(|(server, _)| *server == name).map(|(_, counted)| value(counted));
    let (ours, floor) = (base(servers::OURS), base(servers::FLOOR));
    let mut table = Table::new(&["server", "instructions/msg", "to ours", "to floor"]);
    for (name, counted) in rows {
        let value = value(counted);
        table.row([(*name).to_owned(), thousands(value), ratio(value, ours), ratio(value, floor)]);
    }
    table
}

const DEPTHS: [usize; 2] = [1, 16];
pub(crate) const CALLGRIND: Tool = Tool { command: callgrind, reset, read: total, counts: [960, 5760] };
