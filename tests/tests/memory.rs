//! A length that is only announced costs no memory. One test alone in its process, because it counts every allocation there.

use tests::{
    heap::Heap,
    raw::{BINARY, RawClient, TEXT, long_header, masked},
    server::serve,
};
use websocket::{Listener, Message};

/// With the limits that a service has by itself.
#[derive(Default)]
struct Echo;

#[websocket::service(path = "/")]
impl Echo {
    #[remote]
    fn on_message(&mut self, message: Message) -> Message {
        message
    }
}

/// Takes messages of any length that a machine can name.
#[derive(Default)]
struct Unlimited;

#[websocket::service(path = "/unlimited", max_frame_size = UNLIMITED, max_message_size = UNLIMITED)]
impl Unlimited {
    #[remote]
    fn on_message(&mut self, message: Message) -> Message {
        message
    }
}

#[tokio::test]
async fn announced_lengths_cost_no_memory() {
    let address = serve(Listener::new(0).service::<Echo>().service::<Unlimited>()).await;

    let (mut clients, before) = settled(address, "/").await;
    for (index, client) in clients.iter_mut().enumerate() {
        client.send(long_header(BINARY, [1 << 62, (1 << 63) - 1, 1 << 63, u64::MAX][index % 4])).await;
        client.send([0; 100]).await;
    }
    for (index, client) in clients.iter_mut().enumerate() {
        client.is_closed_with([1009, 1009, 1002, 1002][index % 4]).await;
    }
    assert_grown_at_most(CONNECTIONS * READ_BUFFER + MIB, before, "lengths over the limit");
    drop(clients);

    let (mut clients, before) = settled(address, "/").await;
    for client in &mut clients {
        client.send(long_header(TEXT, 65_536)).await;
        client.send(masked("a")).await;
    }
    fail(&mut clients).await;
    assert_grown_at_most(CONNECTIONS * (65_536 + READ_BUFFER) + MIB, before, "lengths at the limit");
    drop(clients);

    let (mut clients, before) = settled(address, "/unlimited").await;
    for client in &mut clients {
        client.send(long_header(TEXT, UNLIMITED as u64)).await;
        client.send(masked("a")).await;
    }
    fail(&mut clients).await;
    assert_grown_at_most(CONNECTIONS * (MIB + READ_BUFFER) + MIB, before, "lengths without a limit");
}

/// Makes connections that have been served already, and returns how much memory is in use then.
async fn settled(address: std::net::SocketAddr, path: &str) -> (Vec<RawClient>, usize) {
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = RawClient::upgrade(address, path).await;
        client.send_frame(TEXT, "hello").await;
        client.expects(TEXT, "hello").await;
        clients.push(client);
    }
    HEAP.forget_peak();
    (clients, HEAP.in_use())
}

/// Ends the texts that have begun with what cannot be text: when that is refused, everything before it has been taken.
async fn fail(clients: &mut [RawClient]) {
    for client in &mut *clients {
        client.send([0xFF ^ masked("aa")[1]; 1]).await;
    }
    for client in clients {
        client.is_closed_with(1007).await;
    }
}

fn assert_grown_at_most(limit: usize, before: usize, what: &str) {
    let grown = HEAP.peak().saturating_sub(before);
    assert!(grown <= limit, "{what} on {CONNECTIONS} connections cost {grown} bytes at once, the limit is {limit}");
}

#[global_allocator]
static HEAP: Heap = Heap::new();

const CONNECTIONS: usize = 100;
const MIB: usize = 1 << 20; // bytes
/// What is read at once belongs to the connection until it has ended.
const READ_BUFFER: usize = 16 * 1024; // bytes
const UNLIMITED: usize = 1 << 40; // bytes
