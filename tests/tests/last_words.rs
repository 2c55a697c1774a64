//! What the error callbacks may still do at the end of a connection, and what is lost there without harm.

#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::unused_async,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::net::SocketAddr;

use futures_util::stream;
use tests::{
    raw::{BINARY, CLOSE, FIN, PING, RawClient, TEXT, close_payload, frame, header},
    server::{Entries, Journal, journal, serve},
};
use websocket::{Bytes, Caller, CloseCode, CloseFrame, Error, Listener, Stream};

/// Makes a service that notes its end, with these other callbacks.
macro_rules! noting {
    ($($service:ident at $path:literal $(, idle after $idle:literal)? { $($callbacks:tt)* })*) => {
        $(
            struct $service(Journal);

            #[websocket::service(path = $path, state = Journal, max_frame_size = 1000 $(, idle_timeout = $idle)?)]
            impl $service {
                #[upgrade]
                fn accept(journal: &Journal) -> Self {
                    Self(journal.clone())
                }

                $($callbacks)*

                #[remote]
                async fn on_close(&mut self, caller: &Caller, status: CloseCode) -> Result<(), Error> {
                    assert!(!caller.is_open());
                    self.0.note(format!("on_close: {}", status.as_u16()));
                    caller.write_text("nobody hears this").await
                }
            }
        )*

        fn with_noting(listener: Listener, journal: &Journal) -> Listener {
            listener$(.service_with::<$service>(journal.clone()))*
        }
    };
}

noting! {
    Answering at "/answering" {
        #[remote]
        fn on_error(&mut self, error: &Error) -> String {
            self.0.note(format!("on_error: {}", matches!(error, Error::Protocol(_))));
            "too late".to_owned()
        }
    }

    Closing at "/closing" {
        #[remote]
        fn on_error(&mut self, _error: &Error) -> CloseFrame {
            self.0.note("on_error");
            CloseFrame::policy_violation("too late")
        }
    }

    Streaming at "/streaming" {
        #[remote]
        fn on_error(&mut self, _error: &Error) -> impl Stream<Item = &'static str> + use<> {
            self.0.note("on_error");
            stream::repeat("too late")
        }
    }

    Failing at "/failing" {
        #[remote]
        async fn on_error(&mut self, caller: &Caller, error: &Error) -> Result<(), Error> {
            self.0.note(format!("on_error: {}", if let Error::Closed = error { "closed" } else { "" }));
            caller.write_text("too late").await
        }
    }

    Bare at "/bare" {}

    Refusing at "/refusing" {
        #[remote]
        fn on_open(&mut self) -> CloseFrame {
            CloseFrame::policy_violation("not today")
        }

        #[remote]
        fn on_message(&mut self, _data: &[u8]) {
            self.0.note("on_message");
        }
    }

    RefusingInError at "/refusing/in_error" {
        #[remote]
        fn on_open(&mut self) -> Result<(), String> {
            Err("not today".to_owned())
        }

        #[remote]
        fn on_message(&mut self, _data: &[u8]) {
            self.0.note("on_message");
        }

        #[remote]
        fn on_error(&mut self, error: &Error) -> CloseFrame {
            CloseFrame::policy_violation(error.to_string())
        }
    }

    WritingLate at "/writing_late" {
        #[remote]
        async fn on_message(&mut self, caller: &Caller, _data: &[u8]) -> Result<String, Error> {
            drop(caller.close(CloseFrame::normal()).await);
            caller.write_text("late").await?;
            Ok("later".to_owned())
        }

        #[remote]
        fn on_error(&mut self, error: &Error) -> String {
            self.0.note(format!("on_error: {error}"));
            "much later".to_owned()
        }
    }

    LongPong at "/long_pong" {
        #[remote]
        fn on_ping(&mut self, data: Bytes) -> Vec<u8> {
            [data.as_ref(), b"!"].concat()
        }
    }

    LongPongHandled at "/long_pong/handled" {
        #[remote]
        fn on_ping(&mut self, data: Bytes) -> Vec<u8> {
            [data.as_ref(), b"!"].concat()
        }

        #[remote]
        fn on_error(&mut self, error: &Error) -> String {
            error.to_string()
        }
    }

    IdleFailing at "/idle_failing", idle after 0.02 {
        #[remote]
        fn on_idle_timeout(&mut self) -> Result<(), &'static str> {
            Err("nothing happens")
        }
    }

    IdleClosing at "/idle_closing", idle after 0.02 {
        #[remote]
        fn on_idle_timeout(&mut self) -> Option<CloseFrame> {
            Some(CloseFrame::policy_violation("nothing happens"))
        }
    }

    PongFailing at "/pong_failing" {
        #[remote]
        fn on_pong(&mut self, _data: &[u8]) -> Result<(), String> {
            Err("a pong".to_owned())
        }
    }
}

