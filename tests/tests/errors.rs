//! What happens when something fails: the error callbacks, and how a connection ends without them.

use tests::{
    raw::{BINARY, CLOSE, FIN, PING, PONG, RawClient, TEXT, close_payload, frame, header},
    server::{Entries, Journal, LastWill, journal, serve},
};
use websocket::{Caller, CloseCode, Error, Listener};

/// Without any error callback.
struct Unhandled(Journal);

#[websocket::service(path = "/unhandled", state = Journal)]
impl Unhandled {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self(journal.clone())
    }

    #[remote]
    fn on_message(&mut self, text: &str) -> Result<String, &'static str> {
        if text == "fail" { Err("a secret detail") } else { Ok(text.to_owned()) }
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode) {
        self.0.note(status.as_u16().to_string());
    }
}

/// With every error callback, each of which answers.
struct Handled {
    journal: Journal,
    _last_will: LastWill,
}

#[websocket::service(path = "/handled/<open>", state = Journal, max_frame_size = 1000, dispatcher_key = "event")]
impl Handled {
    #[upgrade]
    fn accept(open: String, journal: &Journal) -> Self {
        journal.note(open);
        Self { journal: journal.clone(), _last_will: journal.last_will() }
    }

    #[remote]
    fn on_open(&mut self) -> Result<(), String> {
        Err("open failed".to_owned())
    }

    #[remote]
    async fn on_message(&mut self, text: &str) -> Result<&'static str, std::io::Error> {
        if text == "fail" { Err(std::io::Error::other("message failed")) } else { Ok("fine") }
    }

    #[remote]
    fn on_message_error(&mut self, caller: &Caller, error: &Error) -> String {
        assert!(caller.is_open());
        format!("on_message_error: {error}")
    }

    #[remote(event = "fail")]
    fn dispatched(&mut self) -> websocket::Result<()> {
        Err(Error::Full)
    }

    #[remote]
    fn on_ping(&mut self, _data: &[u8]) -> Result<(), String> {
        Err("ping failed".to_owned())
    }

    #[remote]
    fn on_pong(&mut self, _data: &[u8]) -> Result<(), String> {
        Err("pong failed".to_owned())
    }

    #[remote]
    async fn on_error(&mut self, caller: &Caller, error: &Error) -> Result<Option<String>, String> {
        self.journal.note(format!("on_error: {error}"));
        let kind = match error {
            Error::Callback(_) => "callback",
            Error::Full => "full",
            Error::Protocol(_) => "protocol",
            _ => "other",
        };
        Ok(caller.is_open().then(|| format!("on_error: {kind}: {error}")))
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode, reason: &str) {
        self.journal.note(format!("on_close: {} {reason}", status.as_u16()));
    }
}

/// Its error callback fails.
#[derive(Default)]
struct Failing;

#[websocket::service(path = "/failing")]
impl Failing {
    #[remote]
    fn on_message(&mut self, text: String) -> Result<(), String> {
        Err(text)
    }

    #[remote]
    fn on_error(&mut self, error: &Error) -> Result<(), String> {
        Err(format!("{error}, again"))
    }
}

/// Its error twin fails.
#[derive(Default)]
struct FailingTwin;

#[websocket::service(path = "/failing_twin")]
impl FailingTwin {
    #[remote]
    fn on_message(&mut self, text: String) -> String {
        text
    }

    #[remote]
    fn on_message_error(&mut self, error: &Error) -> Result<(), String> {
        Err(format!("{error}, again"))
    }
}

/// With `on_error` alone.
#[derive(Default)]
struct Fallback;

#[websocket::service(path = "/fallback")]
impl Fallback {
    #[remote]
    fn on_message(&mut self, text: String) -> String {
        text
    }

    #[remote]
    fn on_error(&self, error: &Error) -> String {
        format!("{error}")
    }
}

async fn start() -> (std::net::SocketAddr, Entries) {
    let (journal, entries) = journal();
    let listener = Listener::new(0)
        .service_with::<Unhandled>(journal.clone())
        .service_with::<Handled>(journal)
        .service::<Failing>()
        .service::<FailingTwin>()
        .service::<Fallback>();
    (serve(listener).await, entries)
}

async fn handled() -> (RawClient, Entries) {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/handled/x").await;
    client.expects(TEXT, "on_error: callback: open failed").await;
    entries.expect(&["x", "on_error: open failed"]).await;
    (client, entries)
}

#[tokio::test]
async fn without_a_callback_a_binding_that_fails_closes_with_1003_and_the_cause() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/unhandled").await;
    client.send_frame(BINARY, b"a\xff").await;
    let (code, reason) = client.closing().await;
    assert_eq!(code, 1003);
    assert!(reason.starts_with("data binding failed: "), "{reason}");
    client.send_frame(CLOSE, close_payload(1003, "")).await;
    client.ends().await;
    entries.expect(&["1003"]).await;
}

