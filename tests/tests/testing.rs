//! The test kit, and our own services tested with it.

use std::sync::Arc;
use std::time::Duration;

use tests::network::Network;
use tests::raw::BINARY;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use websocket::testing::Server;
use websocket::{Caller, CloseCode, CloseFrame, Compression, ConnectError, Error, RetryConfig, Router, UpgradeError};

struct Greeter {
    name: String,
}

#[websocket::service(path = "/greet/<name>", idle_timeout = 3600)]
impl Greeter {
    #[upgrade]
    fn connect(name: String, #[query] polite: Option<bool>) -> Result<Self, UpgradeError> {
        match polite {
            Some(false) => Err(UpgradeError::forbidden("be polite")),
            _ => Ok(Self { name }),
        }
    }

    #[remote]
    fn on_open(&mut self, caller: &Caller) -> String {
        assert_eq!(caller.remote_addr(), None);
        format!("hello {}", self.name)
    }

    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }
}

fn server() -> Server {
    Server::new(Router::builder().service::<Greeter>().build().expect("the router is right"))
}

#[tokio::test(start_paused = true)]
async fn a_service_and_a_client_are_joined_in_memory() {
    let server = server();
    let client = server.client("/greet/ann?polite=true").connect().await.expect("it is accepted");
    assert_eq!(client.read_text().await.expect("it is open").as_deref(), Some("hello ann"));
    let long = "x".repeat(1_000_000);
    client.write_text(&long).await.expect("it is open");
    assert_eq!(client.read_text().await.expect("it is open"), Some(long));
    client.close(CloseFrame::normal()).await.expect("the service answers");
    assert_eq!(client.close_status(), Some((CloseCode::NORMAL, "")));
}

/// Each end waits for the other one to read, unless the client always does.
#[tokio::test(start_paused = true)]
async fn a_client_reads_while_it_cannot_write() {
    const COUNT: usize = 500;
    let server = server();
    for retry in [None, Some(RetryConfig::new())] {
        let mut builder = server.client("/greet/ann").compression(Compression::off());
        if let Some(config) = retry {
            builder = builder.retry(config);
        }
        let client = builder.connect().await.expect("it is accepted");
        client.read().await.expect("it is open");
        let message = |number: usize| format!("{number:030000}");
        let writing = async {
            for number in 0..COUNT {
                client.write_text(message(number)).await.expect("it is open");
            }
        };
        let reading = async {
            for number in 0..COUNT {
                let text = client.read_text().await.expect("it is open").expect("it has not ended");
                assert_eq!(text, message(number));
            }
        };
        let both = async { tokio::join!(writing, reading) };
        tests::within("all messages there and back", both).await;
    }
}

/// Counts what it hears.
struct Counter(Arc<Semaphore>);

#[websocket::client]
impl Counter {
    #[remote]
    fn on_text_message(&mut self, _text: &str) {
        self.0.add_permits(1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_hears_while_nothing_can_be_written() {
    const COUNT: u32 = 500;
    let server = server();
    for retry in [None, Some(RetryConfig::new())] {
        let mut builder = server.client("/greet/ann").compression(Compression::off());
        if let Some(config) = retry {
            builder = builder.retry(config);
        }
        let heard = Arc::new(Semaphore::new(0));
        let client = builder.connect_with(Counter(Arc::clone(&heard))).await.expect("it is accepted");
        let writing = async {
            for number in 0..COUNT {
                client.write_text(format!("{number:030000}")).await.expect("it is open");
            }
        };
        let both = async { tokio::join!(writing, heard.acquire_many(COUNT + 1)) };
        tests::within("all messages there and back", both).await.1.expect("it is open").forget();
    }
}

/// Returns as much as it hears.
struct Echo;

#[websocket::client]
impl Echo {
    #[remote]
    fn on_binary_message(&mut self, data: Vec<u8>) -> Vec<u8> {
        data
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_owes_a_server_that_does_not_read_only_so_much() {
    let mut network = Network::default();
    let builder = network.client().compression(Compression::off()).high_water_mark(10_000);
    let connecting = tokio::spawn(builder.connect_with(Echo));
    let mut peer = network.upgraded().await;
    let _client = connecting.await.expect("it does not panic").expect("it was accepted");
    let mut sent = 0;
    let sending = timeout(Duration::from_secs(5), async {
        loop {
            peer.send_frame(BINARY, [0; 1000]).await;
            sent += 1;
        }
    });
    sending.await.expect_err("the client takes everything, though its replies are not read");
    // What the network holds in both directions, the mark, and what one read takes.
    assert!((10..60).contains(&sent), "{sent} messages were sent");
    for _ in 0..sent {
        peer.expects(BINARY, [0; 1000]).await;
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_are_those_of_the_router() {
    let server = server();
    for (path, status) in [("/greet/ann?polite=false", 403), ("/nowhere", 404)] {
        let refused = server.client(path).connect().await;
        let Err(Error::Connect(ConnectError::Refused { response })) = refused else { panic!("{refused:?}") };
        assert_eq!(response.status(), status);
    }
}

#[tokio::test(start_paused = true)]
async fn hours_pass_in_no_time() {
    let server = server();
    let client = server.client("/greet/ann").connect().await.expect("it is accepted");
    client.read().await.expect("it is open");
    let begin = Instant::now();
    assert_eq!(client.read().await.expect("it is no error"), None);
    assert_eq!(client.close_status().map(|(code, _)| code), Some(CloseCode::GOING_AWAY));
    assert_eq!(begin.elapsed().as_secs(), 3600);
}

#[tokio::test(start_paused = true)]
async fn connections_break_and_are_made_again() {
    let server = server();
    let client = server.client("/greet/ann").retry(RetryConfig::new()).connect().await.expect("it is accepted");
    let other = server.client("/greet/bob").connect().await.expect("it is accepted");
    for client in [&client, &other] {
        client.read().await.expect("it is open");
    }
    server.disconnect();
    assert_eq!(client.read_text().await.expect("it connects again").as_deref(), Some("hello ann"));
    assert!(matches!(other.read().await, Err(Error::Io(_))));
}

#[tokio::test(start_paused = true)]
async fn a_server_stops() {
    let server = server();
    let client = server.client("/greet/ann").connect().await.expect("it is accepted");
    client.read().await.expect("it is open");
    let (stopped, read) = tokio::join!(server.shut_down(Duration::from_secs(5)), client.read());
    assert_eq!((stopped.closed, stopped.aborted), (1, 0));
    assert_eq!(read.expect("it is no error"), None);
    let late = server.client("/greet/ann");
    late.clone().connect().await.expect_err("it stops");
    drop(server);
    let refused = late.connect().await;
    assert!(matches!(refused, Err(Error::Connect(ConnectError::Io { .. }))), "{refused:?}");
    drop(client);
}
