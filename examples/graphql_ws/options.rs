//! The command line.

use std::{str::FromStr, time::Duration};

pub(crate) const USAGE: &str = "usage: graphql_ws [--port N] [--init-timeout MS]

  --port N            the port to listen on; 0 takes any free one (default 9090)
  --init-timeout MS   milliseconds that a client has for its connection_init (default 10000)";

pub(crate) struct Options {
    pub(crate) port: u16,
    pub(crate) init_timeout: Duration,
}

impl Options {
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { port: 9090, init_timeout: Duration::from_secs(10) };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--port" => options.port = number(&argument, arguments.next())?,
                "--init-timeout" => options.init_timeout = Duration::from_millis(number(&argument, arguments.next())?),
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
