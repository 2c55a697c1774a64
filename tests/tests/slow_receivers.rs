//! What becomes of a connection whose peer does not read is the listener's choice.

use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tests::raw::{BINARY, CLOSE, RawClient, TEXT, close_payload};
use tests::server::{Entries, Journal, journal};
use tests::within;
use tokio::io::{DuplexStream, duplex};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::Instant;
use websocket::{Caller, CloseCode, Error, Router, RouterBuilder, SlowReceivers};

const HIGH: usize = 10_000;
const AFTER: Duration = Duration::from_secs(10);

struct Given {
    callers: UnboundedSender<Caller>,
    journal: Journal,
}

#[websocket::service(path = "/", state = (UnboundedSender<Caller>, Journal), connection_closure_timeout = 5)]
impl Given {
    #[upgrade]
    fn accept(state: &(UnboundedSender<Caller>, Journal)) -> Self {
        Self { callers: state.0.clone(), journal: state.1.clone() }
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) {
        self.callers.send(caller.clone()).expect("the test waits");
    }

    /// Waits for longer than a slow receiver may.
    #[remote]
    async fn on_text_message(&mut self, text: String) -> String {
        tokio::time::sleep(10 * AFTER).await;
        text
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode) {
        self.journal.note(format!("closed with {}", status.as_u16()));
    }
}

/// A connection whose stream holds little, with what the listener makes of slow receivers.
async fn connect(configure: impl FnOnce(RouterBuilder) -> RouterBuilder) -> (RawClient<DuplexStream>, Caller, Entries) {
    let (sender, mut callers) = unbounded_channel();
    let (journal, entries) = journal();
    let builder = Router::builder().high_water_mark(HIGH).service_with::<Given>((sender, journal));
    let router = configure(builder).build().expect("the router is built");
    let (ours, theirs) = duplex(1024);
    let serving = http1::Builder::new().serve_connection(TokioIo::new(theirs), TowerToHyperService::new(router));
    tokio::spawn(serving.with_upgrades());
    let mut client = RawClient::new(ours);
    client.upgrades("/").await;
    let caller = within("the caller", callers.recv()).await.expect("the server lives");
    (client, caller, entries)
}

/// Writes until nothing more fits in, and returns how many messages did.
fn fill(caller: &Caller) -> usize {
    (0..1000).find(|_| caller.try_write_binary([0; 1000]).is_err()).expect("there is an end")
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_does_not_catch_up_is_disconnected_with_1013() {
    let (mut client, caller, mut entries) =
        connect(|router| router.slow_receivers(SlowReceivers::disconnect(AFTER))).await;
    let start = Instant::now();
    let count = fill(&caller);
    let written = caller.write_text("too late").await;
    assert!(matches!(written, Err(Error::Closed)), "{written:?}");
    assert_eq!(start.elapsed().as_secs(), 10);
    for _ in 0..count {
        client.expects(BINARY, [0; 1000]).await;
    }
    assert_eq!(client.closing().await, (1013, "receiver is too slow".to_owned()));
    client.send_frame(CLOSE, close_payload(1013, "")).await;
    client.ends().await;
    entries.expect(&["closed with 1013"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_never_reads_again_is_let_go_of() {
    let (client, caller, mut entries) = connect(|router| {
        router.slow_receivers(SlowReceivers::Disconnect { after: AFTER, code: CloseCode::POLICY_VIOLATION })
    })
    .await;
    let start = Instant::now();
    fill(&caller);
    within("the end", caller.closed()).await;
    assert_eq!(start.elapsed().as_secs(), 15, "the closure timeout comes on top");
    entries.expect(&["closed with 1006"]).await;
    drop(client);
}

#[tokio::test(start_paused = true)]
async fn a_receiver_is_disconnected_while_its_callback_waits_too() {
    let (mut client, caller, mut entries) =
        connect(|router| router.slow_receivers(SlowReceivers::disconnect(AFTER))).await;
    client.send_frame(TEXT, "wait").await;
    let start = Instant::now();
    fill(&caller);
    assert!(matches!(caller.write_text("too late").await, Err(Error::Closed)));
    assert_eq!(start.elapsed().as_secs(), 10);
    entries.expect(&["closed with 1006"]).await;
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_catches_up_has_all_the_time_again() {
    let (mut client, caller, _entries) =
        connect(|router| router.slow_receivers(SlowReceivers::disconnect(AFTER)).low_water_mark(0)).await;
    for _ in 0..5 {
        let count = fill(&caller);
        tokio::time::sleep(AFTER * 9 / 10).await;
        for _ in 0..count {
            client.expects(BINARY, [0; 1000]).await;
        }
    }
    assert!(caller.is_open());
}

#[tokio::test(start_paused = true)]
async fn writers_go_on_at_the_low_water_mark() {
    for (low, waiting) in [(None, 7), (Some(0), 10), (Some(8000), 2)] {
        let (mut client, caller, _entries) =
            connect(|router| low.into_iter().fold(router, RouterBuilder::low_water_mark)).await;
        fill(&caller);
        let writer = tokio::spawn(async move { caller.write_text("next").await });
        tokio::task::yield_now().await;
        assert!(!writer.is_finished(), "the buffer is full");
        let mut count = 0;
        // Each of the reads makes room for a message of 1000 bytes.
        while !writer.is_finished() {
            client.expects(BINARY, [0; 1000]).await;
            count += 1;
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
        }
        assert!((waiting..=waiting + 3).contains(&count), "{low:?}: {count}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_slow_receiver_misses_is_counted() {
    let (mut client, caller, _entries) = connect(|router| router.slow_receivers(SlowReceivers::DropNewest)).await;
    let count = fill(&caller);
    for _ in 0..7 {
        within("a write that does not wait", caller.write_text("dropped")).await.expect("it is open");
    }
    assert_eq!(caller.dropped_messages(), 7);
    assert!(matches!(caller.try_write_text("x"), Err(Error::Full)));
    for _ in 0..count {
        client.expects(BINARY, [0; 1000]).await;
    }
    caller.write_text("there is room again").await.expect("it is open");
    client.expects(TEXT, "there is room again").await;
    assert_eq!(caller.dropped_messages(), 7);
}
