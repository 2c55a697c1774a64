//! While a callback waits: pings are answered, the peer's close frame is seen, its disappearance is noticed, and no message is
//! lost or comes out of order.

use std::net::SocketAddr;
use std::sync::Arc;

use tests::raw::{BINARY, CLOSE, PING, PONG, RawClient, TEXT, close_payload, frame};
use tests::server::{Entries, Journal, journal, serve};
use tests::within;
use tokio::sync::Semaphore;
use websocket::{Caller, CloseCode, Listener};

#[derive(Clone)]
struct Gate {
    journal: Journal,
    permits: Arc<Semaphore>,
}

/// Waits at the gate before it answers a text, and for the end of the connection before it answers `wait`.
struct Patient(Gate);

#[websocket::service(path = "/patient", state = Gate)]
impl Patient {
    #[upgrade]
    fn accept(gate: &Gate) -> Self {
        Self(gate.clone())
    }

    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, text: &str) -> String {
        self.0.journal.note(text);
        if text == "wait" {
            caller.closed().await;
            self.0.journal.note(format!("left, open: {}", caller.is_open()));
        } else {
            self.0.permits.acquire().await.expect("the gate is not closed").forget();
        }
        text.to_owned()
    }

    #[remote]
    fn on_binary_message(&mut self, data: &[u8]) {
        self.0.journal.note(format!("{} bytes", data.len()));
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode, reason: &str) {
        self.0.journal.note(format!("closed {} {reason}", status.as_u16()));
    }
}

/// As [`Patient`], but it answers pings itself.
struct Pinged(Gate);

#[websocket::service(path = "/pinged", state = Gate)]
impl Pinged {
    #[upgrade]
    fn accept(gate: &Gate) -> Self {
        Self(gate.clone())
    }

    #[remote]
    async fn on_text_message(&mut self, text: String) -> String {
        self.0.permits.acquire().await.expect("the gate is not closed").forget();
        text
    }

    #[remote]
    fn on_ping(&mut self, data: &[u8]) -> Vec<u8> {
        self.0.journal.note("ping");
        data.to_vec()
    }
}

struct Server {
    address: SocketAddr,
    entries: Entries,
    permits: Arc<Semaphore>,
}

async fn start(configure: impl FnOnce(Listener) -> Listener) -> Server {
    let (journal, entries) = journal();
    let permits = Arc::new(Semaphore::new(0));
    let gate = Gate { journal, permits: Arc::clone(&permits) };
    let listener = Listener::new(0).service_with::<Patient>(gate.clone()).service_with::<Pinged>(gate);
    Server { address: serve(configure(listener)).await, entries, permits }
}

#[tokio::test]
async fn pings_are_answered_while_a_callback_waits_and_only_once() {
    let server = start(|listener| listener).await;
    let mut client = RawClient::upgrade(server.address, "/patient").await;
    // Two in the read that holds the message, one behind another message, one that comes later.
    let together = [frame(TEXT, "one"), frame(PING, "a"), frame(TEXT, "two"), frame(PING, "b")].concat();
    client.send(together).await;
    client.expects(PONG, "a").await;
    client.expects(PONG, "b").await;
    client.send_frame(PING, "c").await;
    client.expects(PONG, "c").await;
    server.permits.add_permits(1);
    client.expects(TEXT, "one").await;
    client.send_frame(PING, "d").await;
    client.expects(PONG, "d").await;
    server.permits.add_permits(1);
    client.expects(TEXT, "two").await;
    client.send_frame(PING, "e").await;
    client.expects(PONG, "e").await;
}

#[tokio::test]
async fn a_service_that_answers_pings_gets_them_in_their_turn() {
    let mut server = start(|listener| listener).await;
    let mut client = RawClient::upgrade(server.address, "/pinged").await;
    client.send([frame(TEXT, "one"), frame(PING, "a")].concat()).await;
    let mut other = RawClient::upgrade(server.address, "/pinged").await;
    other.send_frame(PING, "meanwhile").await;
    other.expects(PONG, "meanwhile").await;
    server.entries.expect(&["ping"]).await;
    assert_eq!(server.entries.try_next(), None, "the other ping waits");
    server.permits.add_permits(1);
    client.expects(TEXT, "one").await;
    client.expects(PONG, "a").await;
}

#[tokio::test]
async fn a_callback_hears_that_the_peer_is_gone() {
    let mut server = start(|listener| listener).await;
    let mut client = RawClient::upgrade(server.address, "/patient").await;
    client.send_frame(TEXT, "wait").await;
    server.entries.expect(&["wait"]).await;
    drop(client);
    server.entries.expect(&["left, open: false", "closed 1006 "]).await;
}

#[tokio::test]
async fn a_callback_hears_of_the_close_frame_and_what_came_before_it_is_handled() {
    let mut server = start(|listener| listener).await;
    let mut client = RawClient::upgrade(server.address, "/patient").await;
    let end = [frame(BINARY, "data"), frame(CLOSE, close_payload(4000, "enough"))].concat();
    client.send_frame(TEXT, "wait").await;
    server.entries.expect(&["wait"]).await;
    client.send(end).await;
    server.entries.expect(&["left, open: false", "4 bytes", "closed 4000 enough"]).await;
    client.expects(TEXT, "wait").await;
    client.is_closed_with(4000).await;
}

#[tokio::test]
async fn more_than_is_read_ahead_is_neither_lost_nor_out_of_order() {
    for limit in [0, 1, 100, 65_536] {
        let mut server = start(|listener| listener.read_ahead_limit(limit)).await;
        let mut client = RawClient::upgrade(server.address, "/patient").await;
        client.send_frame(TEXT, "first").await;
        server.entries.expect(&["first"]).await;
        let sizes: Vec<usize> = (1..60).map(|index| index * 173).collect();
        let messages: Vec<u8> = sizes.iter().flat_map(|size| frame(BINARY, vec![0; *size])).collect();
        client.send([messages, frame(TEXT, "last")].concat()).await;
        server.permits.add_permits(2);
        for size in sizes {
            server.entries.expect(&[&format!("{size} bytes")]).await;
        }
        server.entries.expect(&["last"]).await;
        client.expects(TEXT, "first").await;
        client.expects(TEXT, "last").await;
    }
}

#[tokio::test]
async fn nothing_is_read_ahead_by_choice() {
    let mut server = start(|listener| listener.read_ahead_limit(0)).await;
    let mut client = RawClient::upgrade(server.address, "/patient").await;
    client.send_frame(TEXT, "one").await;
    server.entries.expect(&["one"]).await;
    client.send_frame(PING, "a").await;
    let mut other = RawClient::upgrade(server.address, "/patient").await;
    other.send_frame(PING, "meanwhile").await;
    other.expects(PONG, "meanwhile").await;
    server.permits.add_permits(1);
    client.expects(TEXT, "one").await;
    client.expects(PONG, "a").await;
}

#[tokio::test]
async fn closing_in_a_callback_takes_the_answer_that_was_read_ahead() {
    let mut server = start(|listener| listener).await;
    let mut client = RawClient::upgrade(server.address, "/patient").await;
    client.send_frame(TEXT, "wait").await;
    server.entries.expect(&["wait"]).await;
    client.send(frame(CLOSE, close_payload(1000, ""))).await;
    within("the close frame to be seen", server.entries.expect(&["left, open: false", "closed 1000 "])).await;
    client.expects(TEXT, "wait").await;
    client.is_closed_with(1000).await;
}