async fn start() -> (SocketAddr, Entries) {
    let (journal, entries) = journal();
    (serve(with_noting(Listener::new(0), &journal)).await, entries)
}

fn mistakes() -> [(Vec<u8>, u16); 4] {
    [
        (frame(TEXT | 0x40, ""), 1002),
        (frame(FIN, ""), 1002),
        (header(BINARY, 1001), 1009),
        (frame(TEXT, b"\xc3("), 1007),
    ]
}

#[tokio::test]
async fn what_on_error_answers_to_a_mistake_on_the_wire_is_lost_and_on_close_runs() {
    let services = [
        ("/answering", "on_error: true"),
        ("/closing", "on_error"),
        ("/streaming", "on_error"),
        ("/failing", "on_error: "),
    ];
    for (path, told) in services {
        for (mistake, code) in mistakes() {
            println!("{path} {code}");
            let (address, mut entries) = start().await;
            let mut client = RawClient::upgrade(address, path).await;
            client.send([mistake, frame(BINARY, "too late")].concat()).await;
            client.is_closed_with(code).await;
            assert_eq!(entries.next().await, told);
            let entry = entries.next().await;
            assert!(entry.starts_with("on_close: "), "{entry}");
        }
    }
}

#[tokio::test]
async fn without_on_error_a_mistake_on_the_wire_goes_to_on_close() {
    for (mistake, code) in mistakes() {
        let (address, mut entries) = start().await;
        let mut client = RawClient::upgrade(address, "/bare").await;
        client.send(mistake).await;
        client.is_closed_with(code).await;
        let entry = entries.next().await;
        assert!(entry.starts_with("on_close: "), "{entry}");
    }
}

#[tokio::test]
async fn an_error_of_on_close_goes_to_on_error() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/failing").await;
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    client.is_closed_with(1000).await;
    entries.expect(&["on_close: 1000", "on_error: closed"]).await;
}

#[tokio::test]
async fn a_close_frame_from_on_open_keeps_every_message_away() {
    for path in ["/refusing", "/refusing/in_error"] {
        let (address, mut entries) = start().await;
        let mut client = RawClient::connect(address).await;
        let early = [tests::raw::handshake(path, "").into_bytes(), frame(TEXT, "early"), frame(BINARY, "early")];
        client.send(early.concat()).await;
        assert_eq!(client.response().await.status, 101);
        assert_eq!(client.closing().await, (1008, "not today".to_owned()));
        client.send_frame(CLOSE, close_payload(1008, "")).await;
        client.ends().await;
        entries.expect(&["on_close: 1008"]).await;
    }
}

#[tokio::test]
async fn a_write_behind_the_close_frame_is_an_error_of_its_callback() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/writing_late").await;
    client.send_frame(TEXT, "x").await;
    assert_eq!(client.closing().await, (1000, String::new()));
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    client.ends().await;
    entries.expect(&["on_error: connection is closed", "on_close: 1000"]).await;
}

#[tokio::test]
async fn a_pong_over_125_bytes_is_an_error_of_its_callback() {
    let (address, mut entries) = start().await;
    let mut client = RawClient::upgrade(address, "/long_pong/handled").await;
    client.send_frame(PING, [b'x'; 125]).await;
    client.expects(TEXT, "payload of a control frame has 126 bytes, the limit is 125").await;
    client.send_frame(PING, "fits").await;
    client.expects(tests::raw::PONG, "fits!").await;

    let mut client = RawClient::upgrade(address, "/long_pong").await;
    client.send_frame(PING, [b'x'; 125]).await;
    assert_eq!(client.closing().await, (1011, String::new()));
    client.send_frame(CLOSE, close_payload(1011, "")).await;
    client.ends().await;
    entries.expect(&["on_close: 1011"]).await;
}

#[tokio::test]
async fn every_callback_may_fail_or_close_when_nothing_happens() {
    for (path, bytes, code, reason) in [
        ("/idle_failing", Vec::new(), 1011, ""),
        ("/idle_closing", Vec::new(), 1008, "nothing happens"),
        ("/pong_failing", frame(tests::raw::PONG, ""), 1011, ""),
    ] {
        let (address, mut entries) = start().await;
        let mut client = RawClient::upgrade(address, path).await;
        client.send(bytes).await;
        assert_eq!(client.closing().await, (code, reason.to_owned()), "{path}");
        client.send_frame(CLOSE, close_payload(code, "")).await;
        client.ends().await;
        entries.expect(&[&format!("on_close: {code}")]).await;
    }
}
