//! Our router behind hyper, in memory, with a clock that costs no time.

use std::cell::RefCell;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex, split};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::time::{sleep, timeout};
use websocket::Router;

/// Runs a future on the runtime of this thread, and then whatever it has spawned.
///
/// # Panics
/// When something is still alive after longer than every timeout.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    RUNTIME.with_borrow_mut(|runtime| {
        let runtime = runtime.get_or_insert_with(|| {
            let mut builder = Builder::new_current_thread();
            builder.enable_all().start_paused(true).build().expect("the runtime is built")
        });
        runtime.block_on(async {
            let result = timeout(LONG, future).await.expect("it hangs");
            let ending = async {
                // The clock is paused: this costs no time.
                while Handle::current().metrics().num_alive_tasks() > 0 {
                    sleep(Duration::from_secs(1)).await;
                }
            };
            timeout(LONG, ending).await.expect("a task outlives its connection");
            result
        })
    })
}

/// Sends `pieces` on a connection of its own, then the end of the stream, and returns everything that comes back.
///
/// # Panics
/// When the connection does not end, or something else outlives it.
pub(crate) fn exchange<'p>(router: &Router, pieces: impl Iterator<Item = &'p [u8]>) -> Vec<u8> {
    block_on(async {
        let (client, server) = duplex(BUFFER);
        let service = TowerToHyperService::new(router.clone());
        let serving = http1::Builder::new().serve_connection(TokioIo::new(server), service).with_upgrades();
        let (mut reader, mut writer) = split(client);
        let mut received = Vec::new();
        let sending = async move {
            for piece in pieces {
                // A server that has heard enough reads no more.
                if writer.write_all(piece).await.is_err() {
                    return;
                }
                tokio::task::yield_now().await;
            }
            let _ = writer.shutdown().await;
        };
        let receiving = reader.read_to_end(&mut received);
        // Whether HTTP was broken is for the client to see.
        let (_, (), read) = tokio::join!(serving, sending, receiving);
        read.expect("a stream in memory does not break");
        received
    })
}

thread_local! {
    static RUNTIME: RefCell<Option<Runtime>> = const { RefCell::new(None) };
}

const LONG: Duration = Duration::from_hours(1);
const BUFFER: usize = 64 * 1024; // bytes
