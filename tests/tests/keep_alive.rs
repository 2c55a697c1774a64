//! Automatic pings: a silent peer is pinged, one that answers stays, one that does not is gone. On a clock that stands still until
//! everybody waits, and therefore in memory.

use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tests::raw::{PING, PONG, RawClient, TEXT};
use tests::server::{Entries, Journal, journal};
use tokio::io::{DuplexStream, duplex};
use tokio::time::{Instant, advance};
use websocket::{Caller, CloseCode, ConfigError, Error, Router};

struct Kept(Journal);

#[websocket::service(path = "/kept", state = Journal, ping_interval = 10, pong_timeout = 3)]
impl Kept {
    #[upgrade]
    fn accept(journal: &Journal) -> Self {
        Self(journal.clone())
    }

    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, text: &str) -> String {
        if text == "wait" {
            caller.closed().await;
            self.0.note("left");
        }
        text.to_owned()
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode) {
        self.0.note(format!("closed {}", status.as_u16()));
    }
}

#[derive(Default)]
struct Impatient;

#[websocket::service(path = "/impatient", ping_interval = 1, pong_timeout = Duration::ZERO)]
impl Impatient {
    #[remote]
    fn on_text_message(&self, text: String) -> String {
        text
    }
}

async fn connect() -> (RawClient<DuplexStream>, Entries) {
    let (journal, entries) = journal();
    let router = Router::builder().service_with::<Kept>(journal).build().expect("it is valid");
    let (client, server) = duplex(64 * 1024);
    let service = TowerToHyperService::new(router);
    tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(server), service).with_upgrades());
    let mut client = RawClient::new(client);
    client.upgrades("/kept").await;
    (client, entries)
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_pinged_and_stays_if_it_answers() {
    let (mut client, mut entries) = connect().await;
    for _ in 0..3 {
        let begin = Instant::now();
        client.expects(PING, "").await;
        assert_eq!(begin.elapsed().as_secs(), 10);
        client.send_frame(PONG, "").await;
    }
    client.send_frame(TEXT, "still here").await;
    client.expects(TEXT, "still here").await;
    assert_eq!(entries.try_next(), None);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_speaks_is_not_pinged() {
    let (mut client, _entries) = connect().await;
    for number in 0..10 {
        advance(Duration::from_secs(9)).await;
        client.send_frame(TEXT, number.to_string()).await;
        client.expects(TEXT, number.to_string()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_stays_silent_is_gone() {
    let (mut client, mut entries) = connect().await;
    client.expects(PING, "").await;
    let begin = Instant::now();
    entries.expect(&["closed 1006"]).await;
    assert_eq!(begin.elapsed().as_secs(), 3);
    client.ends().await;
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_waits_hears_that_the_peer_is_gone() {
    let (mut client, mut entries) = connect().await;
    client.send_frame(TEXT, "wait").await;
    client.expects(PING, "").await;
    client.send_frame(PONG, "").await;
    client.expects(PING, "").await;
    entries.expect(&["left", "closed 1006"]).await;
}

#[tokio::test]
async fn no_time_to_answer_is_refused() {
    let built = Router::builder().service::<Impatient>().build();
    assert!(matches!(built, Err(Error::Config(ConfigError::Service { key: "pong_timeout", .. }))), "{built:?}");
}
