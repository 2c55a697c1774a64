//! What is counted: every metric of `docs/observability.md`, for the recorder of the crate [`metrics`](https://docs.rs/metrics) that the
//! program has installed.
//!
//! The handles of a service are made once, with its first connection; a message increments them. `no_metrics.rs` stands in
//! without the feature `metrics`.

use std::sync::OnceLock;
use std::time::Instant;

use ::metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use http::StatusCode;
use ws_core::dispatch::Route;
use ws_core::opcode::Opcode;

use crate::labels::{Callback, ErrorKind, MessageKind, Outcome};

const REQUESTS: &str = "websocket_requests_total";
const CONNECTIONS: &str = "websocket_connections";
const CLOSED: &str = "websocket_connections_closed_total";
const MESSAGES_RECEIVED: &str = "websocket_messages_received_total";
const MESSAGES_SENT: &str = "websocket_messages_sent_total";
const BYTES_RECEIVED: &str = "websocket_received_bytes_total";
const BYTES_SENT: &str = "websocket_sent_bytes_total";
const ERRORS: &str = "websocket_errors_total";
const CALLBACK_DURATION: &str = "websocket_callback_duration_seconds";
const QUEUED: &str = "websocket_queued_bytes";

/// Whether anything is counted.
pub(crate) const IS_ON: bool = true;

/// What is counted about the connections of a service.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    path: &'static str,
    routes: &'static [Route],
    connections: Gauge,
    closed: Vec<Counter>,
    received: Flow,
    sent: Flow,
    errors: Vec<Counter>,
    queued: Gauge,
    /// Those that are there, once they have run.
    callbacks: Vec<OnceLock<Histogram>>,
}

/// What goes in one direction.
#[derive(Clone, Debug)]
struct Flow {
    messages: Vec<Counter>,
    bytes: Counter,
}

/// A connection that is open, until it is dropped.
#[derive(Debug)]
pub(crate) struct Open(Gauge);

/// A callback, and when it began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timer {
    callback: Callback,
    since: Instant,
}

/// What the gauge has of the queue of one connection.
#[derive(Debug, Default)]
pub(crate) struct Backlog(usize);

/// Counts a request for a service, or for none, by its answer.
pub(crate) fn count_request(path: Option<&'static str>, status: StatusCode) {
    counter!(REQUESTS, "path" => path.unwrap_or_default(), "status" => status.as_str().to_owned()).increment(1);
}

impl Metrics {
    /// `path` is a template; empty for a client.
    pub(crate) fn new(path: &'static str, routes: &'static [Route]) -> Self {
        describe();
        Self {
            path,
            routes,
            connections: gauge!(CONNECTIONS, "path" => path),
            closed: each(Outcome::ALL, |outcome| counter!(CLOSED, "path" => path, "outcome" => outcome.as_str())),
            received: Flow::new(path, MESSAGES_RECEIVED, BYTES_RECEIVED),
            sent: Flow::new(path, MESSAGES_SENT, BYTES_SENT),
            errors: each(ErrorKind::ALL, |kind| counter!(ERRORS, "path" => path, "kind" => kind.as_str())),
            queued: gauge!(QUEUED, "path" => path),
            callbacks: vec![OnceLock::new(); DISPATCHED + routes.len()],
        }
    }

    /// Counts a connection until what is returned is dropped.
    pub(crate) fn open(&self) -> Open {
        self.connections.increment(1);
        Open(self.connections.clone())
    }

    pub(crate) fn closed(&self, outcome: Outcome) {
        self.closed[outcome as usize].increment(1);
    }

    /// `length` is that of the payload, in bytes.
    #[inline]
    pub(crate) fn received(&self, opcode: Opcode, length: usize) {
        self.received.count(opcode, length);
    }

    /// `length` is that of the payload, in bytes.
    #[inline]
    pub(crate) fn sent(&self, opcode: Opcode, length: usize) {
        self.sent.count(opcode, length);
    }

    pub(crate) fn failed(&self, kind: ErrorKind) {
        self.errors[kind as usize].increment(1);
    }

    /// Takes the time of a callback that has run.
    pub(crate) fn called(&self, timer: Timer) {
        let (index, name) = match timer.callback {
            Callback::Binary => (0, "on_binary_message"),
            Callback::Close => (1, "on_close"),
            Callback::Error => (2, "on_error"),
            Callback::IdleTimeout => (3, "on_idle_timeout"),
            Callback::Open => (4, "on_open"),
            Callback::Ping => (5, "on_ping"),
            Callback::Pong => (6, "on_pong"),
            Callback::Text => (7, "on_text_message"),
            Callback::Dispatched(index) => {
                let (Route::Event(name) | Route::Method(name)) = self.routes[usize::from(index)];
                (DISPATCHED + usize::from(index), name)
            }
        };
        let histogram = self.callbacks[index]
            .get_or_init(|| histogram!(CALLBACK_DURATION, "path" => self.path, "callback" => name));
        histogram.record(timer.since.elapsed());
    }

    /// Brings the gauge up to date with the queue of a connection.
    #[inline]
    pub(crate) fn queued(&self, backlog: &mut Backlog, bytes: usize) {
        if backlog.0 != bytes {
            let before = std::mem::replace(&mut backlog.0, bytes);
            self.queued.increment(as_float(bytes) - as_float(before));
        }
    }
}

impl Flow {
    fn new(path: &'static str, messages: &'static str, bytes: &'static str) -> Self {
        Self {
            messages: each(MessageKind::ALL, |kind| counter!(messages, "path" => path, "kind" => kind.as_str())),
            bytes: counter!(bytes, "path" => path),
        }
    }

    #[inline]
    fn count(&self, opcode: Opcode, length: usize) {
        self.messages[MessageKind::of(opcode) as usize].increment(1);
        self.bytes.increment(length as u64);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}

impl Timer {
    #[inline]
    pub(crate) fn start(callback: Callback) -> Self {
        Self { callback, since: Instant::now() }
    }
}

fn describe() {
    describe_counter!(REQUESTS, Unit::Count, "Requests for services, by their answer; 101 is an upgrade.");
    describe_gauge!(CONNECTIONS, Unit::Count, "Connections that are open.");
    describe_counter!(CLOSED, Unit::Count, "Connections that have ended, by how.");
    describe_counter!(MESSAGES_RECEIVED, Unit::Count, "Messages and control frames that came in.");
    describe_counter!(MESSAGES_SENT, Unit::Count, "Messages and control frames that were queued for sending.");
    describe_counter!(BYTES_RECEIVED, Unit::Bytes, "Payload that came in, decompressed.");
    describe_counter!(BYTES_SENT, Unit::Bytes, "Payload that was queued for sending, before compression.");
    describe_counter!(ERRORS, Unit::Count, "What went wrong on connections, by kind.");
    describe_histogram!(CALLBACK_DURATION, Unit::Seconds, "How long callbacks took, with what they waited for.");
    describe_gauge!(QUEUED, Unit::Bytes, "What waits in outgoing buffers for peers that read slowly.");
}

/// One counter for each label.
fn each<L: Copy>(labels: &[L], count: impl Fn(L) -> Counter) -> Vec<Counter> {
    labels.iter().map(|label| count(*label)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "below 2^53, a queue is exact")]
fn as_float(bytes: usize) -> f64 {
    bytes as f64
}

/// Where the dispatched methods begin among the callbacks.
const DISPATCHED: usize = 8;
