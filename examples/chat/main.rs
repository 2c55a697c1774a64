//! A chat room at `/chat/<username>`, and a page at `/` to use it from.
//!
//! `cargo run --example chat -- --port 9090`, then open the printed address in two tabs.

mod hub;

use std::{env, error::Error, process::ExitCode};

use axum::{Router, response::Html, routing::get};
use hub::Hub;
use websocket::{Caller, Listener};

struct Chat {
    username: String,
    hub: Hub,
}

#[websocket::service(path = "/chat/<username>", state = Hub, connection_closure_timeout = 3)]
impl Chat {
    #[upgrade]
    fn connect(username: String, hub: &Hub) -> Self {
        Self { username, hub: hub.clone() }
    }

    /// Welcomes the newcomer and tells those who are here already; only then does he hear the others.
    #[remote]
    async fn on_open(&mut self, caller: &Caller) -> websocket::Result<()> {
        caller.write_text(format!("Hi {}! You have successfully connected to the chat", self.username)).await?;
        self.hub.broadcast(&format!("{} connected to chat", self.username)).await;
        self.hub.join(caller);
        Ok(())
    }

    #[remote]
    async fn on_text_message(&mut self, text: &str) {
        let line = format!("{}: {text}", self.username);
        tracing::info!("{line}");
        self.hub.broadcast(&line).await;
    }

    #[remote]
    async fn on_close(&mut self, caller: &Caller) {
        if self.hub.leave(caller) {
            self.hub.broadcast(&format!("{} left the chat", self.username)).await;
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    // A log that cannot be written is no reason to panic.
    tracing_subscriber::fmt().with_writer(std::io::stderr).log_internal_errors(false).init();
    let port = match port(env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned())) {
        Ok(port) => port,
        Err(mistake) => {
            eprintln!("chat: {mistake}\nusage: chat [--port N]   (default {DEFAULT_PORT}; 0 takes any free port)");
            return ExitCode::from(2);
        }
    };
    match serve(port).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chat: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

/// Serves until Ctrl-C, which closes every connection with 1001.
async fn serve(port: u16) -> websocket::Result<()> {
    let page = Router::new().route("/", get(Html(include_str!("page.html"))));
    let listener = Listener::new(port).service_with::<Chat>(Hub::default()).fallback(page).bind().await?;
    println!("listening on http://127.0.0.1:{}", listener.local_addr().port());
    listener
        .serve_until(async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await; // no signal can be heard: serve until killed
            }
        })
        .await?;
    Ok(())
}

/// Reads the command line.
fn port(mut arguments: impl Iterator<Item = String>) -> Result<u16, String> {
    let mut port = DEFAULT_PORT;
    while let Some(argument) = arguments.next() {
        if argument != "--port" {
            return Err(format!("unknown argument `{argument}`"));
        }
        let value = arguments.next().ok_or("`--port` needs a number")?;
        port = value.parse().map_err(|_| format!("`{value}` is not a port number"))?;
    }
    Ok(port)
}

/// An error with everything that caused it, on one line.
fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

const DEFAULT_PORT: u16 = 9090;
