//! Which callback runs when, and in which order.

use tests::{
    polite::PoliteClient,
    raw::{BINARY, CLOSE, FIN, LAST, PING, PONG, RawClient, TEXT, close_payload, frame},
    server::{Entries, Journal, LastWill, journal, serve},
    within,
};
use tokio::task::yield_now;
use websocket::{Bytes, Caller, CloseCode, CloseFrame, Listener};

/// Notes every callback, and how its connection ends.
struct Noting {
    journal: Journal,
    _last_will: LastWill,
}

#[websocket::service(path = "/noting", state = Journal)]
impl Noting {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self { journal: journal.clone(), _last_will: journal.last_will() }
    }

    #[remote]
    async fn on_open(&mut self, caller: &Caller) {
        self.journal.note("open begins");
        for _ in 0..100 {
            yield_now().await;
        }
        caller.write_text("welcome").await.expect("it is open");
        self.journal.note("open ends");
    }

    #[remote]
    async fn on_text_message(&mut self, text: &str) {
        self.journal.note(format!("{text} begins"));
        yield_now().await;
        self.journal.note(format!("{text} ends"));
    }

    #[remote]
    fn on_binary_message(&mut self, caller: &Caller, data: &[u8]) -> Option<CloseFrame> {
        assert!(caller.is_open());
        self.journal.note(format!("{data:?}"));
        (data == b"close").then(|| CloseFrame::new(4001, "asked for").expect("it may be sent"))
    }

    #[remote]
    fn on_pong(&self, data: Bytes) {
        self.journal.note(format!("pong {data:?}"));
    }

    #[remote]
    fn on_close(&mut self, caller: &Caller, status: CloseCode, reason: &str) {
        assert!(!caller.is_open());
        self.journal.note(format!("close {} {reason:?}", status.as_u16()));
    }

    /// An ordinary method.
    #[expect(dead_code, reason = "only a message could call it, and none must")]
    fn on_subscribe(&mut self) {
        self.journal.note("an ordinary method was called");
    }
}

/// Takes the code alone.
struct CodeAlone(Journal);

#[websocket::service(path = "/code", state = Journal)]
impl CodeAlone {
    #[upgrade]
    async fn accept(journal: &Journal) -> Self {
        Self(journal.clone())
    }

    #[remote]
    async fn on_close(&self, status: CloseCode) {
        self.0.note(status.to_string());
    }
}

/// Takes the reason alone.
struct ReasonAlone(Journal);

#[websocket::service(path = "/reason", state = Journal)]
impl ReasonAlone {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self(journal.clone())
    }

    #[remote]
    fn on_close(&mut self, reason: &str) -> Result<(), String> {
        self.0.note(reason);
        Err("nobody hears this".to_owned())
    }
}

/// Answers pings with other bytes, or not at all.
#[derive(Default)]
struct Pinged;

#[websocket::service(path = "/pinged")]
impl Pinged {
    #[remote]
    async fn on_ping(&mut self, caller: &Caller, data: &[u8]) -> Option<Vec<u8>> {
        if data == b"text" {
            caller.write_text("pinged").await.expect("it is open");
        }
        (data != b"silence").then(|| data.iter().rev().copied().collect())
    }
}

/// Leaves pings without an answer.
#[derive(Default)]
struct Unanswering;

#[websocket::service(path = "/unanswering")]
impl Unanswering {
    #[remote]
    fn on_ping(&mut self, _data: Vec<u8>) {}

    #[remote]
    fn on_pong(&mut self, data: &[u8]) -> Vec<u8> {
        data.to_vec()
    }
}

/// Takes nothing that comes in.
#[derive(Default)]
struct Deaf;

#[websocket::service(path = "/deaf")]
impl Deaf {
    #[remote]
    fn on_open(&mut self) {}
}

async fn start() -> (std::net::SocketAddr, Entries) {
    let (journal, entries) = journal();
    let listener = Listener::new(0)
        .service_with::<Noting>(journal.clone())
        .service_with::<CodeAlone>(journal.clone())
        .service_with::<ReasonAlone>(journal)
        .service::<Pinged>()
        .service::<Unanswering>()
        .service::<Deaf>();
    (serve(listener).await, entries)
}

#[tokio::test]
async fn on_open_ends_before_the_first_message_begins() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::connect(address).await;
    // The message is there before `on_open` has begun.
    client.send([tests::raw::handshake("/noting", "").into_bytes(), frame(TEXT, "first")].concat()).await;
    assert_eq!(client.response().await.status, 101);
    entries.expect(&["open begins", "open ends", "first begins", "first ends"]).await;
}

