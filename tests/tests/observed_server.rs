//! The events of `docs/observability.md` about requests and sockets, and what is in none of them.

#![allow(
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::future::{Ready, pending, ready};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tests::certificates::Authority;
use tests::event_table::is_listed;
use tests::log::{Log, Record};
use tests::raw::{RawClient, handshake};
use tests::server::serve;
use tokio::io::duplex;
use tower_service::Service;
use tracing::Level;
use websocket::{Body, Listener, Router, TlsConfig, UpgradeError};

/// What must not be in the log.
const SECRET: &str = "hunter2";
const REFUSED: &str = "request refused";

struct Room;

#[websocket::service(path = "/rooms/<room>")]
impl Room {
    #[upgrade]
    async fn connect(room: String, #[query] token: Option<String>) -> Result<Self, UpgradeError> {
        match room.as_str() {
            "closed" => Err(UpgradeError::forbidden(format!("no {token:?} here"))),
            "panic" => panic!("on purpose"),
            "slow" => pending().await,
            _ => Ok(Self),
        }
    }
}

/// Pages that are not there.
#[derive(Clone)]
struct OutOfOrder;

impl Service<Request<Body>> for OutOfOrder {
    type Response = Response<Body>;
    type Error = &'static str;
    type Future = Ready<Result<Response<Body>, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        ready(Err("out of order"))
    }
}

/// Blocks its thread until somebody says otherwise.
struct Blocking(Arc<Mutex<mpsc::Receiver<()>>>);

#[websocket::service(path = "/blocking", state = Arc<Mutex<mpsc::Receiver<()>>>)]
impl Blocking {
    #[upgrade]
    fn accept(state: &Arc<Mutex<mpsc::Receiver<()>>>) -> Self {
        Self(Arc::clone(state))
    }

    #[remote]
    fn on_open(&mut self) {
        // Ends when the sender is dropped.
        let _ = self.0.lock().expect("nobody panics").recv();
    }
}

async fn start(listener: Listener) -> SocketAddr {
    serve(listener.service::<Room>()).await
}

/// Asks for an upgrade, and returns the status.
async fn ask(address: SocketAddr, target: &str, more: &str) -> u16 {
    let mut client = RawClient::connect(address).await;
    client.send(handshake(target, &format!("Cookie: {SECRET}\r\nAuthorization: Basic {SECRET}\r\n{more}"))).await;
    client.response().await.status
}

/// Returns the event about the last refused request.
fn refused(log: &Log) -> Record {
    let mut records = log.entries().into_iter().map(|entry| entry.record);
    let refused = records.rfind(|record| record.name == REFUSED).expect("it is told");
    is_listed(&refused);
    assert!(refused.field("peer").starts_with("127.0.0.1:"), "{refused:?}");
    assert!(!log.text().contains(SECRET), "{}", log.text());
    refused
}

#[tokio::test]
async fn requests_are_refused_by_the_router_or_the_service() {
    let (log, _guard) = Log::listen();
    let address = start(Listener::new(0).handshake_timeout(Duration::from_millis(50))).await;
    let room = |name: &str| format!("/rooms/{name}?token={SECRET}");
    let table = [
        (format!("/{SECRET}?{SECRET}"), None, 404, "no service has this path"),
        (format!("/rooms/{}", SECRET.repeat(1000)), None, 414, "request is over a limit"),
        (room("closed"), Some("/rooms/<room>"), 403, "upgrade function does not accept"),
        (room("panic"), Some("/rooms/<room>"), 500, "upgrade function does not accept"),
        (room("slow"), Some("/rooms/<room>"), 503, "upgrade function does not accept"),
    ];
    for (target, path, status, reason) in table {
        assert_eq!(ask(address, &target, "").await, status, "{target}");
        let refused = refused(&log);
        let found = refused.fields.iter().find(|(field, _)| *field == "path").map(|(_, path)| path.as_str());
        assert_eq!((found, refused.field("reason")), (path, reason));
        assert_eq!(refused.field("status"), status.to_string());
    }
    let failed: Vec<_> = log.entries().into_iter().map(|entry| entry.record).collect();
    let failed: Vec<_> = failed.iter().filter(|record| record.name == "upgrade function failed").collect();
    for record in &failed {
        is_listed(record);
    }
    let reasons: Vec<_> = failed.iter().map(|record| (record.level, record.field("reason"))).collect();
    assert_eq!(reasons, [(Level::ERROR, "panicked"), (Level::ERROR, "took too long")]);
}

