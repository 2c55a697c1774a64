//! Counts under a tool that counts everything: two runs of different length, so that start and end cancel out.

use std::{
    collections::BTreeMap,
    env, fs,
    process::{self, Command, Stdio},
};

use crate::{
    Result,
    environment::Cores,
    load::{Load, client::Handshake, echo::Echo},
    process::ServerProcess,
    servers::{Server, Task},
};

/// Counts by name.
pub(crate) type Counted = BTreeMap<String, f64>;

/// A program that counts while it runs another one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tool {
    /// Makes the command that writes to this file.
    pub(crate) command: fn(&str) -> Vec<String>,
    /// Begins to count anew in the process of this number.
    pub(crate) reset: fn(u32) -> Result<()>,
    /// Reads the file.
    pub(crate) read: fn(&str) -> Result<Counted>,
    /// Messages of the two runs; their difference is a multiple of every depth.
    pub(crate) counts: [usize; 2],
}

/// Fails unless this program is installed.
pub(crate) fn require(program: &str) -> Result<()> {
    let version = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    match version {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{program} --version` ended with {status}").into()),
        Err(error) => Err(format!("this suite needs `{program}`: {error}").into()),
    }
}

/// Makes batches of 125 bytes of noise.
pub(crate) fn noise(depth: usize) -> impl Fn(Handshake) -> Echo {
    move |handshake| Echo::new(SIZE, depth, handshake)
}

impl Tool {
    /// Returns what one echo of what `said` makes costs on one connection.
    #[expect(clippy::cast_precision_loss, reason = "some thousand messages")]
    pub(crate) fn per_message(
        &self,
        server: &Server,
        said: impl Fn(Handshake) -> Echo,
        depth: usize,
        cores: Cores,
    ) -> Result<Counted> {
        let [fewer, more] = self.counts;
        let least = self.count(server, &said, fewer / depth, cores)?;
        let most = self.count(server, &said, more / depth, cores)?;
        let messages = (more - fewer) as f64;
        Ok(most
            .into_iter()
            .map(|(name, count)| {
                let before = least.get(&name).copied().unwrap_or_default();
                (name, (count - before) / messages)
            })
            .collect())
    }

    fn count(
        &self,
        server: &Server,
        said: &impl Fn(Handshake) -> Echo,
        batches: usize,
        cores: Cores,
    ) -> Result<Counted> {
        let out = env::temp_dir().join(format!("benches-{}.count", process::id()));
        let out = out.to_str().ok_or("the temporary directory has a name that is not UTF-8")?;
        let command = (self.command)(out);
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let process = ServerProcess::start_under(&command, server, Task::Echo, cores.server)?;
        let handshake = if server.is_floor() { Handshake::None } else { Handshake::Plain };
        let mut load = Load::connect(process.address(), 1, handshake, said(handshake))?;
        load.run_batches(WARM_UP)?;
        (self.reset)(process.id())?;
        load.run_batches(batches)?;
        drop(load);
        process.stop()?;
        let counted = (self.read)(out);
        // It has been read, or there is none.
        drop(fs::remove_file(out));
        counted
    }
}

/// Bytes: the longest payload with a header of two.
const SIZE: usize = 125;
/// Batches. What happens once is over by then.
const WARM_UP: usize = 8;
