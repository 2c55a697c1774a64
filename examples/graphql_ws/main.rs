//! GraphQL at `/graphql`, over the subprotocol `graphql-transport-ws`
//! ([its text](https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md)).
//!
//! `cargo run --example graphql_ws -- [--port N] [--init-timeout MS]`, then connect with any client of that subprotocol and run
//! `subscription { countdown(from: 3) }`. The protocol is all here; what executes the operations is a stand-in.

mod document;
mod executor;
mod messages;
mod options;
mod violation;

use std::{collections::HashMap, convert::Infallible, process::ExitCode, time::Duration};

use executor::{Response, execute};
use futures_util::{StreamExt, stream};
use messages::{Answer, Complete, Id, Note, Subscribe};
use options::Options;
use tokio::{sync::oneshot, time::sleep};
use violation::Violation;
use websocket::{Caller, CloseFrame, Error, Listener, Message, Stream};

/// One client.
struct Graphql {
    init_timeout: Duration,
    /// Until the client has initialised the connection: the wait for that, which ends when this is dropped.
    wait: Option<oneshot::Sender<Infallible>>,
    /// The operations that are running: one ends, without a word, when what stands for it here is dropped.
    operations: HashMap<Id, oneshot::Sender<Infallible>>,
}

#[websocket::service(
    path = "/graphql",
    state = Duration,
    subprotocols = ["graphql-transport-ws"],
    dispatcher_key = "type",
    dispatcher_stream_id = "id"
)]
impl Graphql {
    #[upgrade]
    fn connect(init_timeout: &Duration) -> Self {
        Self { init_timeout: *init_timeout, wait: None, operations: HashMap::new() }
    }

    /// Begins to wait: unless the client initialises the connection in time, the only element of this stream closes it.
    #[remote]
    fn on_open(&mut self, caller: &Caller) -> Result<impl Stream<Item = CloseFrame> + use<>, Violation> {
        if caller.subprotocol().is_none() {
            return Err(Violation::SubprotocolNotAcceptable);
        }
        let (wait, initialised) = oneshot::channel();
        self.wait = Some(wait);
        let timeout = sleep(self.init_timeout);
        Ok(stream::once(timeout).map(|()| Violation::InitialisationTimeout.into()).take_until(initialised))
    }

    #[remote]
    fn on_connection_init(&mut self, _message: Note) -> Result<Answer, Violation> {
        self.wait.take().map(|_| Answer::ConnectionAck).ok_or(Violation::TooManyInitialisationRequests)
    }

    /// The names `on_ping` and `on_pong` belong to the callbacks for frames.
    #[remote(event = "ping")]
    fn answer_ping(&mut self, message: Note) -> Answer {
        Answer::Pong(message)
    }

    #[remote(event = "pong")]
    fn take_pong(&mut self, _message: Note) {}

    #[remote]
    fn on_subscribe(&mut self, message: Subscribe) -> Result<impl Stream<Item = Answer> + use<>, Violation> {
        if self.wait.is_some() {
            return Err(Violation::Unauthorized);
        }
        self.operations.retain(|_, operation| !operation.is_closed());
        if self.operations.contains_key(&message.id) {
            return Err(Violation::SubscriberExists(message.id));
        }
        Ok(match execute(&message.payload) {
            Ok(results) => {
                let (operation, completed) = oneshot::channel();
                self.operations.insert(message.id, operation);
                answers(results, completed).left_stream()
            }
            Err(errors) => stream::iter([Answer::Error { payload: errors }]).right_stream(),
        })
    }

    /// The client has heard enough. It may say so of an operation that has ended.
    #[remote]
    fn on_complete(&mut self, message: Complete) {
        self.operations.remove(&message.id);
    }

    /// Gets every message of no known type.
    #[remote]
    fn on_message(&mut self, _message: Message) -> CloseFrame {
        Violation::InvalidMessage("unknown type".to_owned()).into()
    }

    /// Gets all violations, and the messages that do not have the form of their type.
    #[remote]
    fn on_error(&mut self, error: &Error) -> CloseFrame {
        match error {
            Error::Binding(error) => Violation::InvalidMessage(error.to_string()).into(),
            Error::Callback(error) if let Some(violation) = error.downcast_ref::<Violation>() => violation.into(),
            Error::TooManyStreams { .. } => CloseFrame::try_again_later("too many operations"),
            error => {
                tracing::error!("{error}");
                CloseFrame::internal_error("")
            }
        }
    }
}

/// What is sent for a running operation: nothing more once the client has completed it.
fn answers(
    results: impl Stream<Item = Response> + Send + Unpin + 'static,
    completed: oneshot::Receiver<Infallible>,
) -> impl Stream<Item = Answer> + Send {
    stream::unfold(Some((results, completed)), |running| async {
        let (mut results, mut completed) = running?;
        let next = tokio::select! {
            biased;
            _ = &mut completed => return None,
            next = results.next() => next,
        };
        if let Some(payload) = next {
            return Some((Answer::Next { payload }, Some((results, completed))));
        }
        // Whoever reads that the operation is complete may use its id again.
        drop(completed);
        Some((Answer::Complete, None))
    })
}

#[tokio::main]
async fn main() -> ExitCode {
    // A log that cannot be written is no reason to panic.
    tracing_subscriber::fmt().with_writer(std::io::stderr).log_internal_errors(false).init();
    let options = match Options::parse(std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into())) {
        Ok(options) => options,
        Err(mistake) => {
            eprintln!("graphql_ws: {mistake}\n\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    match serve(&options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("graphql_ws: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until Ctrl-C, which closes every connection with 1001.
async fn serve(options: &Options) -> websocket::Result<()> {
    let listener = Listener::new(options.port).service_with::<Graphql>(options.init_timeout).bind().await?;
    println!("listening on ws://127.0.0.1:{}", listener.local_addr().port());
    listener
        .serve_until(async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await; // no signal can be heard: serve until killed
            }
        })
        .await?;
    Ok(())
}
