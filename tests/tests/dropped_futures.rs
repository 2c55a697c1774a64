//! Every future of a server, dropped at each of its awaits: nothing stays alive, and what is open goes on.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hyper::{
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tests::{
    faulty::{DropAfter, Fault, Transport},
    raw::{CLOSE, RawClient, TEXT, close_payload, frame, handshake},
    server::{Entries, Journal, journal},
    within,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Handle},
    sync::oneshot,
    task::yield_now,
};
use websocket::{CloseCode, Listener, Router};

/// Waits in every function, and notes what happens.
struct Waiting {
    state: State,
}

/// What all connections share: each of them counts as one more owner.
#[derive(Clone)]
struct State {
    journal: Journal,
    owners: Arc<()>,
}

#[websocket::service(path = "/", state = State)]
impl Waiting {
    #[upgrade]
    async fn accept(state: &State) -> Self {
        let state = state.clone();
        waits().await;
        Self { state }
    }

    #[remote]
    async fn on_open(&mut self) {
        self.state.journal.note("open");
        waits().await;
    }

    #[remote]
    async fn on_text_message(&mut self, text: String) -> String {
        self.state.journal.note("begin");
        waits().await;
        self.state.journal.note("end");
        text
    }

    #[remote]
    async fn on_close(&mut self, status: CloseCode) {
        waits().await;
        self.state.journal.note(format!("close {}", status.as_u16()));
    }
}

async fn waits() {
    for _ in 0..WAITS {
        yield_now().await;
    }
}

/// The server's side of a test.
struct Stage {
    state: State,
    entries: Entries,
}

impl Stage {
    fn new() -> Self {
        let (journal, entries) = journal();
        Self { state: State { journal, owners: Arc::default() }, entries }
    }

    fn router(&self) -> Router {
        Router::builder().service_with::<Waiting>(self.state.clone()).build().expect("the router is built")
    }

    /// Returns what was noted, when nothing is left but that.
    async fn settles(self) -> Vec<String> {
        within("the end of all tasks", async {
            while Handle::current().metrics().num_alive_tasks() > 0 {
                yield_now().await;
            }
        })
        .await;
        self.ends()
    }

    fn ends(mut self) -> Vec<String> {
        assert_eq!(Arc::strong_count(&self.state.owners), 1, "something is alive");
        std::iter::from_fn(|| self.entries.try_next()).collect()
    }
}

/// A transport whose client says hello and closes, that has an await at every byte.
fn transport() -> (Transport, oneshot::Receiver<()>) {
    let request = handshake("/", "");
    let frames = [frame(TEXT, "hello"), frame(CLOSE, close_payload(4000, ""))].concat();
    let bytes = [request.as_bytes(), &frames].concat();
    let (transport, _, end) =
        Transport::new(bytes.into(), request.len(), Fault::BytewisePending, Fault::BytewisePending);
    (transport, end)
}

#[tokio::test(start_paused = true)]
async fn an_http_connection_dropped_at_any_await_leaves_nothing() {
    for count in 0..LIMIT {
        let stage = Stage::new();
        let (transport, end) = transport();
        let service = TowerToHyperService::new(stage.router());
        let serving = http1::Builder::new().serve_connection(TokioIo::new(transport), service).with_upgrades();
        let served = DropAfter::new(count, serving).await;
        within("the end of the connection", end).await.expect_err("nothing is sent");
        let log = stage.settles().await;
        // What was upgraded is not hyper's any more.
        assert!(log.is_empty() || log == WHOLE, "{count}: {log:?}");
        if let Some(served) = served {
            served.expect("nothing is wrong with the request");
            assert_eq!(log, WHOLE);
            return;
        }
    }
    panic!("the connection is never served");
}

#[tokio::test(start_paused = true)]
async fn an_answer_dropped_at_any_await_leaves_nothing() {
    for count in 0..LIMIT {
        let stage = Stage::new();
        let (transport, end) = transport();
        let router = TowerToHyperService::new(stage.router());
        let service = service_fn(|request| {
            let answering = DropAfter::new(count, router.call(request));
            async {
                answering.await.map_or(Err(io::Error::other("dropped")), |answer| Ok(answer.expect("it is ready")))
            }
        });
        let serving = http1::Builder::new().serve_connection(TokioIo::new(transport), service).with_upgrades();
        let served = within("the HTTP connection", serving).await;
        drop(router);
        within("the end of the connection", end).await.expect_err("nothing is sent");
        let log = stage.settles().await;
        if served.is_ok() {
            assert_eq!(log, WHOLE);
            assert!(count > WAITS, "{count}: the upgrade function waits longer");
            return;
        }
        assert!(log.is_empty(), "{count}: {log:?}");
    }
    panic!("the request is never answered");
}

