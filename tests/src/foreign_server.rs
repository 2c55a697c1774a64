//! Echo servers that are programs of their own: the scripts `*_server.*` in `tests/clients`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::{relay_stderr, within};

/// A server on an implementation that we did not write, killed when dropped.
#[derive(Debug)]
pub struct ForeignServer {
    _process: Child,
    address: SocketAddr,
    reports: Lines<BufReader<ChildStdout>>,
}

impl ForeignServer {
    /// Starts the server on the npm package `ws`.
    pub async fn node_ws() -> Self {
        Self::start("node", "node_ws_server.mjs").await
    }

    /// Starts the server on the Python package `websockets`.
    pub async fn python_websockets() -> Self {
        Self::start(".venv/bin/python", "python_websockets_server.py").await
    }

    async fn start(interpreter: &str, script: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
        let installed = folder.join("node_modules").exists() && folder.join(".venv").exists();
        assert!(installed, "the clients of the tests are not installed: `scripts/test.sh` does that");
        let program = if interpreter.contains('/') { folder.join(interpreter) } else { interpreter.into() };
        let mut process = Command::new(program)
            .arg(folder.join(script))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("`{interpreter} {script}` does not start: {error}"));
        relay_stderr(script.to_owned(), process.stderr.take());
        let mut reports = BufReader::new(process.stdout.take().expect("stdout is piped")).lines();
        let first = within("the server to listen", reports.next_line()).await.expect("reports are UTF-8");
        let port = first.as_deref().and_then(|line| line.strip_prefix("listening ")?.parse().ok());
        let port: u16 = port.unwrap_or_else(|| panic!("the server says {first:?} instead of its port"));
        Self { _process: process, address: ([127, 0, 0, 1], port).into(), reports }
    }

    /// The url of the server.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ws://{}/", self.address)
    }

    /// Waits for exactly this report.
    ///
    /// # Panics
    ///
    /// When another one comes.
    pub async fn reports(&mut self, expected: &str) {
        let report = within(expected, self.reports.next_line()).await.expect("reports are UTF-8");
        assert_eq!(report.as_deref(), Some(expected));
    }
}
