//! The futures of a caller, dropped after any number of polls: a message is whole or not there, and the others arrive.

use std::{future::poll_fn, pin::pin};

use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tests::{
    faulty::DropAfter,
    raw::{BINARY, CLOSE, PING, PONG, RawClient, TEXT, close_payload},
    server::{Entries, Journal, journal},
    within,
};
use tokio::{
    io::{DuplexStream, duplex},
    runtime::Handle,
    task::yield_now,
};
use websocket::{Caller, CloseCode, CloseFrame, Message, Prepared, Router};

/// Does what its path says, in a callback or in a task of its own, and drops its futures after so many polls.
struct Dropping {
    method: String,
    count: usize,
    journal: Journal,
}

#[websocket::service(path = "/<method>/<count>", state = Journal)]
impl Dropping {
    #[upgrade]
    fn accept(method: String, count: usize, journal: &Journal) -> Self {
        Self { method, count, journal: journal.clone() }
    }

    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, text: String) -> String {
        let (caller, method, count, journal) = (caller.clone(), self.method.clone(), self.count, self.journal.clone());
        let working = async move { works(&caller, &method, count, &journal).await };
        match text.as_str() {
            "in a callback" => working.await,
            "in a task" => drop(tokio::spawn(working)),
            _ => {}
        }
        text
    }

    #[remote]
    async fn on_close(&mut self, status: CloseCode) {
        self.journal.note(format!("close {}", status.as_u16()));
    }
}

/// Closes when it is told to, in a callback or in a task of its own, and drops that future after so many polls.
struct Closing {
    count: usize,
    journal: Journal,
}

#[websocket::service(path = "/close/<count>/now", state = Journal)]
impl Closing {
    #[upgrade]
    fn accept(count: usize, journal: &Journal) -> Self {
        Self { count, journal: journal.clone() }
    }

    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, text: &str) {
        caller.write_text(content("sure", 0)).await.expect("the connection is open");
        let (caller, count) = (caller.clone(), self.count);
        let closing = async move {
            DropAfter::new(count, caller.close(CloseFrame::new(4001, "x").expect("it may be sent"))).await
        };
        match text {
            "in a callback" => drop(closing.await),
            _ => drop(tokio::spawn(closing)),
        }
    }

    #[remote]
    async fn on_close(&mut self, status: CloseCode) {
        self.journal.note(format!("close {}", status.as_u16()));
    }
}

/// Uses a method in every round and notes whether it was dropped; after each there is a message that is not.
async fn works(caller: &Caller, method: &str, count: usize, journal: &Journal) {
    for round in 0..ROUNDS {
        let maybe = content("maybe", round);
        let result = match method {
            "write_text" => DropAfter::new(count, caller.write_text(&maybe)).await,
            "write_binary" => DropAfter::new(count, caller.write_binary(&maybe)).await,
            "write_message" => DropAfter::new(count, caller.write_message(&maybe)).await,
            "write" => DropAfter::new(count, caller.write(Message::text(&maybe))).await,
            "write_prepared" => DropAfter::new(count, caller.write_prepared(&Prepared::text(&maybe))).await,
            "ping" => DropAfter::new(count, caller.ping(&maybe)).await,
            "pong" => DropAfter::new(count, caller.pong(&maybe)).await,
            "closed" => DropAfter::new(count, impatient(caller.closed())).await.map(Ok),
            method => panic!("there is no {method}"),
        };
        journal.note(if result.is_some() { "written" } else { "dropped" });
        result.unwrap_or(Ok(())).expect("the connection is open");
        caller.write_text(content("sure", round)).await.expect("the connection is open");
    }
    journal.note("done");
}

/// Polls a future again and again.
async fn impatient(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        future.as_mut().poll(cx)
    })
    .await;
}

/// Longer than what the stream holds, and not too long for a ping.
fn content(kind: &str, round: usize) -> String {
    format!("{kind} {round} {}", "x".repeat(90))
}

/// Connects over a stream that holds less than a message.
async fn connect(path: &str) -> (RawClient<DuplexStream>, Entries) {
    let (journal, entries) = journal();
    let builder = Router::builder().service_with::<Dropping>(journal.clone()).service_with::<Closing>(journal);
    let router = builder.high_water_mark(50).build().expect("the router is built");
    let (client, server) = duplex(64);
    let service = TowerToHyperService::new(router);
    tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(server), service).with_upgrades());
    let mut client = RawClient::new(client);
    client.upgrades(path).await;
    (client, entries)
}

