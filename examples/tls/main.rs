//! Services over TLS: `/echo` for everybody, `/members` for clients with a certificate, and a page at `/` to try them from.
//!
//! `cargo run --example tls` makes its certificates itself, and says how to connect. With `--certificate FILE --key FILE` it
//! serves with yours, and reads them again on SIGHUP; `--clients FILE` names the authority of the members.

mod certificates;
mod options;

use std::{path::Path, process::ExitCode};

use axum::{Router, response::Html, routing::get};
use certificates::Certificates;
use options::{Files, Options};
use websocket::{
    BoundListener, Caller, ClientCertificates, Listener, TlsConfig, TlsInfo, UpgradeError, UpgradeRequest,
};

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/echo")]
impl Echo {
    #[remote]
    fn on_open(&mut self, caller: &Caller) -> String {
        caller.tls().map(describe).unwrap_or_default()
    }

    #[remote]
    fn on_text_message<'a>(&mut self, text: &'a str) -> &'a str {
        text
    }
}

struct Members;

#[websocket::service(path = "/members")]
impl Members {
    #[upgrade]
    fn accept(request: &UpgradeRequest) -> Result<Self, UpgradeError> {
        match request.tls().and_then(TlsInfo::client_certificate) {
            // It has been verified: it is of the authority that the listener was given.
            Some(_) => Ok(Self),
            None => Err(UpgradeError::forbidden("members show a certificate")),
        }
    }

    #[remote]
    fn on_open(&mut self) -> &'static str {
        "welcome"
    }

    #[remote]
    fn on_text_message<'a>(&mut self, text: &'a str) -> &'a str {
        text
    }
}

fn describe(tls: &TlsInfo) -> String {
    let certificate = if tls.client_certificate().is_some() { "a" } else { "no" };
    format!("TLS {}, {}, {certificate} certificate of yours", tls.version(), tls.cipher_suite())
}

#[tokio::main]
async fn main() -> ExitCode {
    // Why handshakes fail is told at the level DEBUG. A log that cannot be written is no reason to panic.
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG);
    log.with_writer(std::io::stderr).log_internal_errors(false).init();
    let options = match Options::parse(std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into())) {
        Ok(options) => options,
        Err(mistake) => {
            eprintln!("tls: {mistake}\n\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    match run(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tls: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(Files { certificate, key }) = &options.files {
        let tls = TlsConfig::from_pem_files(certificate, key);
        let tls = match &options.clients {
            Some(authority) => tls.client_certificates(ClientCertificates::optional(authority)),
            None => tls,
        };
        let listener = bind(options.port, tls).await?;
        reload_on_hangup(&listener)?;
        return Ok(serve(listener).await?);
    }
    let made = Certificates::make()?;
    let clients = ClientCertificates::optional_pem(made.authority.as_str());
    let tls = TlsConfig::from_pem(made.server.as_str(), made.server_key.as_str()).client_certificates(clients);
    let folder = made.write(options.folder.as_deref())?;
    let listener = bind(options.port, tls).await?;
    explain(listener.local_addr().port(), folder.path());
    Ok(serve(listener).await?)
}

async fn bind(port: u16, tls: TlsConfig) -> websocket::Result<BoundListener> {
    let page = Router::new().route("/", get(Html(include_str!("page.html"))));
    let listener = Listener::new(port).service::<Echo>().service::<Members>().fallback(page).tls(tls).bind().await?;
    println!("listening on https://127.0.0.1:{}", listener.local_addr().port());
    Ok(listener)
}

fn explain(port: u16, folder: &Path) {
    let folder = folder.display();
    println!(
        "
The certificates are new, and nobody knows their authority, {folder}/ca.pem.
  A browser warns, then shows the page:
    https://localhost:{port}/
  Node.js, and Python's `websockets`, are told to trust it:
    NODE_EXTRA_CA_CERTS={folder}/ca.pem npx wscat -c wss://localhost:{port}/echo
    SSL_CERT_FILE={folder}/ca.pem python3 -m websockets wss://localhost:{port}/echo
  Members show a certificate:
    NODE_EXTRA_CA_CERTS={folder}/ca.pem npx wscat --cert {folder}/client.pem --key {folder}/client-key.pem -c wss://localhost:{port}/members"
    );
}

/// Reads the files again when the process is told so, as servers do: `kill -HUP`.
#[cfg(unix)]
fn reload_on_hangup(listener: &BoundListener) -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let Some(reloader) = listener.tls_reloader() else { return Ok(()) };
    let mut hangups = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            match reloader.reload() {
                Ok(()) => println!("the certificate was read again"),
                Err(error) => eprintln!("the old certificate stays: {error}"),
            }
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn reload_on_hangup(_: &BoundListener) -> std::io::Result<()> {
    Ok(())
}

/// Serves until Ctrl-C, which closes every connection with 1001.
async fn serve(listener: BoundListener) -> websocket::Result<()> {
    listener
        .serve_until(async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await; // no signal can be heard: serve until killed
            }
        })
        .await?;
    Ok(())
}
