//! What costs a peer little and the server something is limited: empty fragments, control frames, header fields.

use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use std::time::Duration;
use tests::raw::{BINARY, FIN, LAST, MIDDLE, PING, PONG, RawClient, TEXT, frame, handshake};
use tests::server::serve;
use tokio::io::{DuplexStream, duplex};
use websocket::{Listener, RequestLimits, Router, RouterBuilder};

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/")]
impl Echo {
    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }
}

/// A text in `count` fragments.
fn fragments(count: usize) -> Vec<u8> {
    let middle = frame(MIDDLE, "").repeat(count - 2);
    [frame(TEXT & !FIN, "in "), middle, frame(LAST, "pieces")].concat()
}

/// A connection whose time stands still.
async fn connect(configure: impl FnOnce(RouterBuilder) -> RouterBuilder) -> RawClient<DuplexStream> {
    let router = configure(Router::builder().service::<Echo>()).build().expect("the router is built");
    let (ours, theirs) = duplex(1 << 20);
    let serving = http1::Builder::new().serve_connection(TokioIo::new(theirs), TowerToHyperService::new(router));
    tokio::spawn(serving.with_upgrades());
    let mut client = RawClient::new(ours);
    client.upgrades("/").await;
    client
}

#[tokio::test]
async fn a_message_has_at_most_65_536_fragments_by_default() {
    let address = serve(Listener::new(0).service::<Echo>()).await;
    let mut client = RawClient::upgrade(address, "/").await;
    client.send(fragments(65_536)).await;
    client.expects(TEXT, "in pieces").await;
    client.send(fragments(65_537)).await;
    client.is_closed_with(1008).await;
}

#[tokio::test]
async fn the_limit_of_fragments_is_a_setting() {
    let address = serve(Listener::new(0).max_fragments(3).service::<Echo>()).await;
    let mut client = RawClient::upgrade(address, "/").await;
    client.send(fragments(3)).await;
    client.expects(TEXT, "in pieces").await;
    client.send(&fragments(4)[..frame(TEXT, "in ").len() + 3 * frame(MIDDLE, "").len()]).await;
    assert_eq!(client.closing().await, (1008, "message of more than 3 fragments".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn at_most_1000_control_frames_a_second_are_answered_by_default() {
    let mut client = connect(|router| router).await;
    for _ in 0..3 {
        client.send([frame(PING, "").repeat(500), frame(PONG, "").repeat(500)].concat()).await;
        for _ in 0..500 {
            client.expects(PONG, "").await;
        }
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    client.send([frame(PING, "").repeat(500), frame(PONG, "").repeat(501)].concat()).await;
    for _ in 0..500 {
        client.expects(PONG, "").await;
    }
    assert_eq!(client.closing().await, (1008, "more than 1000 control frames in a second".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_control_frames_is_a_setting_and_messages_do_not_count() {
    let mut client = connect(|router| router.max_control_frames(2)).await;
    for number in 0..100 {
        client.send_frame(TEXT, number.to_string()).await;
        client.expects(TEXT, number.to_string()).await;
    }
    client.send([frame(PING, "1"), frame(BINARY, "ignored"), frame(PING, "2")].concat()).await;
    client.expects(PONG, "1").await;
    client.expects(PONG, "2").await;
    tokio::time::advance(Duration::from_secs(1)).await;
    client.send(frame(PING, "3").repeat(3)).await;
    client.expects(PONG, "3").await;
    client.expects(PONG, "3").await;
    client.is_closed_with(1008).await;
}

#[tokio::test]
async fn header_fields_are_counted() {
    let headers = |count: usize| "X-A: 1\r\n".repeat(count - handshake("/", "").matches(": ").count());
    let by_default = serve(Listener::new(0).service::<Echo>()).await;
    let few = Listener::new(0).request_limits(RequestLimits::new().max_headers(20)).service::<Echo>();
    let many = Listener::new(0).request_limits(RequestLimits::new().max_headers(200)).service::<Echo>();
    for (address, limit) in [(by_default, 100), (serve(few).await, 20), (serve(many).await, 200)] {
        for (count, status) in [(limit, 101), (limit + 1, 431)] {
            let mut client = RawClient::connect(address).await;
            client.send(handshake("/", &headers(count))).await;
            assert_eq!(client.response().await.status, status, "{count} of {limit}");
        }
    }
}

#[tokio::test]
async fn a_mounted_router_counts_header_fields_too() {
    let mut client = {
        let limits = RequestLimits::new().max_headers(10);
        let router = Router::builder().request_limits(limits).service::<Echo>().build().expect("the router is built");
        let (ours, theirs) = duplex(1 << 20);
        let serving = http1::Builder::new().serve_connection(TokioIo::new(theirs), TowerToHyperService::new(router));
        tokio::spawn(serving.with_upgrades());
        RawClient::new(ours)
    };
    client.send(handshake("/", &"X-A: 1\r\n".repeat(20))).await;
    assert_eq!(client.response().await.status, 431);
}
