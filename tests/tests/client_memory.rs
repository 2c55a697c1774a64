//! What an idle client costs.

use tests::Example;
use tests::heap::Heap;
use websocket::{Client, ClientBuilder, RetryConfig};

#[global_allocator]
static HEAP: Heap = Heap::new();

const KIB: usize = 1024; // bytes

/// Connects so many clients, and returns them with the bytes that each of them keeps.
async fn cost(count: usize, builder: &ClientBuilder) -> (Vec<Client>, usize) {
    let before = HEAP.in_use();
    let mut clients: Vec<Client> = Vec::with_capacity(count);
    for _ in 0..count {
        let client = tests::within("the connection", builder.clone().connect()).await.expect("the server accepts");
        client.write_text("hello").await.expect("it is open");
        tests::within("the echo", client.read_text()).await.expect("it is open");
        clients.push(client);
    }
    let each = (HEAP.in_use() - before) / count;
    (clients, each)
}

#[tokio::test]
async fn an_idle_client_keeps_little() {
    let echo = Example::start("echo").await;
    let plain = Client::builder(format!("ws://{}/", echo.address()));
    let resilient = plain.clone().retry(RetryConfig::new());
    // What is allocated once is there afterwards. Nothing is freed while something is counted.
    let mut all = vec![cost(5, &resilient).await.0];
    for (what, builder, limit) in [("a client", &plain, 8 * KIB), ("one that connects again", &resilient, 12 * KIB)] {
        let (clients, each) = cost(200, builder).await;
        all.push(clients);
        println!("{what} keeps {each} bytes");
        assert!(each < limit, "{what} keeps {each} bytes");
    }
}
