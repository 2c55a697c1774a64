//! A connection over a transport that fails at every byte, one after another: what a transport may do changes nothing, and when it
//! breaks, the service hears of it exactly once.

use std::sync::Arc;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tests::{
    faulty::{Event, Fault, Transport},
    raw::{BINARY, CLOSE, FIN, Frame, LAST, MIDDLE, PING, PONG, TEXT, close_payload, frame, handshake},
    server::{Journal, LastWill, journal},
    within,
};
use tokio::{runtime::Handle, task::yield_now};
use websocket::{Caller, CloseCode, Message, Prepared, Router};

/// Answers every message with itself, and notes what happens.
struct Talker {
    is_waiting: bool,
    journal: Journal,
    _last_will: LastWill,
}

#[websocket::service(path = "/<pace>", state = Journal, max_frame_size = 200_000)]
impl Talker {
    #[upgrade]
    fn accept(pace: String, journal: &Journal) -> Self {
        Self { is_waiting: pace == "waiting", journal: journal.clone(), _last_will: journal.last_will() }
    }

    async fn may_wait(&self) {
        if self.is_waiting {
            yield_now().await;
        }
    }

    #[remote]
    async fn on_open(&mut self) {
        self.journal.note("open");
        self.may_wait().await;
    }

    #[remote]
    async fn on_message(&mut self, caller: &Caller, message: Message) -> Message {
        self.may_wait().await;
        if message.as_text() == Some("broadcast") {
            let large = Prepared::binary(noise(40_000));
            for message in [&large, &Prepared::text("small"), &large] {
                // A connection that broke is heard of elsewhere.
                let _ = caller.write_prepared(message).await;
            }
        }
        self.journal.note(match &message {
            Message::Text(text) => format!("text {text}"),
            Message::Binary(data) => format!("{} bytes", data.len()),
        });
        message
    }

    #[remote]
    async fn on_close(&mut self, status: CloseCode, reason: &str) {
        self.may_wait().await;
        self.journal.note(format!("close {} {reason}", status.as_u16()));
    }
}

/// What a client sends.
struct Script {
    name: &'static str,
    bytes: Arc<[u8]>,
    /// The length of the upgrade request.
    request: usize,
    /// It is too long to fail at each of its bytes.
    is_long: bool,
}

/// What comes of it.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// `None`: there is no whole response.
    frames: Option<Vec<Frame>>,
    /// The beginning of another frame.
    rest: Vec<u8>,
    log: Vec<String>,
    written: usize,
}

impl Script {
    fn new(name: &'static str, more: &str, frames: &[Vec<u8>]) -> Self {
        let request = handshake(&format!("/{name}"), more);
        let bytes: Arc<[u8]> = [request.as_bytes(), &frames.concat()].concat().into();
        let is_long = bytes.len() > 10_000;
        Self { name, bytes, request: request.len(), is_long }
    }

    /// Something of everything.
    fn everyday(name: &'static str) -> Self {
        let message = b"compressed ".repeat(9);
        let mut compressed = Vec::with_capacity(200);
        let mut compress = Compress::new(Compression::default(), false);
        compress.compress_vec(&message, &mut compressed, FlushCompress::Sync).expect("it has room");
        compressed.truncate(compressed.len() - 4);
        Self::new(
            name,
            EXTENSION,
            &[
                frame(TEXT, "hello"),
                frame(BINARY, [7; 130]),
                frame(TEXT & !FIN, "frag"),
                frame(PING, "ping"),
                frame(MIDDLE, "me\u{e4}".as_bytes().split_last().expect("it is not empty").1),
                frame(LAST, [0xA4, b'!']),
                frame(TEXT | RSV1, compressed),
                frame(PONG, ""),
                frame(TEXT, "one"),
                frame(TEXT, "two"),
                frame(PING, ""),
                frame(BINARY, ""),
                frame(CLOSE, close_payload(4000, "bye")),
            ],
        )
    }

    /// Messages that are larger than every buffer, between small ones.
    fn long(name: &'static str) -> Self {
        Self::new(
            name,
            "",
            &[
                frame(TEXT, "first"),
                frame(BINARY, noise(100 * 1024)),
                frame(TEXT, "broadcast"),
                frame(TEXT, "last"),
                frame(CLOSE, close_payload(1000, "")),
            ],
        )
    }

    fn all() -> [Self; 4] {
        [Self::everyday("prompt"), Self::everyday("waiting"), Self::long("prompt"), Self::long("waiting")]
    }

