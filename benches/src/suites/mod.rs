//! The suites.

mod broadcast;
mod connect;
mod deflate;
mod difference;
mod dispatch;
mod echo;
mod idle;
mod instructions;
mod syscalls;

use crate::{
    Error, Result,
    options::Options,
    servers::{self, Ability, Server},
};

/// One question, asked of every server.
#[derive(Debug)]
pub(crate) struct Suite {
    pub(crate) name: &'static str,
    run: fn(&Options) -> Result<()>,
}

/// Runs the suite of this name.
pub(crate) fn run(name: &str, options: &Options) -> Result<()> {
    let suite = ALL
        .iter()
        .find(|suite| suite.name == name)
        .ok_or_else(|| format!("there is no suite `{name}`\n\n{}", crate::options::usage()))?;
    let known: Vec<&str> = servers::ALL.iter().map(|server| server.name).collect();
    if let [unknown, ..] = options.unknown_servers(&known)[..] {
        return Err(format!("there is no server `{unknown}`; there are {}", known.join(", ")).into());
    }
    (suite.run)(options)
}

/// Returns the servers that can do this and are wanted.
fn able(ability: Ability, options: &Options) -> Result<Vec<&'static Server>> {
    let able: Vec<&Server> = servers::ALL.iter().filter(|server| server.can(ability)).collect();
    let wanted: Vec<&Server> = able.iter().copied().filter(|server| options.wants_server(server.name)).collect();
    if wanted.is_empty() {
        let names: Vec<&str> = able.iter().map(|server| server.name).collect();
        return Err(format!("none of these servers can do that; there are {}", names.join(", ")).into());
    }
    Ok(wanted)
}

/// Makes one error of all that a suite has gathered.
fn conclude(mistakes: &[String]) -> Result<(), Error> {
    match mistakes {
        [] => Ok(()),
        _ => Err(mistakes.join("\nerror: ").into()),
    }
}

/// All suites.
pub(crate) const ALL: &[Suite] = &[
    Suite { name: "echo", run: echo::run },
    Suite { name: "idle", run: idle::run },
    Suite { name: "broadcast", run: broadcast::run },
    Suite { name: "deflate", run: deflate::run },
    Suite { name: "connect", run: connect::run },
    Suite { name: "instructions", run: instructions::run },
    Suite { name: "dispatch", run: dispatch::run },
    Suite { name: "syscalls", run: syscalls::run },
];
