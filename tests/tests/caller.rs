//! What the handle on a connection does, from any task.

use std::{collections::HashSet, net::SocketAddr, sync::Arc};

use tests::{
    polite::PoliteClient,
    raw::{BINARY, CLOSE, FIN, PING, PONG, RawClient, TEXT, close_payload},
    server::serve,
    within,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
};
use websocket::{Caller, CloseCode, CloseFrame, Error, Listener, Message};

/// Gives its caller to the test when it opens, and never stops waiting for the peer's close frame.
struct Patient(UnboundedSender<Caller>);

#[websocket::service(path = "/patient", state = UnboundedSender<Caller>, connection_closure_timeout = -1, max_frame_size = 1000, subprotocols = ["chat"])]
impl Patient {
    #[upgrade]
    fn accept(callers: &UnboundedSender<Caller>) -> Self {
        Self(callers.clone())
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) {
        self.0.send(caller.clone()).expect("the test waits");
    }

    #[remote]
    fn on_text_message(&mut self, caller: &Caller, _text: &str) -> String {
        format!("{:?}", caller.attribute::<u8>())
    }
}

/// Like it, but not so patient.
struct Impatient(UnboundedSender<Caller>);

#[websocket::service(path = "/impatient", state = UnboundedSender<Caller>, connection_closure_timeout = 0.05)]
impl Impatient {
    #[upgrade]
    fn accept(callers: &UnboundedSender<Caller>) -> Self {
        Self(callers.clone())
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) {
        self.0.send(caller.clone()).expect("the test waits");
    }
}

/// Closes inside of a callback, and tells how that went.
struct Closing(UnboundedSender<String>);

#[websocket::service(path = "/closing", state = UnboundedSender<String>, connection_closure_timeout = -1)]
impl Closing {
    #[upgrade]
    fn accept(results: &UnboundedSender<String>) -> Self {
        Self(results.clone())
    }

    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, text: &str) -> &'static str {
        caller.write_text("before").await.expect("it is open");
        let closed = caller.close(CloseFrame::new(4000, text.to_owned()).expect("it may be sent")).await;
        let late = caller.write_text("after").await;
        self.0.send(format!("{closed:?} {late:?}")).expect("the test waits");
        "dropped"
    }

    #[remote]
    async fn on_close(&mut self, caller: &Caller, status: CloseCode, reason: &str) {
        let again = caller.close(CloseFrame::normal()).await.is_ok();
        caller.closed().await;
        self.0.send(format!("{} {reason} {again}", status.as_u16())).expect("the test waits");
    }
}

struct Callers(UnboundedReceiver<Caller>);

impl Callers {
    async fn next(&mut self) -> Caller {
        within("a caller", self.0.recv()).await.expect("the server lives")
    }
}

async fn start_with(listener: Listener) -> (SocketAddr, Callers) {
    let (sender, callers) = unbounded_channel();
    let listener = listener.service_with::<Patient>(sender.clone()).service_with::<Impatient>(sender);
    (serve(listener).await, Callers(callers))
}

async fn start() -> (SocketAddr, Callers) {
    start_with(Listener::new(0)).await
}

async fn open(path: &str) -> (RawClient, Caller) {
    let (address, mut callers) = start().await;
    let client = RawClient::upgrade(address, path).await;
    (client, callers.next().await)
}

async fn answer_close(client: &mut RawClient, code: u16, reason: &str) {
    assert_eq!(client.closing().await, (code, reason.to_owned()));
    client.send_frame(CLOSE, close_payload(code, "")).await;
    client.ends().await;
}

