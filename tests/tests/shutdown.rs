//! The end of a server: everybody is told, every `on_close` runs, and nothing holds it up for longer than it was allowed to.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tests::{
    polite::PoliteClient,
    raw::{CLOSE, RawClient, TEXT, close_payload, handshake},
    server::{Entries, Journal, LastWill, journal},
    within,
};
use tokio::{
    net::TcpStream,
    sync::oneshot::{self, Sender},
    task::{JoinHandle, yield_now},
};
use websocket::{Caller, CloseCode, Listener, Shutdown};

/// Notes its end, or hangs where its path says.
struct Hanging {
    place: String,
    journal: Journal,
    _last_will: LastWill,
}

#[websocket::service(path = "/<place>", state = Journal)]
impl Hanging {
    #[upgrade]
    async fn accept(place: String, journal: &Journal) -> Self {
        let service = Self { place, journal: journal.clone(), _last_will: journal.last_will() };
        service.may_hang_in("upgrade").await;
        service
    }

    async fn may_hang_in(&self, place: &str) {
        if self.place == place {
            self.journal.note(format!("{place} hangs"));
            std::future::pending::<()>().await;
        }
    }

    #[remote]
    async fn on_open(&mut self) {
        self.may_hang_in("open").await;
    }

    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, text: String) -> String {
        self.may_hang_in("message").await;
        if self.place == "until_closed" {
            self.journal.note("waits");
            caller.closed().await;
        }
        text
    }

    #[remote]
    async fn on_close(&mut self, status: CloseCode) {
        self.may_hang_in("close").await;
        yield_now().await;
        self.journal.note(format!("close {}", status.as_u16()));
    }
}

struct Server {
    address: SocketAddr,
    stop: Sender<()>,
    serving: JoinHandle<websocket::Result<Shutdown>>,
    entries: Entries,
}

impl Server {
    async fn start(shutdown_timeout: Duration) -> Self {
        Self::serves(Listener::new(0).shutdown_timeout(shutdown_timeout)).await
    }

    async fn serves(listener: Listener) -> Self {
        let (journal, entries) = journal();
        let listener = listener.host("127.0.0.1");
        let bound = listener.service_with::<Hanging>(journal).bind().await.expect("the listener binds");
        let address = bound.local_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(bound.serve_until(async move { drop(stopped.await) }));
        Self { address, stop, serving, entries }
    }

    /// Tells it to stop, and returns what it has written down once it has.
    async fn stops(self) -> Entries {
        self.stops_with().await.1
    }

    /// Tells it to stop, and returns how many connections were closed and aborted too.
    async fn stops_with(self) -> ((usize, usize), Entries) {
        drop(self.stop);
        let shutdown = within("the server to stop", self.serving).await.expect("no panic").expect("no error");
        ((shutdown.closed, shutdown.aborted), self.entries)
    }
}

#[tokio::test]
async fn a_server_without_connections_stops_at_once() {
    let mut entries = Server::start(LONG).await.stops().await;
    assert_eq!(entries.try_next(), None);
}