#[test]
fn a_runtime_dropped_at_any_await_leaves_nothing() {
    for count in 0..LIMIT {
        let stage = Stage::new();
        let (transport, mut end) = transport();
        let service = TowerToHyperService::new(stage.router());
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().expect("it is built");
        // Polled in every round of the scheduler, so that it is dropped after every round.
        let main = async {
            let serving = http1::Builder::new().serve_connection(TokioIo::new(transport), service).with_upgrades();
            tokio::spawn(serving);
            while end.try_recv() == Err(oneshot::error::TryRecvError::Empty) {
                yield_now().await;
            }
        };
        let is_done = runtime.block_on(DropAfter::new(count, main)).is_some();
        drop(runtime);
        end.try_recv().expect_err("nothing is sent");
        let log = stage.ends();
        assert_eq!(log, WHOLE[..log.len()], "{count}");
        if is_done {
            assert_eq!(log, WHOLE);
            return;
        }
    }
    panic!("the connection never ends");
}

#[tokio::test(start_paused = true)]
async fn a_callback_runs_to_its_end_whenever_its_peer_vanishes() {
    for count in 0..5 * WAITS {
        let mut stage = Stage::new();
        let (client, server) = duplex(1000);
        let service = TowerToHyperService::new(stage.router());
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(server), service).with_upgrades());
        let mut client = RawClient::new(client);
        client.upgrades("/").await;
        client.send_frame(TEXT, "hello").await;
        stage.entries.expect(&["open", "begin"]).await;
        for _ in 0..count {
            yield_now().await;
        }
        drop(client);
        assert_eq!(stage.settles().await, ["end", "close 1006"], "{count}");
    }
}

#[tokio::test]
async fn a_server_dropped_at_any_await_leaves_only_what_is_open() {
    for count in 0..LIMIT {
        let stage = Stage::new();
        let listener = Listener::new(0).host("127.0.0.1").service_with::<Waiting>(stage.state.clone());
        let bound = listener.bind().await.expect("the listener binds");
        let address = bound.local_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(DropAfter::new(count, bound.serve_until(async { drop(stopped.await) })));
        let mut answered = 0;
        for _ in 0..3 {
            answered += usize::from(talks(address).await);
        }
        drop(stop);
        let served = within("the server", serving).await.expect("no panic");
        let log = stage.settles().await;
        assert_eq!(log.iter().filter(|entry| *entry == "close 4000").count(), answered, "{count}: {log:?}");
        if let Some(served) = served {
            served.expect("no error");
            assert_eq!(answered, 3);
            return;
        }
    }
    panic!("the server never stops");
}

#[tokio::test]
async fn a_shutdown_dropped_at_any_await_leaves_nothing_that_goes_on_for_ever() {
    for count in 0..LIMIT {
        let stage = Stage::new();
        let listener = Listener::new(0).host("127.0.0.1").service_with::<Waiting>(stage.state.clone());
        let bound = listener.shutdown_timeout(Duration::from_millis(20)).bind().await.expect("the listener binds");
        let address = bound.local_addr();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(DropAfter::new(count, bound.serve_until(async { drop(stopped.await) })));
        let stream = upgrades(address).await;
        drop(stop);
        let served = within("the server", serving).await.expect("no panic");
        if let Ok(mut stream) = stream {
            // It may have been broken off, which is an end, too.
            let _ = stream.write_all(&frame(CLOSE, close_payload(4000, ""))).await;
            let _ = within("the end of a connection", stream.read_to_end(&mut Vec::new())).await;
        }
        let log = stage.settles().await;
        assert!(log.is_empty() || log.len() == 2 && log[1].starts_with("close "), "{count}: {log:?}");
        if served.is_some() {
            assert_eq!(log.len(), 2);
            return;
        }
    }
    panic!("the server never stops");
}

/// Upgrades at a server that may be gone.
async fn upgrades(address: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(handshake("/", "").as_bytes()).await?;
    match within("the response", stream.read(&mut [0; 1000])).await? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(stream),
    }
}

/// Talks to a server that may be gone. Returns whether it was served; whoever is upgraded is served to the end.
async fn talks(address: SocketAddr) -> bool {
    let mut received = Vec::new();
    let frames = [frame(TEXT, "hello"), frame(CLOSE, close_payload(4000, ""))].concat();
    let talking = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(&[handshake("/", "").as_bytes(), &frames].concat()).await?;
        stream.read_to_end(&mut received).await
    };
    if within("the end of a conversation", talking).await.is_err() || received.is_empty() {
        return false;
    }
    assert!(received.starts_with(b"HTTP/1.1 101 "), "{received:?}");
    assert!(received.ends_with(b"\x81\x05hello\x88\x02\x0f\xa0"), "{received:?}");
    true
}

#[tokio::test]
async fn a_listener_dropped_at_any_await_leaves_its_port_free() {
    let any = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("there is a free port");
    let port = any.local_addr().expect("it has an address").port();
    drop(any);
    for count in 0..LIMIT {
        let stage = Stage::new();
        // A name, so that there is something to wait for.
        let listener = Listener::new(port).host("localhost").service_with::<Waiting>(stage.state.clone());
        let bound = DropAfter::new(count, listener.bind()).await;
        let is_bound = bound.is_some();
        drop(bound.map(|bound| bound.expect("the port is free")));
        drop(TcpListener::bind(("localhost", port)).await.expect("the port is free again"));
        stage.ends();
        if is_bound {
            return;
        }
    }
    panic!("the listener never binds");
}

const WHOLE: [&str; 4] = ["open", "begin", "end", "close 4000"];
const WAITS: usize = 4;
/// Whatever is dropped is ready before.
const LIMIT: usize = 10_000;
