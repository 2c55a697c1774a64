//! This workspace: a service on a listener.

mod hub;
mod order;

use std::time::Duration;

use hub::{Encoding, Hub, Member};
pub(crate) use order::MESSAGE;
use websocket::{Compression, Listener, Service};

use crate::{
    Result,
    servers::{Contexts, Deflate, MAX_SIZE, Task, announce, runtime, stopped},
};

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/", max_frame_size = MAX_SIZE, max_message_size = MAX_SIZE)]
impl Echo {
    #[remote]
    fn on_text_message<'a>(&mut self, text: &'a str) -> &'a str {
        text
    }

    #[remote]
    fn on_binary_message<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        data
    }
}

pub(crate) fn serve(task: Task) -> Result<()> {
    match task {
        Task::Broadcast => broadcast(Encoding::Each),
        Task::Echo => run::<Echo>(Compression::off(), ()),
        Task::Deflate(deflate) => run::<Echo>(compression(deflate), ()),
    }
}

/// Encodes a message once for all who hear it.
pub(crate) fn serve_prepared(_: Task) -> Result<()> {
    broadcast(Encoding::Once)
}

pub(crate) fn serve_plain(_: Task) -> Result<()> {
    run::<order::Plain>(Compression::off(), ())
}

pub(crate) fn serve_read(_: Task) -> Result<()> {
    run::<order::Read>(Compression::off(), ())
}

pub(crate) fn serve_dispatched(_: Task) -> Result<()> {
    run::<order::Dispatched>(Compression::off(), ())
}

fn broadcast(encoding: Encoding) -> Result<()> {
    run::<Member>(Compression::off(), Hub::new(encoding))
}

fn compression(Deflate { contexts, level, memory_level }: Deflate) -> Compression {
    let compression = match contexts {
        Contexts::Dedicated => Compression::dedicated(),
        Contexts::Shared => Compression::shared(),
    };
    compression.level(level).memory_level(memory_level)
}

fn run<S: Service>(compression: Compression, state: S::State) -> Result<()> {
    runtime()?.block_on(async {
        let listener = Listener::new(0)
            .host("127.0.0.1")
            .compression(compression)
            .shutdown_timeout(SHUTDOWN)
            .service_with::<S>(state)
            .bind()
            .await?;
        announce(listener.local_addr().port());
        listener.serve_until(stopped()).await?;
        Ok(())
    })
}

/// The load generator has seen everything by then.
const SHUTDOWN: Duration = Duration::from_millis(100);