#[tokio::test]
async fn every_connection_is_closed_with_1001_and_on_close_runs_for_each() {
    let server = Server::start(LONG).await;
    let mut clients = Vec::new();
    for _ in 0..20 {
        let mut client = PoliteClient::connect(server.address, "/x").await;
        client.send("hello").await;
        client.hears("hello").await;
        clients.push(tokio::spawn(client.ended()));
    }
    let address = server.address;
    let (counts, mut entries) = server.stops_with().await;
    assert_eq!(counts, (20, 0));
    for client in clients {
        assert_eq!(within("a client's end", client).await.expect("no panic").0, 1001);
    }
    // All are there when it returns.
    let mut noted: Vec<_> = std::iter::from_fn(|| entries.try_next()).collect();
    noted.sort();
    assert_eq!(noted, [["close 1001"; 20], ["dropped"; 20]].concat());
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_message_that_is_being_handled_is_answered_before_the_close_frame() {
    let mut server = Server::start(LONG).await;
    let mut client = RawClient::upgrade(server.address, "/until_closed").await;
    client.send_frame(TEXT, "x").await;
    server.entries.expect(&["waits"]).await;
    let stopping = tokio::spawn(server.stops());
    assert_eq!(client.closing().await.0, 1001);
    client.send_frame(CLOSE, close_payload(1001, "")).await;
    client.ends().await;
    within("the server to stop", stopping).await.expect("no panic").expect(&["close 1001", "dropped"]).await;
}

#[tokio::test]
async fn a_callback_that_hangs_is_broken_off_and_on_close_runs() {
    for place in ["open", "message"] {
        let mut server = Server::start(SHORT).await;
        let mut client = RawClient::upgrade(server.address, &format!("/{place}")).await;
        client.send_frame(TEXT, "x").await;
        server.entries.expect(&[&format!("{place} hangs")]).await;
        let mut entries = server.stops().await;
        entries.expect(&["close 1006", "dropped"]).await;
        assert_eq!(client.closing().await.0, 1001);
    }
}

#[tokio::test]
async fn an_on_close_that_hangs_is_broken_off() {
    let mut server = Server::start(SHORT).await;
    let mut client = RawClient::upgrade(server.address, "/close").await;
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    assert_eq!(client.closing().await.0, 1000);
    server.entries.expect(&["close hangs"]).await;
    server.stops().await.expect(&["dropped"]).await;
    client.ends().await;
}

#[tokio::test]
async fn an_upgrade_function_that_hangs_is_broken_off() {
    let mut server = Server::start(SHORT).await;
    let mut client = RawClient::connect(server.address).await;
    client.send(handshake("/upgrade", "")).await;
    server.entries.expect(&["upgrade hangs"]).await;
    server.stops().await.expect(&["dropped"]).await;
    client.ends().await;
}

#[tokio::test]
async fn a_peer_that_does_not_answer_is_broken_off() {
    let server = Server::start(SHORT).await;
    let mut client = RawClient::upgrade(server.address, "/x").await;
    client.send_frame(TEXT, "x").await;
    client.expects(TEXT, "x").await;
    server.stops().await.expect(&["close 1006", "dropped"]).await;
    client.is_closed_with(1001).await;
}

#[tokio::test]
async fn one_that_hangs_does_not_take_the_others_with_it() {
    let mut server = Server::start(SHORT).await;
    let mut hanging = RawClient::upgrade(server.address, "/message").await;
    hanging.send_frame(TEXT, "x").await;
    server.entries.expect(&["message hangs"]).await;
    let client = PoliteClient::connect(server.address, "/x").await;
    let client = tokio::spawn(client.ended());
    let (counts, mut entries) = server.stops_with().await;
    assert_eq!(counts, (1, 1));
    assert_eq!(within("the client's end", client).await.expect("no panic").0, 1001);
    entries.expect(&["close 1001", "dropped"]).await;
}

#[tokio::test]
async fn a_connection_that_has_not_sent_its_request_does_not_hold_up_the_end() {
    let server = Server::start(LONG).await;
    let mut silent = RawClient::connect(server.address).await;
    let mut kept_alive = RawClient::connect(server.address).await;
    kept_alive.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(kept_alive.response().await.status, 426);
    server.stops().await;
    silent.ends().await;
    kept_alive.ends().await;
}

/// There are at least 25 ms between two batches.
#[tokio::test]
async fn connections_are_closed_in_batches() {
    let start = async |batch| {
        let server = Server::serves(Listener::new(0).shutdown_timeout(LONG).shutdown_batch(batch)).await;
        for _ in 0..9 {
            tokio::spawn(PoliteClient::connect(server.address, "/x").await.ended());
        }
        server
    };
    let server = start(1).await;
    let begin = Instant::now();
    assert_eq!(server.stops_with().await.0, (9, 0));
    assert!(begin.elapsed() >= Duration::from_millis(8 * 25));
    assert_eq!(start(9).await.stops_with().await.0, (9, 0));
}

#[tokio::test]
async fn a_batch_of_nobody_is_refused_at_bind() {
    let error = Listener::new(0).host("127.0.0.1").shutdown_batch(0).bind().await.expect_err("it is refused");
    assert_eq!(error.to_string(), "invalid `shutdown_batch` of the listener: must be at least 1");
}

/// Longer than any wait in a test: whoever needs it has failed.
const LONG: Duration = Duration::from_mins(1);
/// Long enough for a client that answers, on a loaded machine too.
const SHORT: Duration = Duration::from_secs(1);
