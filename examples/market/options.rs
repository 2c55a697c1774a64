//! The command line.

use std::{num::NonZero, str::FromStr, time::Duration};

pub(crate) const USAGE: &str = "usage: market [--port N] [--seed N] [--interval MS]

  --port N        the port to listen on; 0 takes any free one (default 9090)
  --seed N        where the prices begin to wander: the same seed gives the same prices (default 1)
  --interval MS   milliseconds from one tick of a pair to the next (default 250)";

pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) seed: u64,
    pub(crate) interval: Duration,
}

impl Options {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { port: 9090, seed: 1, interval: Duration::from_millis(250) };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--port" => options.port = number(&argument, arguments.next())?,
                "--seed" => options.seed = number(&argument, arguments.next())?,
                "--interval" => {
                    let interval: NonZero<u64> = number(&argument, arguments.next())?;
                    options.interval = Duration::from_millis(interval.get());
                }
                _ => return Err(format!("unknown argument `{argument}`")),
            }
        }
        Ok(options)
    }
}

fn number<N: FromStr>(name: &str, value: Option<String>) -> Result<N, String> {
    let value = value.ok_or_else(|| format!("`{name}` needs a number"))?;
    value.parse().map_err(|_| format!("`{value}` is not a number for `{name}`"))
}