#[tokio::test]
async fn requests_are_refused_for_where_they_come_from() {
    let (log, _guard) = Log::listen();
    let address = start(Listener::new(0).max_connections(1)).await;
    assert_eq!(ask(address, "/rooms/a", "Origin: https://example.com\r\n").await, 403);
    let reason = refused(&log).field("reason").to_owned();
    assert!(reason.starts_with("origin `https://example.com` is not allowed"), "{reason}");
    let first = RawClient::upgrade(address, "/rooms/a").await;
    assert_eq!(ask(address, "/rooms/a", "").await, 503);
    assert_eq!(refused(&log).field("reason"), "server has all its connections");
    drop(first);
}

#[tokio::test]
async fn a_request_that_is_no_upgrade_and_what_is_no_request() {
    let (log, _guard) = Log::listen();
    let address = start(Listener::new(0)).await;
    let mut client = RawClient::connect(address).await;
    client.send("GET /rooms/a HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(client.response().await.status, 426);
    assert_eq!(refused(&log).field("reason"), "header `Upgrade` does not list `websocket`");
    client.send("\0\r\n\r\n").await;
    is_listed(&log.expects("HTTP connection broke").await.record);
}

#[tokio::test]
async fn a_connection_too_many() {
    let (log, _guard) = Log::listen();
    let address = start(Listener::new(0).max_connections_per_address(1)).await;
    let first = RawClient::upgrade(address, "/rooms/a").await;
    assert_eq!(ask(address, "/rooms/a", "").await, 429);
    let refused = log.expects("connection refused").await.record;
    is_listed(&refused);
    assert_eq!((refused.field("status"), refused.field("is_answered")), ("429", "true"));
    drop(first);
}

#[tokio::test]
async fn what_is_no_tls() {
    let (log, _guard) = Log::listen();
    let identity = Authority::new("ca").server();
    let tls = TlsConfig::from_pem(identity.certificate.as_str(), identity.key.as_str());
    let mut client = RawClient::connect(start(Listener::new(0).tls(tls)).await).await;
    client.send(handshake(&format!("/{SECRET}"), "")).await;
    let failed = log.expects("TLS handshake failed").await.record;
    is_listed(&failed);
    assert!(failed.field("error").contains("the peer does not speak TLS"), "{failed:?}");
    assert!(!log.text().contains(SECRET), "{}", log.text());
}

#[tokio::test]
async fn a_fallback_that_fails() {
    let (log, _guard) = Log::listen();
    let address = start(Listener::new(0).fallback(OutOfOrder)).await;
    let mut client = RawClient::connect(address).await;
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert_eq!(client.response().await.status, 500);
    let failed = log.expects("the fallback failed").await.record;
    is_listed(&failed);
    assert_eq!((failed.level, failed.field("error")), (Level::ERROR, "out of order"));
}

#[tokio::test]
async fn a_server_around_ours_that_does_not_upgrade() {
    let (log, _guard) = Log::listen();
    let router = Router::builder().service::<Room>().build().expect("the router is built");
    let (ours, theirs) = duplex(1024);
    tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(theirs), TowerToHyperService::new(router)));
    let mut client = RawClient::new(ours);
    client.upgrades("/rooms/a").await;
    let lost = log.expects("accepted upgrade came to nothing").await.record;
    is_listed(&lost);
    assert_eq!((lost.field("path"), lost.field("service")), ("/rooms/<room>", "Room"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_blocks_its_thread() {
    let (log, _guard) = Log::listen();
    let (unblock, blocked) = mpsc::channel();
    let listener = Listener::new(0).host("127.0.0.1").shutdown_timeout(Duration::from_millis(50));
    let listener = listener.service_with::<Blocking>(Arc::new(Mutex::new(blocked)));
    let bound = listener.bind().await.expect("the listener binds");
    let address = bound.local_addr();
    let client = tokio::spawn(RawClient::upgrade(address, "/blocking"));
    // Here, where the log listens.
    let shutdown = bound.serve_until(async { drop(client.await) }).await.expect("it ends");
    drop(unblock);
    assert_eq!((shutdown.closed, shutdown.aborted), (0, 1));
    let blocked = log.expects("a callback blocks its thread: not every connection could be broken off").await;
    assert_eq!(blocked.record.level, Level::ERROR);
    is_listed(&blocked.record);
}