#[tokio::test]
async fn callbacks_run_one_at_a_time_in_the_order_of_arrival() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/noting").await;
    let burst = [
        frame(TEXT, "a"),
        frame(BINARY, [1]),
        frame(TEXT & !FIN, "b"),
        frame(PONG, "x"),
        frame(LAST, "c"),
        frame(BINARY, []),
        frame(TEXT, "d"),
    ];
    client.send(burst.concat()).await;
    entries.expect(&["open begins", "open ends", "a begins", "a ends", "[1]", r#"pong b"x""#]).await;
    entries.expect(&["bc begins", "bc ends", "[]", "d begins", "d ends"]).await;
}

#[tokio::test]
async fn on_close_tells_the_code_and_the_reason_of_the_peer_exactly_once() {
    let (address, mut entries) = start().await;
    for (code, reason) in [(1000, "done"), (1001, ""), (4999, "héllo")] {
        let mut client = PoliteClient::connect(address, "/noting").await;
        entries.expect(&["open begins", "open ends"]).await;
        client.hears("welcome").await;
        assert_eq!(client.close(code, reason).await.0, code);
        entries.expect(&[&format!("close {code} {reason:?}"), "dropped"]).await;
    }
}

#[tokio::test]
async fn on_close_is_1005_for_a_close_frame_without_a_code() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/noting").await;
    client.send_frame(CLOSE, "").await;
    entries.expect(&["open begins", "open ends", r#"close 1005 """#, "dropped"]).await;
}

#[tokio::test]
async fn on_close_is_1006_for_a_peer_that_vanishes() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/noting").await;
    client.send_frame(TEXT, "last").await;
    client.send(&frame(TEXT, "never complete")[..5]).await;
    drop(client);
    entries.expect(&["open begins", "open ends", "last begins", "last ends", r#"close 1006 """#, "dropped"]).await;

    let mut client = RawClient::upgrade(address, "/noting").await;
    client.send_end().await;
    entries.expect(&["open begins", "open ends", r#"close 1006 """#, "dropped"]).await;
}

#[tokio::test]
async fn on_close_is_what_the_peer_answers_to_our_close_frame() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/noting").await;
    client.expects(TEXT, "welcome").await;
    client.send([frame(BINARY, "close"), frame(TEXT, "too late")].concat()).await;
    assert_eq!(client.closing().await, (4001, "asked for".to_owned()));
    client.send([frame(TEXT, "much too late"), frame(CLOSE, close_payload(4002, "understood"))].concat()).await;
    client.ends().await;
    let close = format!("{:?}", b"close");
    entries.expect(&["open begins", "open ends", &close, r#"close 4002 "understood""#, "dropped"]).await;
}

#[tokio::test]
async fn on_close_takes_what_it_wants() {
    let (address, mut entries) = start().await;
    assert_eq!(PoliteClient::connect(address, "/code").await.close(4321, "x").await.0, 4321);
    entries.expect(&["4321"]).await;
    assert_eq!(PoliteClient::connect(address, "/reason").await.close(1000, "because").await.0, 1000);
    entries.expect(&["because"]).await;
}

#[tokio::test]
async fn a_ping_is_answered_without_a_callback() {
    let (address, _entries) = start().await;
    for path in ["/deaf", "/noting"] {
        let mut client = RawClient::upgrade(address, path).await;
        if path == "/noting" {
            client.expects(TEXT, "welcome").await;
        }
        client.send([frame(PING, "hello"), frame(PING, "")].concat()).await;
        client.expects(PONG, "hello").await;
        client.expects(PONG, "").await;
    }
}

#[tokio::test]
async fn on_ping_gives_the_pong() {
    let (address, _entries) = start().await;
    let mut client = RawClient::upgrade(address, "/pinged").await;
    for data in ["abc", "silence", "text", ""] {
        client.send_frame(PING, data).await;
    }
    client.expects(PONG, "cba").await;
    client.expects(TEXT, "pinged").await;
    client.expects(PONG, "txet").await;
    client.expects(PONG, "").await;
}

#[tokio::test]
async fn a_ping_stays_without_a_pong_if_on_ping_gives_none() {
    let (address, _entries) = start().await;
    let mut client = RawClient::upgrade(address, "/unanswering").await;
    client.send([frame(PING, "ignored"), frame(PONG, "answered")].concat()).await;
    client.expects(BINARY, "answered").await;
}

#[tokio::test]
async fn what_nobody_takes_is_ignored() {
    let (address, _entries) = start().await;
    let mut client = RawClient::upgrade(address, "/deaf").await;
    client
        .send([frame(TEXT, "hello"), frame(BINARY, "hello"), frame(PONG, ""), frame(PING, "still here")].concat())
        .await;
    client.expects(PONG, "still here").await;
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    client.is_closed_with(1000).await;
}

#[tokio::test]
async fn connections_do_not_wait_for_each_other() {
    let (journal, mut entries) = journal();
    let address = serve(Listener::new(0).service_with::<Stuck>(journal)).await;
    let mut stuck = RawClient::upgrade(address, "/stuck").await;
    stuck.send_frame(TEXT, "wait").await;
    entries.expect(&["waits"]).await;
    let mut other = RawClient::upgrade(address, "/stuck").await;
    other.send_frame(TEXT, "hello").await;
    within("the other connection", other.expects(TEXT, "hello")).await;
}

/// Can wait for ever.
struct Stuck(Journal);

#[websocket::service(path = "/stuck", state = Journal)]
impl Stuck {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self(journal.clone())
    }

    #[remote]
    async fn on_text_message(&mut self, text: String) -> String {
        if text == "wait" {
            self.0.note("waits");
            std::future::pending::<()>().await;
        }
        text
    }
}
