//! A message for many receivers is what it would have been for each of them, and is made once.

use flate2::{Decompress, FlushDecompress};
use tests::raw::{BINARY, Frame, LAST, MIDDLE, RawClient, TEXT, handshake};
use tests::server::serve;
use tests::within;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use websocket::{Caller, Compression, Error, Listener, Message, Prepared};

/// RSV1: the message is compressed.
const COMPRESSED: u8 = 0x40;
const SMALL: usize = 30_000;
const LARGE: usize = 100_000;

/// Services that give their callers to the test.
macro_rules! services {
    ($($name:ident($($arguments:tt)*))*) => {$(
        struct $name(UnboundedSender<Caller>);

        #[websocket::service(state = UnboundedSender<Caller>, $($arguments)*)]
        impl $name {
            #[upgrade]
            fn accept(callers: &UnboundedSender<Caller>) -> Self {
                Self(callers.clone())
            }

            #[remote]
            fn on_open(&mut self, caller: &Caller) {
                self.0.send(caller.clone()).expect("the test waits");
            }

            #[remote]
            fn on_text_message(&mut self, text: String) -> Prepared {
                Prepared::text(text)
            }
        }
    )*};
}

services! {
    Whole(path = "/whole", max_frame_size = LARGE)
    Small(path = "/small", max_frame_size = SMALL)
    Dedicated(path = "/dedicated", max_frame_size = LARGE, compression = Compression::dedicated())
    Hard(path = "/hard", max_frame_size = LARGE, compression = Compression::shared().level(9))
}

struct Server {
    address: std::net::SocketAddr,
    sender: UnboundedSender<Caller>,
    callers: UnboundedReceiver<Caller>,
}

impl Server {
    async fn start() -> Self {
        let (sender, callers) = unbounded_channel();
        let listener = Listener::new(0)
            .service_with::<Whole>(sender.clone())
            .service_with::<Small>(sender.clone())
            .service_with::<Dedicated>(sender.clone())
            .service_with::<Hard>(sender.clone());
        Self { address: serve(listener).await, sender, callers }
    }

    async fn connect(&mut self, path: &str, compresses: bool) -> (RawClient, Caller) {
        self.upgrade(RawClient::connect(self.address).await, path, compresses).await
    }

    async fn upgrade(&mut self, mut client: RawClient, path: &str, compresses: bool) -> (RawClient, Caller) {
        let offer = if compresses { "Sec-WebSocket-Extensions: permessage-deflate\r\n" } else { "" };
        client.send(handshake(path, offer)).await;
        let response = client.response().await;
        assert_eq!((response.status, response.header("sec-websocket-extensions").is_some()), (101, compresses));
        let caller = within("the caller", self.callers.recv()).await.expect("the server lives");
        assert!(!self.sender.is_closed());
        (client, caller)
    }
}

async fn frame(client: &mut RawClient) -> Frame {
    client.frame().await.expect("the connection is open")
}

fn inflate(decompress: &mut Decompress, message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(2 * LARGE);
    let whole = [message, &[0x00, 0x00, 0xFF, 0xFF]].concat();
    decompress.decompress_vec(&whole, &mut out, FlushDecompress::Sync).expect("it is deflated");
    out
}

/// A text that becomes shorter by compression, but not much.
fn text(length: usize) -> String {
    (0_u32..)
        .map(|number| char::from(b'a' + (number.wrapping_mul(number) >> 3).to_le_bytes()[0] % 16))
        .take(length)
        .collect()
}