#[tokio::test]
async fn without_a_callback_an_error_closes_with_1011_and_without_detail() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/unhandled").await;
    client.send([frame(TEXT, "fine"), frame(TEXT, "fail"), frame(TEXT, "too late")].concat()).await;
    client.expects(TEXT, "fine").await;
    assert_eq!(client.closing().await, (1011, String::new()));
    client.send_frame(CLOSE, close_payload(1011, "")).await;
    client.ends().await;
    entries.expect(&["1011"]).await;
}

#[tokio::test]
async fn a_binding_that_fails_goes_to_the_error_twin_and_the_connection_lives_on() {
    let (mut client, mut entries) = handled().await;
    client.send([frame(BINARY, b"ab\xff"), frame(TEXT, "x")].concat()).await;
    let answer = client.frame().await.expect("the twin answers").payload;
    let answer = String::from_utf8(answer).expect("it answers in text");
    assert!(answer.starts_with("on_message_error: data binding failed: "), "{answer}");
    client.expects(TEXT, "fine").await;
    assert_eq!(entries.try_next(), None, "`on_error` stays out of it");
}

#[tokio::test]
async fn without_a_twin_a_binding_that_fails_goes_to_on_error() {
    let (address, _entries) = start().await;
    let mut client = RawClient::upgrade(address, "/fallback").await;
    client.send([frame(BINARY, b"\xff"), frame(BINARY, "x")].concat()).await;
    let answer = client.frame().await.expect("`on_error` answers").payload;
    assert!(answer.starts_with(b"data binding failed: "), "{answer:?}");
    client.expects(TEXT, "x").await;
}

#[tokio::test]
async fn an_error_of_a_callback_goes_to_on_error_and_the_connection_lives_on() {
    let (mut client, mut entries) = handled().await;
    let table = [
        (TEXT, "fail", "on_error: callback: message failed"),
        (BINARY, "fail", "on_error: callback: message failed"),
        (TEXT, r#"{"event":"fail"}"#, "on_error: full: outgoing buffer is full"),
        (PING, "", "on_error: callback: ping failed"),
        (PONG, "", "on_error: callback: pong failed"),
        (TEXT, "x", "fine"),
    ];
    for (first, payload, answer) in table {
        client.send_frame(first, payload).await;
        client.expects(TEXT, answer).await;
    }
    entries.expect(&["on_error: message failed"; 2]).await;
    entries.expect(&["on_error: outgoing buffer is full", "on_error: ping failed", "on_error: pong failed"]).await;
}

#[tokio::test]
async fn an_error_of_an_error_callback_closes_with_1011() {
    let (address, _entries) = start().await;
    for (path, first, payload) in
        [("/failing", TEXT, &b"x"[..]), ("/failing", BINARY, b"\xff"), ("/failing_twin", BINARY, b"\xff")]
    {
        let mut client = RawClient::upgrade(address, path).await;
        client.send_frame(first, payload).await;
        assert_eq!(client.closing().await, (1011, String::new()), "{path}");
        client.send_frame(CLOSE, close_payload(1011, "")).await;
        client.ends().await;
    }
}

#[tokio::test]
async fn a_mistake_on_the_wire_goes_to_on_error_and_then_to_on_close() {
    let mistakes = [
        (frame(TEXT | 0x40, ""), 1002, "reserved bits"),
        (frame(FIN, ""), 1002, "continuation"),
        (header(TEXT, 1001), 1009, "1001 bytes"),
        (frame(TEXT, b"\xff"), 1007, "UTF-8"),
        (frame(CLOSE, close_payload(1005, "")), 1002, "1005"),
    ];
    for (bytes, code, name) in mistakes {
        let (mut client, mut entries) = handled().await;
        client.send(bytes).await;
        client.is_closed_with(code).await;
        let entry = entries.next().await;
        assert!(entry.starts_with("on_error: ") && entry.contains(name), "{entry}");
        let entry = entries.next().await;
        assert!(entry.starts_with("on_close: "), "{entry}");
        entries.expect(&["dropped"]).await;
    }
}

#[tokio::test]
async fn an_error_of_on_open_without_a_callback_closes_with_1011_and_on_close_runs() {
    let (journal, mut entries) = journal();
    let address = serve(Listener::new(0).service_with::<Unopened>(journal)).await;
    let mut client = RawClient::upgrade(address, "/unopened").await;
    assert_eq!(client.closing().await, (1011, String::new()));
    client.send_frame(CLOSE, close_payload(1011, "")).await;
    client.ends().await;
    entries.expect(&["1011"]).await;
}

/// Fails to open.
struct Unopened(Journal);

#[websocket::service(path = "/unopened", state = Journal)]
impl Unopened {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self(journal.clone())
    }

    #[remote]
    async fn on_open(&mut self) -> Result<(), String> {
        Err("no".to_owned())
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode) {
        self.0.note(status.as_u16().to_string());
    }
}
