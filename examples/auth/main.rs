//! A chat for those who have a token, an endpoint that gives tokens out, and a page at `/` to use both from.
//!
//! `cargo run --example auth`, then open the printed address; or, without a browser, as the README shows.

mod room;
mod tokens;

use std::{env, error::Error};

use axum::{Router, response::Html, routing::get};
use room::Room;
use tokens::Issuer;
use websocket::{Auth, Caller, Jwt, JwtAlgorithm, Listener, Rule, TokenSource, UpgradeRequest};

struct Chat {
    name: String,
    room: Room,
}

#[websocket::service(path = "/chat", state = Room, subprotocols = ["chat"])]
impl Chat {
    /// Whoever comes here has a token: its subject is the name.
    #[upgrade]
    fn connect(request: &UpgradeRequest, room: &Room) -> Self {
        let name = request.identity().map_or("nobody", |identity| identity.subject());
        Self { name: name.to_owned(), room: room.clone() }
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) -> String {
        self.room.enter(caller);
        format!("Hi {}!", self.name)
    }

    /// Everybody may listen; who speaks needs the scope.
    #[remote(scopes = ["speak"])]
    fn on_text_message(&mut self, text: &str) {
        self.room.tell(&format!("{}: {text}", self.name));
    }

    #[remote]
    fn on_text_message_error(&mut self, error: &websocket::Error) -> String {
        error.to_string()
    }

    #[remote]
    fn on_close(&mut self, caller: &Caller) {
        self.room.leave(caller);
    }
}

/// A token comes in the header, or, from a page, which cannot set that, among the subprotocols.
fn rules(issuer: &Issuer) -> Auth {
    let tokens = Jwt::with_secret([JwtAlgorithm::HS256], issuer.secret()).audience(tokens::AUDIENCE);
    Auth::rule(Rule::new(tokens).scopes(["listen"])).token_from(TokenSource::Subprotocol).realm("chat")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).log_internal_errors(false).init();
    let issuer = Issuer::new()?;
    let auth = rules(&issuer);
    let pages = Router::new().route("/", get(Html(include_str!("page.html")))).merge(issuer.endpoint());
    let listener = Listener::new(port()?).auth(auth).service_with::<Chat>(Room::default()).fallback(pages);
    let server = listener.bind().await?;
    println!("listening on http://127.0.0.1:{}", server.local_addr().port());
    server.serve_until(async { tokio::signal::ctrl_c().await.expect("the signal can be heard") }).await?;
    Ok(())
}

/// Reads the command line.
fn port() -> Result<u16, Box<dyn Error>> {
    match &env::args().skip(1).collect::<Vec<_>>()[..] {
        [] => Ok(9090),
        [flag, port] if flag == "--port" => Ok(port.parse()?),
        _ => Err("usage: auth [--port N]".into()),
    }
}
