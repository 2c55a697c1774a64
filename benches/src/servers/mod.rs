//! The servers: each a few lines, as the documentation of its crate writes them, on one thread.
//!
//! "plain" is the loop of that documentation, with a send per message. "tuned" answers everything that has come in before it
//! flushes, as one would write it who knows what a system call costs.

mod actix;
mod axum;
mod fastwebsockets;
mod ours;
mod sockudo;
mod tasks;
mod tcp;
mod tokio_websockets;
mod tungstenite;
mod yawc;

use std::{
    io::{self, Read},
    pin::pin,
    thread,
};

use futures_util::{FutureExt, Sink, SinkExt, Stream, StreamExt};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    sync::oneshot,
};

use crate::{Result, environment};

pub(crate) use ours::MESSAGE;
pub(crate) use tasks::{Contexts, DEFAULT_MEMORY_LEVEL, Deflate, Task};

/// A server that this program can be.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) name: &'static str,
    /// The package whose version is printed.
    package: &'static str,
    /// What it can do.
    pub(crate) tasks: &'static [Ability],
    serve: fn(Task) -> Result<()>,
}

/// What a server can do, so that the suites know whom to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ability {
    Broadcast,
    /// Compress, in the given ways.
    Deflate(Contexts),
    Echo,
    /// Echo the one JSON message.
    Json,
}

impl Server {
    /// Returns whether the server can do this.
    pub(crate) fn can(&self, ability: Ability) -> bool {
        self.tasks.contains(&ability)
    }

    /// Returns whether it speaks TCP and nothing else.
    pub(crate) fn is_floor(&self) -> bool {
        self.name == FLOOR
    }
}

/// Returns the server of this name.
pub(crate) fn find(name: &str) -> Result<&'static Server> {
    ALL.iter().find(|server| server.name == name).ok_or_else(|| format!("there is no server `{name}`").into())
}

/// Returns the packages whose versions matter, each once.
pub(crate) fn packages() -> Vec<&'static str> {
    let mut packages: Vec<&str> = ALL.iter().map(|server| server.package).collect();
    packages.dedup();
    packages
}

/// Is the server that the arguments name: name, task, and core.
pub(crate) fn serve(arguments: &[String]) -> Result<()> {
    let [name, task, core] = arguments else {
        return Err("`serve` needs the name of a server, a task, and a core".into());
    };
    environment::pin(core.parse()?)?;
    (find(name)?.serve)(task.parse()?)
}

/// Accepts connections and hands them out, until standard input ends.
fn accept<F, H>(handle: F) -> Result<()>
where
    F: Fn(TcpStream) -> H,
    H: Future<Output = Result<()>> + Send + 'static,
{
    runtime()?.block_on(async {
        let listener = listen().await?;
        let mut stopped = pin!(stopped());
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    let (stream, _) = accepted?;
                    stream.set_nodelay(true)?;
                    // A client that goes away is no mistake; one that misses an answer tells it itself.
                    tokio::spawn(handle(stream).map(drop));
                }
                () = &mut stopped => return Ok(()),
            }
        }
    })
}

/// A runtime of one thread.
fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// Listens on a free port and tells it.
async fn listen() -> io::Result<TcpListener> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    announce(listener.local_addr()?.port());
    Ok(listener)
}

/// Tells the port to the load generator.
fn announce(port: u16) {
    println!("{port}");
}

/// Resolves when standard input ends: the load generator is done, or gone.
async fn stopped() {
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        drop(io::stdin().read_to_end(&mut Vec::new()));
        // Nobody waits any more when the runtime has ended already.
        sender.send(()).ok();
    });
    drop(receiver.await);
}

/// The plain loop over a stream that is also a sink.
async fn echo<S, M, E>(mut socket: S, is_data: impl Fn(&M) -> bool) -> Result<()>
where
    S: Stream<Item = Result<M, E>> + Sink<M, Error = E> + Unpin,
    E: std::error::Error + Send + Sync + 'static,
{
    while let Some(message) = socket.next().await {
        let message = message?;
        if is_data(&message) {
            socket.send(message).await?;
        }
    }
    Ok(())
}

