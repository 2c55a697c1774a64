//! Two services on one listener: drivers at `/taxi/<name>` say where they are, riders at `/subscribe/<name>` hear it.
//!
//! `cargo run --example taxi`, then connect with any client: as a driver send `{"event":"location","latitude":6.9,"longitude":79.8}`.

mod fleet;
mod messages;

use std::{env, error::Error};

use fleet::Fleet;
use messages::{Location, News};
use websocket::{Caller, Listener};

struct Driver {
    name: String,
    fleet: Fleet,
}

#[websocket::service(path = "/taxi/<name>", state = Fleet, dispatcher_key = "event")]
impl Driver {
    #[upgrade]
    fn connect(name: String, fleet: &Fleet) -> Self {
        Self { name, fleet: fleet.clone() }
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) -> websocket::Result<News<'static>> {
        self.fleet.driver_joins(caller, &self.name)?;
        let message = format!("Hi {}! Your location will be shared with the riders", self.name);
        Ok(News::Welcome { message })
    }

    #[remote]
    fn on_location(&mut self, caller: &Caller, location: Location) -> websocket::Result<()> {
        self.fleet.driver_moves(caller, &self.name, location)
    }

    /// A place that is none, or on no earth.
    #[remote]
    fn on_location_error(&mut self, error: &websocket::Error) -> News<'static> {
        News::Error { message: error.to_string() }
    }

    #[remote]
    fn on_close(&mut self, caller: &Caller) -> websocket::Result<()> {
        self.fleet.driver_leaves(caller)
    }
}

struct Rider {
    name: String,
    fleet: Fleet,
}

/// A rider only listens: whatever one says is ignored.
#[websocket::service(path = "/subscribe/<name>", state = Fleet)]
impl Rider {
    #[upgrade]
    fn connect(name: String, fleet: &Fleet) -> Self {
        Self { name, fleet: fleet.clone() }
    }

    #[remote]
    async fn on_open(&mut self, caller: &Caller) -> websocket::Result<()> {
        let message = format!("Hi {}! You have successfully connected.", self.name);
        caller.write_message(&News::Welcome { message }).await?;
        self.fleet.rider_joins(caller)
    }

    #[remote]
    fn on_close(&mut self, caller: &Caller) {
        self.fleet.rider_leaves(caller);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).log_internal_errors(false).init();
    let fleet = Fleet::default();
    let listener = Listener::new(port()?).service_with::<Driver>(fleet.clone()).service_with::<Rider>(fleet);
    let server = listener.bind().await?;
    println!("listening on ws://127.0.0.1:{}", server.local_addr().port());
    server.serve_until(async { tokio::signal::ctrl_c().await.expect("the signal can be heard") }).await?;
    Ok(())
}

/// Reads the command line.
fn port() -> Result<u16, Box<dyn Error>> {
    match &env::args().skip(1).collect::<Vec<_>>()[..] {
        [] => Ok(9091),
        [flag, port] if flag == "--port" => Ok(port.parse()?),
        _ => Err("usage: taxi [--port N]".into()),
    }
}