async fn all_tasks_end() {
    within("the end of all tasks", async {
        while Handle::current().metrics().num_alive_tasks() > 0 {
            yield_now().await;
        }
    })
    .await;
}

/// Lets a method be used and dropped after `count` polls, and returns whether it ever was.
async fn is_dropped_after(count: usize, method: &str, place: &str) -> bool {
    let (mut client, mut entries) = connect(&format!("/{method}/{count}")).await;
    client.send_frame(TEXT, place).await;
    let (mut sure, mut maybe, mut is_answered) = (0, Vec::new(), false);
    while sure < ROUNDS || !is_answered {
        let frame = client.frame().await.expect("the connection is open");
        let payload = String::from_utf8(frame.payload).expect("it is text");
        if payload == place {
            is_answered = true;
        } else if payload == content("sure", sure) {
            sure += 1;
        } else {
            assert_eq!((frame.first, payload.trim_matches('"')), (first(method), &*content("maybe", sure)), "{method}");
            maybe.push(sure);
        }
    }
    client.send_frame(CLOSE, close_payload(4000, "")).await;
    client.is_closed_with(4000).await;
    drop(client);
    all_tasks_end().await;

    let outcomes: Vec<_> = (0..ROUNDS).filter_map(|_| entries.try_next()).collect();
    let written = |round: &usize| outcomes[*round] == "written";
    assert!(
        (0..ROUNDS).filter(written).all(|round| method == "closed" || maybe.contains(&round)),
        "{method}: {maybe:?}"
    );
    maybe.dedup();
    assert!(maybe.len() <= ROUNDS, "{method}: {maybe:?}");
    entries.expect(&["done", "close 4000"]).await;
    outcomes.iter().any(|outcome| outcome == "dropped")
}

/// The first byte of what a method writes.
fn first(method: &str) -> u8 {
    match method {
        "write_binary" => BINARY,
        "ping" => PING,
        "pong" => PONG,
        _ => TEXT,
    }
}

async fn is_whole_or_not_there(method: &str) {
    for place in ["in a callback", "in a task"] {
        let mut count = 0;
        while is_dropped_after(count, method, place).await {
            count += 1;
            assert!(count < LIMIT, "{method} is never ready");
        }
        // Otherwise nothing was tried: a first poll that is not ready can be dropped.
        assert!(count > 1, "{method} never waits");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_text_is_whole_or_not_there() {
    is_whole_or_not_there("write_text").await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_binary_message_is_whole_or_not_there() {
    is_whole_or_not_there("write_binary").await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_json_message_is_whole_or_not_there() {
    is_whole_or_not_there("write_message").await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_message_is_whole_or_not_there() {
    is_whole_or_not_there("write").await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_prepared_message_is_whole_or_not_there() {
    is_whole_or_not_there("write_prepared").await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_ping_is_whole_or_not_there() {
    is_whole_or_not_there("ping").await;
}

#[tokio::test(start_paused = true)]
async fn a_dropped_pong_is_whole_or_not_there() {
    is_whole_or_not_there("pong").await;
}

#[tokio::test(start_paused = true)]
async fn whoever_stops_waiting_for_the_end_changes_nothing() {
    for place in ["in a callback", "in a task"] {
        for count in 1..5 {
            assert!(is_dropped_after(count, "closed", place).await, "nothing ends while it is waited for");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_close_closes_after_its_first_poll() {
    for place in ["in a callback", "in a task"] {
        for count in 1..10 {
            let (mut client, mut entries) = connect(&format!("/close/{count}/now")).await;
            client.send_frame(TEXT, place).await;
            client.expects(TEXT, content("sure", 0)).await;
            assert_eq!(client.closing().await, (4001, "x".to_owned()), "{place} {count}");
            client.send_frame(CLOSE, close_payload(4001, "")).await;
            client.ends().await;
            drop(client);
            all_tasks_end().await;
            entries.expect(&["close 4001"]).await;
            assert_eq!(entries.try_next(), None);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_close_that_is_dropped_before_its_first_poll_has_not_begun() {
    let (mut client, mut entries) = connect("/close/0/now").await;
    for place in ["in a callback", "in a task"] {
        client.send_frame(TEXT, place).await;
        client.expects(TEXT, content("sure", 0)).await;
    }
    client.send_frame(CLOSE, close_payload(4000, "")).await;
    client.is_closed_with(4000).await;
    entries.expect(&["close 4000"]).await;
}

const ROUNDS: usize = 4;
/// Every write is ready before.
const LIMIT: usize = 100; // polls
