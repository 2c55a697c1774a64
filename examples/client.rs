//! The chat in a terminal: says what is typed, prints what is said, and connects again when the chat is back.
//!
//! `cargo run --example client -- ann`, while `cargo run --example chat` runs; Ctrl-C, or the end of the input, says goodbye.

use std::{
    env,
    error::Error,
    io::{self, Write},
    process::ExitCode,
    thread,
};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::mpsc::{self, Receiver};
use websocket::{Client, ClientEvent, CloseFrame, RetryConfig};

struct Terminal;

#[websocket::client]
impl Terminal {
    #[remote]
    fn on_text_message(&self, text: &str) -> io::Result<()> {
        writeln!(io::stdout(), "{}", printable(text))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args_os().skip(1).map(|text| text.to_string_lossy().into_owned()).collect();
    let (name, server) = match &arguments[..] {
        [name] => (name, DEFAULT_SERVER),
        [name, server] => (name, &server[..]),
        _ => {
            eprintln!("usage: client NAME [URL]   (default {DEFAULT_SERVER})");
            return ExitCode::from(2);
        }
    };
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    match chat(format!("{}/chat/{name}", server.trim_end_matches('/'))).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("client: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

/// Takes part until Ctrl-C, the end of the input, or the end of the connection for good.
async fn chat(url: String) -> websocket::Result<()> {
    let client = Client::builder(url).retry(RetryConfig::new().on_event(tell)).connect_with(Terminal).await?;
    tokio::select! {
        // The messages go to the terminal: what is left to read is the end.
        ended = client.read() => return ended.map(drop),
        said = say(&client, typed()) => said?,
        _ = tokio::signal::ctrl_c() => {}
    }
    client.close(CloseFrame::normal()).await
}

/// Shows what becomes of the connection, and of what was said to nobody.
#[expect(clippy::needless_pass_by_value, reason = "a listener is given each event")]
fn tell(event: ClientEvent) {
    eprintln!("* {}", printable(&event.to_string()));
    if let ClientEvent::Lost { in_doubt: lines, .. } | ClientEvent::GaveUp { unsent: lines } = &event {
        lines.iter().filter_map(|line| line.as_text()).for_each(|line| eprintln!("*   {line}"));
    }
}

/// Says what is typed. While there is no connection, it waits for the next one.
async fn say(client: &Client, mut lines: Receiver<String>) -> websocket::Result<()> {
    while let Some(line) = lines.recv().await {
        client.write_text(line).await?;
    }
    Ok(())
}

/// Reads the input, in a thread for which nobody waits at the end: it hears of nothing but the next line.
fn typed() -> Receiver<String> {
    let (sender, lines) = mpsc::channel(1);
    thread::spawn(move || io::stdin().lines().map_while(Result::ok).try_for_each(|line| sender.blocking_send(line)));
    lines
}

/// Leaves out with what somebody else could command the terminal.
fn printable(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).collect()
}

/// An error with everything that caused it, on one line.
fn with_causes(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

const DEFAULT_SERVER: &str = "ws://127.0.0.1:9090";