    /// Every byte of a direction of `length` bytes. Of a long one only some: the handshake has been looked at with the short ones, and
    /// what matters of a long payload is where it begins and ends.
    fn boundaries(&self, length: usize) -> impl Iterator<Item = usize> + use<> {
        let is_long = self.is_long;
        (0..=length).filter(move |at| !is_long || (150..300).contains(at) || *at + 60 > length || at % 4099 == 0)
    }

    async fn runs(&self, reading: Fault, writing: Fault) -> Outcome {
        let (journal, mut entries) = journal();
        let router = Router::builder().service_with::<Talker>(journal).build().expect("the router is built");
        let (transport, record, end) = Transport::new(self.bytes.clone(), self.request, reading, writing);
        let service = TowerToHyperService::new(router);
        let serving = http1::Builder::new().serve_connection(TokioIo::new(transport), service).with_upgrades();
        let what = format!("the end of {}, {reading:?}, {writing:?}", self.name);
        drop(within(&what, serving).await); // whether HTTP failed is seen in what was written
        within(&what, end).await.expect_err("nothing is sent");
        within(&what, async {
            while Handle::current().metrics().num_alive_tasks() > 0 {
                yield_now().await;
            }
        })
        .await;
        let (frames, rest) = record.frames().unzip();
        let log = std::iter::from_fn(|| entries.try_next()).collect();
        Outcome { frames, rest: rest.unwrap_or_default(), log, written: record.len() }
    }

    /// The outcome without any fault.
    async fn expected(&self) -> Outcome {
        self.runs(Fault::None, Fault::None).await
    }
}

impl Outcome {
    /// While a callback waits, a pong may overtake an answer.
    fn pongs_last(mut self) -> Self {
        if let Some(frames) = &mut self.frames {
            frames.sort_by_key(|frame| frame.first == PONG);
        }
        self
    }

    /// Checks what is left of a conversation that broke.
    fn is_the_beginning_of(&self, expected: &Self, what: &str) {
        let Some((last, log)) = self.log.split_last() else {
            assert_eq!(self.frames.iter().flatten().count(), 0, "{what}: frames without a service");
            return;
        };
        assert_eq!(last, "dropped", "{what}: {:?}", self.log);
        let Some((last, log)) = log.split_last() else {
            assert_eq!(self.frames.iter().flatten().count(), 0, "{what}: frames without a callback");
            return;
        };
        assert!(last == "close 1006 " || *self.log == *expected.log, "{what}: {:?}", self.log);
        assert_eq!(log, &expected.log[..log.len()], "{what}");
        assert!(log.iter().all(|entry| !entry.starts_with("close")), "{what}: {log:?}");
        // Nothing that nobody asked for, nothing twice. The last frame may be a close frame of our own.
        let is_data = |frame: &&Frame| frame.first != PONG && frame.first != CLOSE;
        let frames: Vec<_> = self.frames.iter().flatten().filter(is_data).collect();
        let expected: Vec<_> = expected.frames.iter().flatten().filter(is_data).collect();
        assert_eq!(frames, expected[..frames.len()], "{what}");
    }
}

async fn changes_nothing(faults: impl Fn(&Script, &Outcome) -> Vec<(Fault, Fault)>) {
    for script in Script::all() {
        let expected = script.expected().await.pongs_last();
        for (reading, writing) in faults(&script, &expected) {
            let outcome = script.runs(reading, writing).await.pongs_last();
            assert_eq!(outcome.log, expected.log, "{} {reading:?} {writing:?}", script.name);
            assert!(outcome == expected, "{} {reading:?} {writing:?}: other frames", script.name);
        }
    }
}

async fn breaks_once(faults: impl Fn(&Script, &Outcome) -> Vec<(Fault, Fault)>) {
    for script in Script::all() {
        let expected = script.expected().await;
        for (reading, writing) in faults(&script, &expected) {
            let outcome = script.runs(reading, writing).await;
            outcome.is_the_beginning_of(&expected, &format!("{} {reading:?} {writing:?}", script.name));
        }
    }
}

fn at_every_byte_read(script: &Script, event: Event) -> Vec<(Fault, Fault)> {
    script.boundaries(script.bytes.len()).map(|at| (Fault::At(at, event), Fault::None)).collect()
}

fn at_every_byte_written(script: &Script, expected: &Outcome, event: Event) -> Vec<(Fault, Fault)> {
    script.boundaries(expected.written).map(|at| (Fault::None, Fault::At(at, event))).collect()
}

