//! A server with 5 000 connections stops while a tenth of them is at work: everybody hears 1001, and nobody is cut off.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tests::polite::PoliteClient;
use tests::within;
use tokio::sync::{Semaphore, oneshot};
use websocket::{CloseCode, Listener, Shutdown};

const CLIENTS: u16 = 5_000;
const WORKING: u16 = 500;

/// Where callbacks wait until the test lets them go on, and where they are counted.
struct Gate {
    entered: Semaphore,
    opened: Semaphore,
    closed: Semaphore,
}

struct Worker(Arc<Gate>);

#[websocket::service(path = "/", state = Arc<Gate>)]
impl Worker {
    #[upgrade]
    fn accept(gate: &Arc<Gate>) -> Self {
        Self(Arc::clone(gate))
    }

    #[remote]
    async fn on_text_message(&mut self, _text: &str) {
        self.0.entered.add_permits(1);
        self.0.opened.acquire().await.expect("it stays open").forget();
    }

    #[remote]
    fn on_close(&mut self, status: CloseCode) {
        assert_eq!(status, CloseCode::GOING_AWAY);
        self.0.closed.add_permits(1);
    }
}

#[tokio::test]
async fn everybody_hears_of_the_end_of_the_server() {
    let limit = rlimit::increase_nofile_limit(20_000).expect("the limit of open files can be read");
    assert!(limit > 2 * u64::from(CLIENTS) + 100, "{limit} open files are not enough");
    let [entered, opened, closed] = std::array::from_fn(|_| Semaphore::new(0));
    let gate = Arc::new(Gate { entered, opened, closed });
    let listener = Listener::new(0).host("127.0.0.1").shutdown_timeout(Duration::from_secs(5));
    let bound = listener.service_with::<Worker>(Arc::clone(&gate)).bind().await.expect("the listener binds");
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(bound.serve_until(async move { drop(stopped.await) }));

    let mut clients = FuturesUnordered::new();
    for number in 0..CLIENTS {
        let mut client = PoliteClient::connect(address, "/").await;
        if number < WORKING {
            client.send("work").await;
        }
        clients.push(tokio::spawn(client.ended()));
    }
    drop(within("the callbacks to begin", gate.entered.acquire_many(WORKING.into())).await.expect("it stays open"));

    drop(stop);
    // Those that are not at work end first; only then may the others go on.
    for ended in 1..=CLIENTS {
        let end = within(format!("end number {ended}"), clients.next()).await.expect("there is one more");
        assert_eq!(end.expect("no panic").0, 1001);
        if ended == CLIENTS - WORKING {
            gate.opened.add_permits(WORKING.into());
        }
    }
    let shutdown = within("the server to stop", serving).await.expect("no panic").expect("no error");
    let Shutdown { closed, aborted, .. } = shutdown;
    assert_eq!((closed, aborted), (CLIENTS.into(), 0));
    assert_eq!(gate.closed.available_permits(), usize::from(CLIENTS), "`on_close` has run for each");
}
