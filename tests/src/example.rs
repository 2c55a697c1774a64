//! An example as its users start it: the real program, on a port of its own.

use std::{
    env,
    net::SocketAddr,
    path::PathBuf,
    process::{ExitStatus, Stdio},
};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::{relay_stderr, within};

/// A running example, killed when dropped.
#[derive(Debug)]
pub struct Example {
    process: Child,
    address: SocketAddr,
}

impl Example {
    /// Starts the example `name` on a free port and waits until it listens.
    pub async fn start(name: &str) -> Self {
        Self::start_on(0, name).await
    }

    /// Starts the example `name` on `port` and waits until it listens.
    pub async fn start_on(port: u16, name: &str) -> Self {
        Self::start_with(name, &["--port", &port.to_string()]).await
    }

    /// Starts the example `name` with `arguments`, which name a port, and waits until it listens.
    ///
    /// # Panics
    ///
    /// When the program does not start or does not say where it listens.
    pub async fn start_with(name: &str, arguments: &[&str]) -> Self {
        let mut process = Self::command(name)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("the example `{name}` does not start: {error}"));
        relay_stderr(name.to_owned(), process.stderr.take());
        let mut lines = BufReader::new(process.stdout.take().expect("stdout is piped")).lines();
        let address = within(format_args!("`{name}` to say where it listens"), announced_address(&mut lines)).await;
        // Read on, or the program would block on a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { process, address }
    }

    /// The program of the example `name`, to be run with other arguments.
    ///
    /// # Panics
    ///
    /// When it has not been built.
    #[must_use]
    pub fn command(name: &str) -> Command {
        let test = env::current_exe().expect("a test knows its own file");
        let profile = test.ancestors().nth(2).expect("a test lies in `<profile>/deps`");
        let program: PathBuf = profile.join("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX));
        assert!(program.exists(), "the example `{name}` is not built: run `cargo build --workspace --examples`");
        let mut command = Command::new(program);
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// The process.
    ///
    /// # Panics
    ///
    /// When it has ended.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id().expect("it has not ended")
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Presses Ctrl-C and waits for the end.
    ///
    /// # Panics
    ///
    /// When there is no shell to send the signal with.
    pub async fn interrupt(mut self) -> ExitStatus {
        let id = self.process.id().expect("it has not ended");
        let sent = Command::new("sh").args(["-c", &format!("kill -INT {id}")]).status().await.expect("`sh` starts");
        assert!(sent.success(), "the signal was not sent");
        within("the end after Ctrl-C", self.process.wait()).await.expect("the process can be waited for")
    }

    /// Ends it at once, as a crash would.
    ///
    /// # Panics
    ///
    /// When it had ended by itself.
    pub async fn kill(mut self) {
        within("the end after a kill", self.process.kill()).await.expect("it was running");
    }
}

/// The address in `listening on SCHEME://ADDRESS`.
async fn announced_address(lines: &mut Lines<BufReader<ChildStdout>>) -> SocketAddr {
    loop {
        let line = lines.next_line().await.expect("stdout is UTF-8").expect("it ended without listening");
        if let Some((_, address)) = line.strip_prefix("listening on ").and_then(|url| url.split_once("://")) {
            return address.parse().expect("an address is announced");
        }
    }
}
