//! Pages of axum and a WebSocket service on one port, both ways.
//!
//! `cargo run --example axum` serves on a listener of ours, which hands what is no upgrade on to axum.
//! `cargo run --example axum -- --inside` mounts the service into axum's server, as into one that you have already.

use std::{env, error::Error, time::Duration};

use axum::{Router as Pages, response::Html, routing::get};
use tokio::net::TcpListener;
use websocket::{Listener, Router};

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/echo")]
impl Echo {
    #[remote]
    fn on_text_message<'a>(&mut self, text: &'a str) -> &'a str {
        text
    }
}

const PAGE: &str = r#"<!doctype html>
<title>Echo</title>
<form id="form"><input id="text" autofocus placeholder="Say something"></form>
<pre id="answers"></pre>
<script>
  const socket = new WebSocket(`${location.protocol.replace("http", "ws")}//${location.host}/echo`);
  socket.onmessage = (event) => (answers.textContent += event.data + "\n");
  form.onsubmit = (event) => (event.preventDefault(), socket.send(text.value), (text.value = ""));
</script>
"#;

fn pages() -> Pages {
    Pages::new().route("/", get(Html(PAGE)))
}

/// A listener of ours with axum inside.
async fn around_axum(port: u16) -> Result<(), Box<dyn Error>> {
    let server = Listener::new(port).service::<Echo>().fallback(pages()).bind().await?;
    println!("listening on http://127.0.0.1:{}", server.local_addr().port());
    server.serve_until(interrupted()).await?;
    Ok(())
}

/// A server of axum with our services inside.
async fn inside_axum(port: u16) -> Result<(), Box<dyn Error>> {
    let services = Router::builder().service::<Echo>().build()?;
    let app = pages().fallback_service(services.clone());
    let socket = TcpListener::bind(("0.0.0.0", port)).await?;
    println!("listening on http://127.0.0.1:{}", socket.local_addr()?.port());
    axum::serve(socket, app).with_graceful_shutdown(interrupted()).await?;
    // axum does not know of connections that have been upgraded.
    services.shut_down(Duration::from_secs(30)).await;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).log_internal_errors(false).init();
    let (mut port, mut is_inside) = (9090, false);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--port" => port = arguments.next().ok_or("`--port` needs a number")?.parse()?,
            "--inside" => is_inside = true,
            _ => return Err("usage: axum [--port N] [--inside]".into()),
        }
    }
    if is_inside { inside_axum(port).await } else { around_axum(port).await }
}

async fn interrupted() {
    tokio::signal::ctrl_c().await.expect("the signal can be heard");
}