#[tokio::test]
async fn every_receiver_gets_what_it_has_negotiated() {
    let mut server = Server::start().await;
    let (mut plain, plain_caller) = server.connect("/whole", false).await;
    let (mut small, small_caller) = server.connect("/small", false).await;
    let (mut shared, shared_caller) = server.connect("/whole", true).await;
    let (mut dedicated, dedicated_caller) = server.connect("/dedicated", true).await;
    let (mut hard, hard_caller) = server.connect("/hard", true).await;
    let mut context = Decompress::new(false);
    for length in [0, 10, 1000, SMALL, SMALL + 1, LARGE] {
        let text = text(length);
        let message = Prepared::text(text.clone());
        for caller in [&plain_caller, &small_caller, &shared_caller, &dedicated_caller, &hard_caller] {
            caller.write_prepared(&message).await.expect("it is open");
        }
        plain.expects(TEXT, &text).await;

        let mut fragments = text.as_bytes().chunks(SMALL);
        match fragments.len() {
            0 | 1 => small.expects(TEXT, &text).await,
            count => {
                small.expects(TEXT & !LAST, fragments.next().expect("there are two")).await;
                for _ in 2..count {
                    small.expects(MIDDLE, fragments.next().expect("there are more")).await;
                }
                small.expects(LAST, fragments.next().expect("there is a last")).await;
            }
        }

        let first = if length < 128 { TEXT } else { TEXT | COMPRESSED };
        let sizes = [&mut shared, &mut hard].map(|client| async {
            let received = frame(client).await;
            assert_eq!(received.first, first, "{length}");
            if first == TEXT {
                assert_eq!(received.payload, text.as_bytes());
            } else {
                assert!(inflate(&mut Decompress::new(false), &received.payload) == text.as_bytes(), "{length}");
            }
            received.payload.len()
        });
        let [size, hard_size] = sizes;
        let (size, hard_size) = (size.await, hard_size.await);
        assert!(hard_size < size || length <= 1000, "level 9 is smaller: {hard_size}, {size}");

        let received = frame(&mut dedicated).await;
        assert_eq!(received.first, first);
        if first != TEXT {
            assert!(inflate(&mut context, &received.payload) == text.as_bytes(), "{length}");
        }
    }
}

#[tokio::test]
async fn bytes_and_values_are_prepared_too_and_a_callback_may_return_them() {
    let mut server = Server::start().await;
    let (mut client, caller) = server.connect("/whole", false).await;
    let table = [
        (Prepared::binary(vec![0, 1, 2]), BINARY, &[0, 1, 2][..]),
        (Prepared::json(&[1, 2]).expect("it is JSON"), TEXT, b"[1,2]"),
        (Prepared::from(Message::text("hello")), TEXT, b"hello"),
    ];
    for (message, first, payload) in table {
        assert_eq!(message.message().as_bytes(), payload);
        caller.try_write_prepared(&message).expect("there is room");
        caller.write_prepared(&message.clone()).await.expect("there is room");
        client.expects(first, payload).await;
        client.expects(first, payload).await;
    }
    client.send_frame(TEXT, "returned").await;
    client.expects(TEXT, "returned").await;
    drop(client);
    within("the end", caller.closed()).await;
    assert!(matches!(caller.write_prepared(&Prepared::text("x")).await, Err(Error::Closed)));
}

/// Whoever does not read holds the one copy that all share, and gets it whole, in its place among other messages.
#[tokio::test]
async fn a_slow_receiver_gets_large_messages_whole_and_in_order() {
    let mut server = Server::start().await;
    let payload = vec![7; LARGE];
    let message = Prepared::binary(payload.clone());
    let client = RawClient::connect_with_little_room(server.address).await;
    let (mut client, caller) = server.upgrade(client, "/whole", false).await;
    let mut count = 0;
    while caller.try_write_prepared(&message).is_ok() {
        caller.try_write_text(count.to_string()).ok();
        count += 1;
        assert!(count < 10_000, "there is no end to what is buffered");
    }
    let rest = tokio::spawn({
        let (caller, message) = (caller.clone(), message.clone());
        async move {
            for number in 0..10 {
                caller.write_text(format!("late {number}")).await?;
                caller.write_prepared(&message).await?;
            }
            Ok::<_, Error>(())
        }
    });
    let mut texts = Vec::new();
    while texts.last().is_none_or(|text| text != "late 9") {
        let frame = frame(&mut client).await;
        match frame.first {
            BINARY => assert!(frame.payload == payload, "a message is not whole"),
            _ => texts.push(String::from_utf8(frame.payload).expect("it is text")),
        }
    }
    client.expects(BINARY, payload).await;
    within("the writer", rest).await.expect("no panic").expect("it is open");
    let early = texts.len() - 10;
    assert!(early == count || early + 1 == count, "{early} of {count}");
    assert!(texts[..early].iter().enumerate().all(|(number, text)| *text == number.to_string()), "{texts:?}");
}
