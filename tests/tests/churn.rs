//! Connections that come, talk, and vanish in every way that there is: afterwards the server is as it was. One test alone in its
//! process, because it counts every allocation and every file there.
//!
//! A normal run takes 3 s. `CHURN_SECONDS=60` makes it longer, and `CHURN_SEED` repeats one: every run prints its seed. Figures are
//! only worth something with `--release`.

use std::{
    env, fs, io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use flate2::{Compress, Compression as CompressionLevel, FlushCompress};
use tests::{
    heap::Heap,
    raw::{BINARY, CLOSE, FIN, LAST, TEXT, close_payload, frame, handshake, header},
    server::serve,
    within,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::{Builder, Runtime},
    task::{JoinSet, spawn_blocking, yield_now},
    time::sleep,
};
use websocket::{Compression, Listener, Message};

/// Answers every message with itself; each instance is one more owner of the state.
struct Echo {
    _owner: Arc<()>,
}

#[websocket::service(path = "/", state = Arc<()>, compression = Compression::dedicated())]
impl Echo {
    #[upgrade]
    async fn accept(owners: &Arc<()>) -> Self {
        yield_now().await;
        Self { _owner: owners.clone() }
    }

    #[remote]
    async fn on_message(&mut self, message: Message) -> Message {
        yield_now().await;
        message
    }
}

/// How a client leaves.
#[derive(Clone, Copy, Debug)]
enum Leaving {
    /// With a close frame, and when the server has answered.
    Polite,
    /// By a reset.
    Reset,
    /// It sends no more, and reads to the end.
    HalfClosed,
    /// In the middle of a frame.
    InFrame,
    /// In the middle of the upgrade request.
    InHandshake,
    /// In the middle of a compressed message.
    InCompressedMessage,
    /// Without having read anything of many answers.
    Deaf,
}

/// What a server has.
#[derive(Clone, Copy, Debug)]
struct Holdings {
    bytes: usize,
    tasks: usize,
    files: usize,
}

/// A server in a runtime of its own, so that nothing else is counted there.
struct Server {
    runtime: Runtime,
    owners: Arc<()>,
    address: SocketAddr,
}

impl Server {
    async fn start() -> Self {
        // One worker keeps one pool of buffers.
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("it is built");
        let owners = Arc::new(());
        let listener = Listener::new(0).service_with::<Echo>(owners.clone());
        let address = runtime.spawn(serve(listener)).await.expect("it is served");
        Self { runtime, owners, address }
    }

    /// Waits for the end of every connection.
    async fn holdings(&self) -> Holdings {
        let metrics = self.runtime.metrics();
        within("the end of every connection", async {
            // One task accepts.
            while metrics.num_alive_tasks() > 1 {
                yield_now().await;
            }
        })
        .await;
        assert_eq!(Arc::strong_count(&self.owners), 2, "services are alive without a connection");
        let files = fs::read_dir("/proc/self/fd").expect("they are listed").count();
        Holdings { bytes: HEAP.in_use(), tasks: metrics.num_alive_tasks(), files }
    }

    /// Returns how many bytes are in use without it, its worker, and its pool.
    async fn stops(self) -> usize {
        self.holdings().await;
        let stopping = spawn_blocking(|| self.runtime.shutdown_timeout(Duration::from_secs(10)));
        stopping.await.expect("it stops");
        HEAP.in_use()
    }

    /// Lets clients come and leave for so long, each at least once, and returns how many there were.
    async fn churn(&self, seed: u64, duration: Duration) -> usize {
        let end = Instant::now() + duration;
        let mut clients = JoinSet::new();
        for index in 0..CLIENTS {
            let (mut random, address) = (Random::new(seed ^ index), self.address);
            clients.spawn(async move {
                let mut count = 0;
                while count == 0 || Instant::now() < end {
                    let leaving = random.leaving();
                    // A client that the server has dropped is gone, too.
                    drop(within(format!("{leaving:?}"), leaves(address, leaving, &mut random)).await);
                    count += 1;
                }
                count
            });
        }
        clients.join_all().await.into_iter().sum()
    }
}

#[tokio::test]
async fn a_server_is_as_it_was_when_all_clients_are_gone() {
    rlimit::increase_nofile_limit(20_000).expect("the limit of open files can be read");
    let seconds = env::var("CHURN_SECONDS").map_or(2, |seconds| seconds.parse().expect("it is a number"));
    let seed = env::var("CHURN_SEED").map_or_else(|_| seed_of_now(), |seed| seed.parse().expect("it is a number"));
    println!("seed {seed}");

    let idle = {
        let server = Server::start().await;
        server.churn(!seed, Duration::ZERO).await;
        server.stops().await
    };
    let server = Server::start().await;
    let count = server.churn(!seed, WARM_UP).await;
    let before = server.holdings().await;
    println!("{count} connections to warm up: {before:?}");
    let count = server.churn(seed, Duration::from_secs(seconds)).await;
    let after = server.holdings().await;
    println!("{count} connections: {after:?}");

    assert_eq!((after.tasks, after.files), (before.tasks, before.files));
    let grown = after.bytes.saturating_sub(before.bytes);
    assert!(grown <= POOL, "{count} connections left {grown} bytes behind, the pool holds {POOL}");
    let left = server.stops().await.saturating_sub(idle);
    println!("{left} bytes are left without the server");
    assert!(left <= SLACK, "{count} connections left {left} bytes behind that no server owns");
}

/// Connects, talks a little, and leaves.
async fn leaves(address: SocketAddr, leaving: Leaving, random: &mut Random) -> io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    let request = handshake("/", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    if let Leaving::InHandshake = leaving {
        return stream.write_all(&request.as_bytes()[..random.below(request.len())]).await;
    }
    stream.write_all(request.as_bytes()).await?;
    let mut buffer = vec![0; 4096];
    let mut read = stream.read(&mut buffer).await?;
    for _ in 0..random.below(4) {
        stream.write_all(&message(random)).await?;
        read = stream.read(&mut buffer).await?;
    }
    match leaving {
        Leaving::Polite => {
            stream.write_all(&frame(CLOSE, close_payload(1000, "bye"))).await?;
            while read > 0 {
                read = stream.read(&mut buffer).await?;
            }
        }
        Leaving::HalfClosed => {
            stream.shutdown().await?;
            while read > 0 {
                read = stream.read(&mut buffer).await?;
            }
        }
        Leaving::Reset => {
            stream.write_all(&message(random)).await?;
            stream.set_zero_linger()?;
        }
        Leaving::InFrame => {
            let message = message(random);
            stream.write_all(&message[..random.below(message.len())]).await?;
        }
        Leaving::InCompressedMessage => {
            let compressed = compressed(random);
            let (first, second) = compressed.split_at(random.below(compressed.len()));
            stream.write_all(&frame((TEXT | RSV1) & !FIN, first)).await?;
            stream.write_all(&header(LAST, second.len() as u64 + 1)).await?;
        }
        Leaving::Deaf => {
            // More than the buffers of both ends hold: neither can go on.
            let message = frame(BINARY, vec![1; 60_000]);
            let deaf = async {
                for _ in 0..100 {
                    stream.write_all(&message).await?;
                }
                Ok::<_, io::Error>(())
            };
            tokio::select! {
                sent = deaf => sent?,
                () = sleep(Duration::from_millis(random.below(100) as u64)) => {}
            }
        }
        Leaving::InHandshake => unreachable!("it has left"),
    }
    Ok(())
}

/// A whole message, compressed or not, of up to 20 KB.
fn message(random: &mut Random) -> Vec<u8> {
    match random.below(8) {
        0 => frame(BINARY, vec![1; random.below(20_000)]),
        1..3 => frame(TEXT | RSV1, compressed(random)),
        _ => frame(TEXT, "x".repeat(random.below(200))),
    }
}

fn compressed(random: &mut Random) -> Vec<u8> {
    let message = "compressed ".repeat(1 + random.below(500));
    let mut compressed = Vec::with_capacity(6000);
    let mut compress = Compress::new(CompressionLevel::fast(), false);
    compress.compress_vec(message.as_bytes(), &mut compressed, FlushCompress::Sync).expect("it has room");
    compressed.truncate(compressed.len() - 4);
    compressed
}

/// Numbers that look random and come again with their seed: xorshift.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).max(1));
        random.below(2);
        random
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 16) % limit as u64).expect("it is below the limit")
    }

    fn leaving(&mut self) -> Leaving {
        use Leaving::{Deaf, HalfClosed, InCompressedMessage, InFrame, InHandshake, Polite, Reset};
        [Polite, Reset, HalfClosed, InFrame, InHandshake, InCompressedMessage, Deaf][self.below(7)]
    }
}

fn seed_of_now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later");
    now.as_millis().try_into().expect("it is not that much later")
}

#[global_allocator]
static HEAP: Heap = Heap::new();

const CLIENTS: u64 = 1000;
const WARM_UP: Duration = Duration::from_secs(1);
/// What the server's worker may keep for later: eight buffers of 256 KiB.
const POOL: usize = 8 * 256 * 1024;
/// For what the runtime of the clients keeps.
const SLACK: usize = 64 * 1024; // bytes
const RSV1: u8 = 0x40;