#[tokio::test]
async fn every_kind_of_write_arrives_from_another_task() {
    let (mut client, caller) = open("/patient").await;
    let writing = tokio::spawn(async move {
        caller.write_text("text").await?;
        caller.write_text(String::from("string")).await?;
        caller.write_binary([1, 2]).await?;
        caller.write_message(&serde_json::json!({"a": [1, null]})).await?;
        caller.write(Message::text("message")).await?;
        caller.write(Message::binary(vec![3])).await?;
        caller.ping("question").await?;
        caller.pong([]).await?;
        caller.try_write_text("try")?;
        caller.try_write_binary([4])?;
        caller.try_write_message("json")?;
        caller.try_write(&Message::binary(vec![5]))
    });
    let expected: [(u8, &[u8]); 12] = [
        (TEXT, b"text"),
        (TEXT, b"string"),
        (BINARY, &[1, 2]),
        (TEXT, br#"{"a":[1,null]}"#),
        (TEXT, b"message"),
        (BINARY, &[3]),
        (PING, b"question"),
        (PONG, b""),
        (TEXT, b"try"),
        (BINARY, &[4]),
        (TEXT, br#""json""#),
        (BINARY, &[5]),
    ];
    for (first, payload) in expected {
        client.expects(first, payload).await;
    }
    writing.await.expect("no panic").expect("every write is accepted");
}

#[tokio::test]
async fn a_control_frame_over_125_bytes_is_refused_and_the_connection_lives_on() {
    let (mut client, caller) = open("/patient").await;
    assert!(matches!(caller.ping([0; 126]).await, Err(Error::ControlTooLong { length: 126 })));
    assert!(matches!(caller.pong([0; 126]).await, Err(Error::ControlTooLong { length: 126 })));
    caller.ping([1; 125]).await.expect("it is not too long");
    client.expects(PING, [1; 125]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_of_many_tasks_are_whole() {
    const TASKS: u8 = 20;
    const MESSAGES: usize = 50;
    let (mut client, caller) = open("/patient").await;
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let caller = caller.clone();
        // Most are longer than a frame may be.
        tasks.spawn(async move {
            for message in 0..MESSAGES {
                caller.write_binary(vec![task; 100 * message + 1]).await.expect("it is open");
            }
        });
    }
    let mut next = [0; TASKS as usize];
    for _ in 0..usize::from(TASKS) * MESSAGES {
        let mut message = Vec::new();
        loop {
            let frame = client.frame().await.expect("the messages arrive");
            assert_eq!(frame.first & 0x0F, if message.is_empty() { 2 } else { 0 }, "frames of messages are mixed");
            message.extend(frame.payload);
            if frame.first & FIN != 0 {
                break;
            }
        }
        assert!(message.iter().all(|byte| *byte == message[0]), "messages are mixed");
        let next = &mut next[usize::from(message[0])];
        assert_eq!(message.len(), 100 * *next + 1, "the messages of a task come in order");
        *next += 1;
    }
    while let Some(ended) = tasks.join_next().await {
        ended.expect("no panic");
    }
}

#[tokio::test]
async fn everything_written_before_the_close_frame_arrives_before_it() {
    let (mut client, caller) = open("/patient").await;
    let closing = tokio::spawn(async move {
        for number in 0..5000 {
            caller.write_binary([&[0; 900][..], &u16::to_be_bytes(number)].concat()).await.expect("it is open");
        }
        caller.close(CloseFrame::normal()).await
    });
    for number in 0..5000 {
        client.expects(BINARY, [&[0; 900][..], &u16::to_be_bytes(number)].concat()).await;
    }
    answer_close(&mut client, 1000, "").await;
    within("close to resolve", closing).await.expect("no panic").expect("the peer answered");
}

#[tokio::test]
async fn close_resolves_when_the_peer_answers() {
    let (mut client, caller) = open("/patient").await;
    let closing = tokio::spawn({
        let caller = caller.clone();
        async move { caller.close(CloseFrame::new(4000, "bye").expect("it may be sent")).await }
    });
    assert_eq!(client.closing().await, (4000, "bye".to_owned()));
    assert!(!caller.is_open());
    assert!(!closing.is_finished(), "the peer has not answered");
    // What it sends before its answer is thrown away.
    client.send_frame(TEXT, "thrown away").await;
    client.send_frame(PING, "thrown away").await;
    client.send_frame(CLOSE, close_payload(4000, "")).await;
    client.ends().await;
    within("close to resolve", closing).await.expect("no panic").expect("the peer answered");
    within("the end", caller.closed()).await;
    caller.close(CloseFrame::normal()).await.expect("it is closed already");
}

#[tokio::test]
async fn close_gives_up_when_the_peer_does_not_answer() {
    let (mut client, caller) = open("/impatient").await;
    let closed = within("close to resolve", caller.close(CloseFrame::normal())).await;
    assert!(matches!(closed, Err(Error::CloseTimeout)), "{closed:?}");
    assert_eq!(client.closing().await, (1000, String::new()));
    client.ends().await;
}

#[tokio::test]
async fn close_resolves_when_the_peer_is_lost() {
    let (client, caller) = open("/patient").await;
    drop(client);
    within("close to resolve", caller.close(CloseFrame::normal())).await.expect("there is nobody to wait for");

    let (mut client, caller) = open("/patient").await;
    let closing = tokio::spawn(async move { caller.close(CloseFrame::normal()).await });
    assert_eq!(client.closing().await, (1000, String::new()));
    drop(client);
    within("close to resolve", closing).await.expect("no panic").expect("there is nobody to wait for");
}

#[tokio::test]
async fn close_resolves_when_both_close_at_once() {
    let (mut client, caller) = open("/patient").await;
    client.send_frame(CLOSE, close_payload(4001, "")).await;
    within("close to resolve", caller.close(CloseFrame::going_away())).await.expect("the peer has closed");
    let (code, _) = client.closing().await;
    assert!([1001, 4001].contains(&code), "{code}");
    client.ends().await;
}

#[tokio::test]
async fn a_dropped_close_still_closes() {
    let (mut client, caller) = open("/patient").await;
    {
        let mut closing = std::pin::pin!(caller.close(CloseFrame::normal()));
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(closing.as_mut().poll(cx))).await;
        assert!(polled.is_pending());
    }
    answer_close(&mut client, 1000, "").await;
}

#[tokio::test]
async fn close_may_be_awaited_in_a_callback_of_the_same_connection() {
    let (results, mut result) = unbounded_channel();
    let address = serve(Listener::new(0).service_with::<Closing>(results)).await;
    let mut client = RawClient::upgrade(address, "/closing").await;
    // More input is there already when the callback begins.
    client.send([tests::raw::frame(TEXT, "bye"), tests::raw::frame(TEXT, "late")].concat()).await;
    client.expects(TEXT, "before").await;
    assert_eq!(client.closing().await, (4000, "bye".to_owned()));
    client.send_frame(CLOSE, close_payload(4002, "ok")).await;
    client.ends().await;
    assert_eq!(within("close to resolve", result.recv()).await.as_deref(), Some("Ok(()) Err(Closed)"));
    assert_eq!(within("on_close", result.recv()).await.as_deref(), Some("4002 ok true"));

    let mut lost = RawClient::upgrade(address, "/closing").await;
    lost.send_frame(TEXT, "bye").await;
    drop(lost);
    assert_eq!(within("close to resolve", result.recv()).await.as_deref(), Some("Ok(()) Err(Closed)"));
    assert_eq!(within("on_close", result.recv()).await.as_deref(), Some("1006  true"));
}

#[tokio::test]
async fn nothing_is_written_after_the_close_frame() {
    let (mut client, caller) = open("/patient").await;
    let closing = tokio::spawn({
        let caller = caller.clone();
        async move { caller.close(CloseFrame::normal()).await }
    });
    assert_eq!(client.closing().await, (1000, String::new()));
    for _ in 0..2 {
        assert!(matches!(caller.write_text("late").await, Err(Error::Closed)));
        assert!(matches!(caller.write(Message::binary(vec![1])).await, Err(Error::Closed)));
        assert!(matches!(caller.write_message(&1).await, Err(Error::Closed)));
        assert!(matches!(caller.try_write_binary("late"), Err(Error::Closed)));
        assert!(matches!(caller.ping("late").await, Err(Error::Closed)));
        assert!(matches!(caller.pong("late").await, Err(Error::Closed)));
        if caller.is_open() || !closing.is_finished() {
            client.send_frame(CLOSE, close_payload(1000, "")).await;
            client.ends().await;
            within("the end", caller.closed()).await;
        }
    }
}

#[tokio::test]
async fn closed_resolves_for_everybody_whatever_ended_the_connection() {
    let (client, caller) = open("/patient").await;
    let waiting: Vec<_> =
        (0..3).map(|_| caller.clone()).map(|caller| tokio::spawn(async move { caller.closed().await })).collect();
    drop(client);
    for waiting in waiting {
        within("the end", waiting).await.expect("no panic");
    }
    within("the end once more", caller.closed()).await;
    assert!(!caller.is_open());

    let (mut client, caller) = open("/patient").await;
    client.send_frame(TEXT, b"\xff").await;
    within("the end", caller.closed()).await;
}

#[tokio::test]
async fn ids_are_unique_and_stay() {
    let (address, mut callers) = start().await;
    let mut ids = HashSet::new();
    for _ in 0..100 {
        let client = PoliteClient::connect(address, "/patient").await;
        let caller = callers.next().await;
        assert_eq!(caller.connection_id(), caller.clone().connection_id());
        assert!(ids.insert(caller.connection_id().to_string()), "{:?} occurs twice", caller.connection_id());
        drop(client);
        caller.closed().await;
    }
    assert!(ids.iter().all(|id| id.len() == 32), "128 bits in hexadecimal");
}

#[tokio::test]
async fn attributes_are_kept_by_type_and_shared_by_clones() {
    let (mut client, caller) = open("/patient").await;
    assert_eq!(caller.attribute::<u8>(), None);
    assert_eq!(caller.set_attribute(1_u8), None);
    assert_eq!(caller.clone().set_attribute(7_u8), Some(1));
    assert_eq!(caller.set_attribute(Arc::new("x")), None);
    client.send_frame(TEXT, "which?").await;
    client.expects(TEXT, "Some(7)").await;
    assert_eq!(caller.remove_attribute::<u8>(), Some(7));
    assert_eq!(caller.attribute::<u8>(), None);
    assert_eq!(caller.attribute::<Arc<&str>>().as_deref(), Some(&"x"));
}

#[tokio::test]
async fn the_caller_tells_about_its_connection() {
    let (address, mut callers) = start().await;
    let mut client = RawClient::connect(address).await;
    client.send(tests::raw::handshake("/patient", "Sec-WebSocket-Protocol: x, chat\r\n")).await;
    assert_eq!(client.response().await.header("sec-websocket-protocol"), Some("chat"));
    let caller = callers.next().await;
    assert_eq!(caller.subprotocol(), Some("chat"));
    assert!(caller.is_open() && !caller.is_secure());
    let remote = caller.remote_addr().expect("a socket has an address");
    assert!(remote.ip().is_loopback() && remote.port() != address.port());

    RawClient::upgrade(address, "/patient").await;
    assert_eq!(callers.next().await.subprotocol(), None);
}
