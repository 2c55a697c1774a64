//! Clients that are programs of their own, and not for the chat: scripts in `tests/clients`.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout},
};

use crate::{script, within};

/// A client on an implementation that we did not write, killed when dropped.
#[derive(Debug)]
pub struct ForeignClient {
    _process: Child,
    commands: ChildStdin,
    reports: Lines<BufReader<ChildStdout>>,
}

impl ForeignClient {
    /// Starts the client on the npm package `graphql-ws`, with more arguments for its script.
    ///
    /// # Panics
    ///
    /// When it is not installed.
    #[must_use]
    pub fn graphql_ws(address: SocketAddr, more: &[&str]) -> Self {
        Self::start("node", "graphql_ws.mjs", address, more)
    }

    /// Starts a participant of the chat on the npm package `ws`, over TLS.
    ///
    /// # Panics
    ///
    /// When it is not installed.
    #[must_use]
    pub fn node_ws(address: SocketAddr, name: &str, tls: &[&str]) -> Self {
        Self::start("node", "node_ws.mjs", address, &[&[name], tls].concat())
    }

    /// Starts a participant of the chat on the Python package `websockets`, over TLS.
    ///
    /// # Panics
    ///
    /// When it is not installed.
    #[must_use]
    pub fn python_websockets(address: SocketAddr, name: &str, tls: &[&str]) -> Self {
        Self::start(".venv/bin/python", "python_websockets.py", address, &[&[name], tls].concat())
    }

    /// Starts Chromium on the page of the server, which opens a WebSocket to `path`. `trust` is the
    /// hash of the public key that it takes, then maybe the files of its own certificate and key.
    ///
    /// # Panics
    ///
    /// When it is not installed.
    #[must_use]
    pub fn browser(address: SocketAddr, path: &str, trust: &[&str]) -> Self {
        Self::start("node", "browser_socket.mjs", address, &[&[path], trust].concat())
    }

    fn start(interpreter: &str, script: &str, address: SocketAddr, more: &[&str]) -> Self {
        let address = address.to_string();
        let mut process = script::spawn(interpreter, script, &[&[&*address], more].concat());
        let commands = process.stdin.take().expect("stdin is piped");
        let reports = BufReader::new(process.stdout.take().expect("stdout is piped")).lines();
        Self { _process: process, commands, reports }
    }

    /// Tells it what to do.
    ///
    /// # Panics
    ///
    /// When it has ended.
    pub async fn tell(&mut self, command: &str, argument: impl Into<Value>) {
        let line = format!("{command} {}\n", argument.into());
        self.commands.write_all(line.as_bytes()).await.expect("the client reads its commands");
    }

    /// Waits for the next thing that happens to it.
    ///
    /// # Panics
    ///
    /// When it ends instead, or says what is no report.
    pub async fn reports(&mut self) -> (String, Value) {
        let line = within("a report of the client", self.reports.next_line()).await;
        let line = line.expect("reports are UTF-8").expect("the client has something to report");
        let (event, value) = line.split_once(' ').unwrap_or((&line, "null"));
        let value = serde_json::from_str(value).unwrap_or_else(|error| panic!("`{line}` is not a report: {error}"));
        (event.to_owned(), value)
    }

    /// Waits for exactly this.
    ///
    /// # Panics
    ///
    /// When something else happens.
    pub async fn expects(&mut self, event: &str, value: impl Into<Value>) {
        assert_eq!(self.reports().await, (event.to_owned(), value.into()));
    }
}