#[tokio::test(start_paused = true)]
async fn without_a_fault_the_conversation_is_as_it_is_meant() {
    for name in ["prompt", "waiting"] {
        let outcome = Script::everyday(name).expected().await.pongs_last();
        let compressed = format!("text {}", "compressed ".repeat(9));
        let log = [
            "open",
            "text hello",
            "130 bytes",
            "text fragmeä!",
            &compressed,
            "text one",
            "text two",
            "0 bytes",
            "close 4000 bye",
            "dropped",
        ];
        assert_eq!(outcome.log, log);
        let mut frames = outcome.frames.expect("there is a response").into_iter();
        assert!(outcome.rest.is_empty());
        for expected in
            ["hello".as_bytes(), &[7; 130], "fragmeä!".as_bytes(), &b"compressed ".repeat(9), b"one", b"two", b""]
        {
            assert_eq!(payload(frames.next()), expected);
        }
        assert_eq!(frames.next(), Some(Frame { first: CLOSE, payload: close_payload(4000, "") }));
        assert_eq!(frames.next(), Some(Frame { first: PONG, payload: b"ping".to_vec() }));
        assert_eq!(frames.next(), Some(Frame { first: PONG, payload: Vec::new() }));
        assert_eq!(frames.next(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_short_read_at_any_byte_changes_nothing() {
    changes_nothing(|script, _| at_every_byte_read(script, Event::Cut)).await;
}

#[tokio::test(start_paused = true)]
async fn a_read_that_is_not_ready_at_any_byte_changes_nothing() {
    changes_nothing(|script, _| at_every_byte_read(script, Event::Pending)).await;
}

#[tokio::test(start_paused = true)]
async fn a_read_that_is_ready_later_at_any_byte_changes_nothing() {
    changes_nothing(|script, _| at_every_byte_read(script, Event::PendingLonger)).await;
}

#[tokio::test(start_paused = true)]
async fn a_short_write_at_any_byte_changes_nothing() {
    changes_nothing(|script, expected| at_every_byte_written(script, expected, Event::Cut)).await;
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_not_ready_at_any_byte_changes_nothing() {
    changes_nothing(|script, expected| at_every_byte_written(script, expected, Event::Pending)).await;
}

#[tokio::test(start_paused = true)]
async fn a_write_that_is_ready_later_at_any_byte_changes_nothing() {
    changes_nothing(|script, expected| at_every_byte_written(script, expected, Event::PendingLonger)).await;
}

#[tokio::test(start_paused = true)]
async fn byte_by_byte_nothing_changes() {
    use Fault::{Bytewise, BytewisePending, None};
    changes_nothing(|_, _| vec![(Bytewise, None), (None, Bytewise), (BytewisePending, BytewisePending)]).await;
}

#[tokio::test(start_paused = true)]
async fn a_read_that_breaks_at_any_byte_ends_the_connection_once() {
    breaks_once(|script, _| at_every_byte_read(script, Event::Error)).await;
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_stream_at_any_byte_ends_the_connection_once() {
    breaks_once(|script, _| at_every_byte_read(script, Event::End)).await;
}

#[tokio::test(start_paused = true)]
async fn a_write_that_breaks_at_any_byte_ends_the_connection_once() {
    breaks_once(|script, expected| at_every_byte_written(script, expected, Event::Error)).await;
}

#[tokio::test(start_paused = true)]
async fn a_transport_that_takes_no_more_at_any_byte_ends_the_connection_once() {
    breaks_once(|script, expected| at_every_byte_written(script, expected, Event::End)).await;
}

/// Bytes that cannot be compressed.
fn noise(length: usize) -> Vec<u8> {
    (0_u32..).flat_map(|index| index.wrapping_mul(2_654_435_761).to_le_bytes()).take(length).collect()
}

/// What a data frame says, decompressed if need be.
fn payload(frame: Option<Frame>) -> Vec<u8> {
    let Frame { first, payload } = frame.expect("another frame comes");
    if first & RSV1 == 0 {
        return payload;
    }
    let mut message = Vec::with_capacity(1000);
    let compressed = [&payload[..], &[0, 0, 0xFF, 0xFF]].concat();
    let mut decompress = Decompress::new(false);
    decompress.decompress_vec(&compressed, &mut message, FlushDecompress::Sync).expect("it is compressed");
    message
}

const RSV1: u8 = 0x40;
const EXTENSION: &str = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
