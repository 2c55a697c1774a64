//! A thousand clients whose server restarts: all come back, and not all at once.
//!
//! `cargo nextest run -p tests --test client_restart --no-capture` draws when.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{StreamExt as _, future, stream};
use tests::within;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use websocket::{Client, ClientEvent, Listener, LossCause, RetryConfig, Shutdown};

const CLIENTS: usize = 1000;
/// How many clients connect at once in the beginning.
const HANDSHAKES: usize = 100;
/// Into how many parts the window is cut, and how long each is.
const PARTS: u32 = 10;
const PART: Duration = Duration::from_millis(200);
/// No client waits longer.
const WINDOW: Duration = PART.saturating_mul(PARTS);
/// Of how many clients a star is the sign.
const STAR: usize = 2;

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/")]
impl Echo {
    #[remote]
    fn on_text_message(&self, text: String) -> String {
        text
    }
}

/// A server, until it is stopped.
struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<websocket::Result<Shutdown>>,
}

impl Server {
    async fn start(port: u16) -> Self {
        let listener = Listener::new(port).host("127.0.0.1").service::<Echo>();
        let bound = listener.bind().await.expect("the listener binds");
        let (address, (stop, stopped)) = (bound.local_addr(), oneshot::channel::<()>());
        let serving = tokio::spawn(bound.serve_until(async move { drop(stopped.await) }));
        Self { address, stop, serving }
    }

    async fn stop(self) -> Shutdown {
        drop(self.stop);
        within("the server to stop", self.serving).await.expect("no panic").expect("no error")
    }
}

/// What becomes of a client.
struct Note {
    client: usize,
    at: Instant,
    event: ClientEvent,
}

async fn connect(client: usize, address: SocketAddr, notes: UnboundedSender<Note>) -> Client {
    let retry = RetryConfig::new().interval(WINDOW).on_event(move |event| {
        drop(notes.send(Note { client, at: Instant::now(), event })); // the test has seen enough
    });
    let connecting = Client::builder(format!("ws://{address}/")).retry(retry).connect();
    within("a client to connect", connecting).await.expect("the server listens")
}

/// The server says the same.
async fn talks((number, client): (usize, &Client)) {
    client.write_text(number.to_string()).await.expect("it is open");
    assert_eq!(client.read_text().await.expect("it is open"), Some(number.to_string()));
}

/// Takes notes until all clients are open.
async fn all_open(notes: &mut UnboundedReceiver<Note>) -> Vec<Note> {
    let (mut taken, mut open) = (Vec::new(), 0);
    while open < CLIENTS {
        let note = within("the next event of a client", notes.recv()).await.expect("there are clients");
        open += usize::from(matches!(note.event, ClientEvent::Open { .. }));
        taken.push(note);
    }
    taken
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_clients_come_back_apart_from_each_other() {
    let limit = rlimit::increase_nofile_limit(20_000).expect("the limit of open files can be read");
    assert!(limit > 2 * CLIENTS as u64 + 100, "{limit} open files are not enough");
    let server = Server::start(0).await;
    let address = server.address;
    let (sender, mut notes) = unbounded_channel();
    let connecting = stream::iter(0..CLIENTS).map(|client| connect(client, address, sender.clone()));
    let clients: Vec<Client> = connecting.buffered(HANDSHAKES).collect().await;
    all_open(&mut notes).await;

    let begin = Instant::now();
    let Shutdown { closed, aborted, .. } = server.stop().await;
    assert_eq!((closed, aborted), (CLIENTS, 0));
    let down = begin.elapsed();
    let server = Server::start(address.port()).await;
    let notes = all_open(&mut notes).await;
    within("everybody to be answered", future::join_all(clients.iter().enumerate().map(talks))).await;

    let waits = first_waits(&notes);
    let late: Vec<_> = waits.iter().filter(|wait| **wait >= WINDOW).collect();
    assert!(late.is_empty(), "{late:?}");
    let counts = histogram(waits.iter().copied());
    let arrivals = notes.iter().filter(|note| matches!(note.event, ClientEvent::Open { .. }));
    let arrivals = histogram(arrivals.map(|note| note.at - begin));
    let refused = notes.iter().filter(|note| matches!(note.event, ClientEvent::Failed { .. })).count();
    println!("the server was away for {down:.1?}, in which {refused} attempts failed");
    draw("the first wait of each client", &counts);
    draw("when they were back, from the beginning of the shutdown", &arrivals);
    // By chance alone, each part of the window has 100, give or take 10.
    assert!(counts.iter().all(|count| (50..=150).contains(count)), "{counts:?}");
    drop(clients);
    server.stop().await;
}

/// Returns how long each client waited for its first retry. All have lost their connection in the same way.
fn first_waits(notes: &[Note]) -> Vec<Duration> {
    let mut waits = [None; CLIENTS];
    let mut lost = [false; CLIENTS];
    for note in notes {
        match &note.event {
            ClientEvent::Lost { cause: LossCause::Closed(code, _), in_doubt } => {
                assert_eq!((code.as_u16(), in_doubt.len()), (1001, 0));
                assert!(!lost[note.client], "it is lost once");
                lost[note.client] = true;
            }
            ClientEvent::Waiting { duration } => drop(waits[note.client].get_or_insert(*duration)),
            ClientEvent::Connecting { .. } | ClientEvent::Failed { .. } | ClientEvent::Open { .. } => {}
            event => panic!("{event:?}"),
        }
    }
    assert_eq!(lost, [true; CLIENTS]);
    waits.map(|wait| wait.expect("it waits")).to_vec()
}

/// Counts how much falls into each part of the window, and of those that follow it.
fn histogram(durations: impl Iterator<Item = Duration>) -> Vec<usize> {
    let mut counts = vec![0; PARTS as usize];
    for duration in durations {
        let part = usize::try_from(duration.as_nanos() / PART.as_nanos()).expect("the test takes seconds");
        counts.resize(counts.len().max(part + 1), 0);
        counts[part] += 1;
    }
    counts
}

fn draw(title: &str, counts: &[usize]) {
    println!("{title}:");
    for (part, count) in (0..).zip(counts) {
        println!("{:>6.1} s {count:>5} {}", (part * PART).as_secs_f64(), "*".repeat(count / STAR));
    }
}