/// The tuned loop: feeds its answers, and flushes when no further input is ready.
async fn echo_in_batches<S, M, E>(mut socket: S, is_data: impl Fn(&M) -> bool) -> Result<()>
where
    S: Stream<Item = Result<M, E>> + Sink<M, Error = E> + Unpin,
    E: std::error::Error + Send + Sync + 'static,
{
    while let Some(first) = socket.next().await {
        let mut next = Some(Some(first));
        while let Some(message) = next {
            let Some(message) = message.transpose()? else { return Ok(()) };
            if is_data(&message) {
                socket.feed(message).await?;
            }
            next = socket.next().now_or_never();
        }
        socket.flush().await?;
    }
    Ok(())
}

/// The largest message: 1 MiB must pass, and some limits are exclusive.
const MAX_SIZE: usize = 2 << 20;

/// The name of the row that all others are compared with.
pub(crate) const OURS: &str = "websocket";
/// The name of the row without a protocol.
pub(crate) const FLOOR: &str = "tcp";

/// What every table compares with, below these headings.
pub(crate) const BASES: [(&str, &str); 2] = [("to ours", OURS), ("to floor", FLOOR)];

/// The name of the row that reads the JSON which it echoes.
pub(crate) const READ: &str = "websocket-json-read";

const BROADCAST: &[Ability] = &[Ability::Broadcast];
const ECHO: &[Ability] = &[Ability::Echo];
const JSON: &[Ability] = &[Ability::Json];
const ECHO_AND_BROADCAST: &[Ability] = &[Ability::Echo, Ability::Broadcast];
const ECHO_AND_DEFLATE: &[Ability] =
    &[Ability::Echo, Ability::Deflate(Contexts::Dedicated), Ability::Deflate(Contexts::Shared)];
const EVERYTHING: &[Ability] =
    &[Ability::Echo, Ability::Broadcast, Ability::Deflate(Contexts::Dedicated), Ability::Deflate(Contexts::Shared)];

/// All servers, in the order of the tables.
pub(crate) static ALL: [Server; 18] = [
    Server { name: OURS, package: "ws-runtime", tasks: EVERYTHING, serve: ours::serve },
    Server { name: "websocket-prepared", package: "ws-runtime", tasks: BROADCAST, serve: ours::serve_prepared },
    Server { name: "websocket-json-echo", package: "ws-runtime", tasks: JSON, serve: ours::serve_plain },
    Server { name: READ, package: "ws-runtime", tasks: JSON, serve: ours::serve_read },
    Server { name: "websocket-json-dispatched", package: "ws-runtime", tasks: JSON, serve: ours::serve_dispatched },
    Server { name: FLOOR, package: "tokio", tasks: ECHO, serve: tcp::serve },
    Server {
        name: "tokio-tungstenite",
        package: "tokio-tungstenite",
        tasks: ECHO_AND_BROADCAST,
        serve: tungstenite::serve,
    },
    Server {
        name: "tokio-tungstenite-forward",
        package: "tokio-tungstenite",
        tasks: ECHO,
        serve: tungstenite::serve_forward,
    },
    Server {
        name: "tokio-tungstenite-tuned",
        package: "tokio-tungstenite",
        tasks: ECHO,
        serve: tungstenite::serve_tuned,
    },
    Server { name: "axum", package: "axum", tasks: ECHO, serve: axum::serve },
    Server { name: "actix-ws", package: "actix-ws", tasks: ECHO, serve: actix::serve },
    Server { name: "fastwebsockets", package: "fastwebsockets", tasks: ECHO, serve: fastwebsockets::serve },
    Server { name: "tokio-websockets", package: "tokio-websockets", tasks: ECHO, serve: tokio_websockets::serve },
    Server {
        name: "tokio-websockets-tuned",
        package: "tokio-websockets",
        tasks: ECHO,
        serve: tokio_websockets::serve_tuned,
    },
    Server { name: "sockudo-ws", package: "sockudo-ws", tasks: ECHO_AND_DEFLATE, serve: sockudo::serve },
    Server { name: "sockudo-ws-tuned", package: "sockudo-ws", tasks: ECHO, serve: sockudo::serve_tuned },
    Server { name: "yawc", package: "yawc", tasks: ECHO_AND_DEFLATE, serve: yawc::serve },
    Server { name: "yawc-tuned", package: "yawc", tasks: ECHO, serve: yawc::serve_tuned },
];
