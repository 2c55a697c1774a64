//! The command line.

use std::time::Duration;

use crate::{Result, suites};

/// What all suites can be told.
#[derive(Debug)]
pub(crate) struct Options {
    /// How often each server runs each line.
    pub(crate) rounds: usize,
    /// How long a run is measured.
    pub(crate) measured: Duration,
    /// Names of servers; empty means all of the suite.
    servers: Vec<String>,
    /// Parts of the names of lines; empty means all of the suite.
    lines: Vec<String>,
    /// `deflate` only: every level instead of every server.
    pub(crate) sweep: bool,
}

impl Options {
    /// Reads what follows the name of the suite.
    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut options =
            Self { rounds: 5, measured: Duration::from_secs(1), servers: Vec::new(), lines: Vec::new(), sweep: false };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("`{name}` needs a value"));
            match name.as_str() {
                "--rounds" => options.rounds = number(name, value()?)?,
                "--seconds" => options.measured = seconds(name, value()?)?,
                "--servers" => options.servers = list(value()?),
                "--lines" => options.lines = list(value()?),
                "--sweep" => options.sweep = true,
                _ => return Err(format!("unknown option `{name}`\n\n{}", usage()).into()),
            }
        }
        if options.rounds == 0 {
            return Err("`--rounds` must be at least 1".into());
        }
        Ok(options)
    }

    /// Returns whether this server is to run.
    pub(crate) fn wants_server(&self, name: &str) -> bool {
        self.servers.is_empty() || self.servers.iter().any(|server| server == name)
    }

    /// Returns whether this line is to run: a part of its name was given, and `d1` is no part of `d16`.
    pub(crate) fn wants_line(&self, name: &str) -> bool {
        let is_in_name = |part: &String| {
            name.match_indices(part.as_str())
                .any(|(index, _)| !name[index + part.len()..].starts_with(|next: char| next.is_ascii_digit()))
        };
        self.lines.is_empty() || self.lines.iter().any(is_in_name)
    }

    /// Returns the names that were given and that are none of `known`.
    pub(crate) fn unknown_servers<'a>(&'a self, known: &[&str]) -> Vec<&'a str> {
        self.servers.iter().map(String::as_str).filter(|name| !known.contains(name)).collect()
    }
}

/// The help text.
pub(crate) fn usage() -> String {
    let names: Vec<&str> = suites::ALL.iter().map(|suite| suite.name).collect();
    format!(
        "usage: benches <suite> [options]

  suites: {}

  --rounds N        how often each server runs each line (default 5)
  --seconds S       how long a run is measured (default 1)
  --servers A,B     only these servers
  --lines A,B       only lines whose name contains one of these
  --sweep           with `deflate`: every level and mode of ours, instead of the peers",
        names.join(", ")
    )
}

fn list(value: &str) -> Vec<String> {
    value.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

fn number(name: &str, value: &str) -> Result<usize> {
    value.parse().map_err(|_| format!("`{name}` needs a number, found `{value}`").into())
}

fn seconds(name: &str, value: &str) -> Result<Duration> {
    let seconds = value.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|seconds| !seconds.is_zero())
        .ok_or_else(|| format!("`{name}` needs a positive number of seconds, found `{value}`").into())
}
