//! Echo servers that are programs of their own: the scripts `*_server.*` in `tests/clients`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

use crate::{script, within};

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
        Self::node_ws_over_tls(&[]).await
    }

    /// The same over TLS, with the files of its certificate and key, and maybe that of the authority whose certificates it
    /// requires.
    pub async fn node_ws_over_tls(files: &[PathBuf]) -> Self {
        Self::start("node", "node_ws_server.mjs", files).await
    }

    /// Starts the server on the Python package `websockets`.
    pub async fn python_websockets() -> Self {
        Self::python_websockets_over_tls(&[]).await
    }

    /// The same over TLS, with the files of its certificate and key, and maybe that of the authority whose certificates it
    /// requires.
    pub async fn python_websockets_over_tls(files: &[PathBuf]) -> Self {
        Self::start(".venv/bin/python", "python_websockets_server.py", files).await
    }

    /// Starts the proxy on Node's own `http`, which may ask for a `Proxy-Authorization`.
    pub async fn node_proxy(authorization: Option<&str>) -> Self {
        Self::start("node", "node_proxy.mjs", authorization.as_slice()).await
    }

    async fn start<A: AsRef<Path>>(interpreter: &str, script: &str, arguments: &[A]) -> Self {
        let arguments: Vec<_> = arguments.iter().map(|text| text.as_ref().to_str().expect("it is UTF-8")).collect();
        let mut process = script::spawn(interpreter, script, &arguments);
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

    /// The url of a server with TLS, whose certificate is for `localhost`.
    #[must_use]
    pub fn tls_url(&self) -> String {
        format!("wss://localhost:{}/", self.address.port())
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
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
