//! What our client asks a server for, and which answers it does not take.

use std::io;
use std::time::Duration;

use tests::raw::TEXT;
use tests::raw_server::{RawPeer, RawServer, frame};
use tests::{ForeignServer, within};
use tokio::net::TcpListener;
use tokio::time::Instant;
use websocket::{Client, ClientBuilder, Compression, ConfigError, ConnectError, Error, Message, ResponseError, Result};

/// Makes a builder for a url.
type Configure = fn(String) -> ClientBuilder;

/// Connects to a server that answers with `response`, whatever is asked.
async fn connect_to(builder: impl FnOnce(String) -> ClientBuilder, response: impl FnOnce(&RawPeer) -> String) -> Error {
    let server = RawServer::bind().await;
    let answering = async {
        let mut peer = server.accept().await;
        let response = response(&peer);
        peer.send(response).await;
        peer.ends().await; // the client does not keep a connection that it cannot use
    };
    let (connected, ()) = tokio::join!(within("the answer", builder(server.url("/")).connect()), answering);
    connected.expect_err("the answer is wrong")
}

/// What is wrong with a 101 that has these lines beside `Connection` and `Upgrade`.
async fn refusal(builder: impl FnOnce(String) -> ClientBuilder, more: &str) -> ResponseError {
    match connect_to(builder, |peer| peer.switching_protocols(more)).await {
        Error::Connect(ConnectError::Response(error)) => error,
        error => panic!("{more}: {error:?}"),
    }
}

#[tokio::test]
async fn the_request_is_what_the_rfc_asks_for() {
    let server = RawServer::bind().await;
    let mut keys = Vec::new();
    for _ in 0..2 {
        let builder = Client::builder(server.url("/a%20b/c?x=1&y=%2F"))
            .subprotocols(["chat.v2", "chat"])
            .header("x-first", "1")
            .header("authorization", "Bearer 0123")
            .header("x-first", "2");
        let (client, peer) = tokio::join!(builder.connect(), server.upgrade("Sec-WebSocket-Protocol: chat\r\n"));
        assert_eq!(client.expect("the answer is right").subprotocol().as_deref(), Some("chat"));
        assert_eq!(peer.request_line(), "GET /a%20b/c?x=1&y=%2F HTTP/1.1");
        assert_eq!(peer.headers("host"), [server.address().to_string()]);
        assert_eq!(peer.headers("connection"), ["Upgrade"]);
        assert_eq!(peer.headers("upgrade"), ["websocket"]);
        assert_eq!(peer.headers("sec-websocket-version"), ["13"]);
        assert_eq!(peer.headers("sec-websocket-protocol"), ["chat.v2, chat"]);
        assert_eq!(peer.headers("authorization"), ["Bearer 0123"]);
        assert_eq!(peer.headers("x-first"), ["1", "2"]);
        let offer =
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover; client_max_window_bits";
        assert_eq!(peer.headers("sec-websocket-extensions"), [offer]);
        keys.push(peer.headers("sec-websocket-key").concat());
    }
    assert_eq!(keys.iter().map(String::len).collect::<Vec<_>>(), [24, 24]);
    assert_ne!(keys[0], keys[1], "a key is used once");
}

#[tokio::test]
async fn what_is_not_wanted_is_not_asked_for() {
    let server = RawServer::bind().await;
    let builder = Client::builder(server.url("")).compression(Compression::off()).header("host", "example.com:81");
    let (client, peer) = tokio::join!(builder.connect(), server.upgrade(""));
    assert_eq!(client.expect("the answer is right").subprotocol(), None);
    assert_eq!(peer.request_line(), "GET / HTTP/1.1");
    assert_eq!(peer.headers("host"), ["example.com:81"]);
    for name in ["sec-websocket-extensions", "sec-websocket-protocol", "origin"] {
        assert!(peer.headers(name).is_empty(), "{name}");
    }
}

#[tokio::test]
async fn what_comes_behind_the_answer_is_read() {
    let server = RawServer::bind().await;
    let answering = async {
        let mut peer = server.accept().await;
        let response = peer.switching_protocols("");
        peer.send([response.as_bytes(), &frame(TEXT, "hello"), &frame(TEXT, "again")[..3]].concat()).await;
        peer.send(&frame(TEXT, "again")[3..]).await;
        peer
    };
    let (client, _peer) = tokio::join!(Client::connect(server.url("/")), answering);
    let client = client.expect("the answer is right");
    for expected in ["hello", "again"] {
        let message = within("a message", client.read()).await.expect("the connection is not broken");
        assert_eq!(message, Some(Message::text(expected)));
    }
}

#[tokio::test]
async fn ipv6_is_connected_to() {
    let Ok(listener) = TcpListener::bind("[::1]:0").await else {
        return; // there is no IPv6 on this machine
    };
    let url = format!("ws://[::1]:{}/", listener.local_addr().expect("it listens").port());
    let connecting = Client::builder(url).handshake_timeout(Duration::ZERO).connect();
    let (client, ()) = tokio::join!(connecting, async { drop(listener.accept().await) });
    let error = client.expect_err("the server says nothing");
    assert!(
        matches!(&error, Error::Connect(ConnectError::Io { address, .. }) if address.starts_with("[::1]:")),
        "{error:?}"
    );
}

/// The head of a response that accepts is there as it came, also what the handshake has looked at.
#[tokio::test]
async fn an_acceptance_tells_its_headers() {
    let server = RawServer::bind().await;
    let extension = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    let more = format!("Sec-WebSocket-Extensions: {extension}\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
    let (client, peer) = tokio::join!(Client::connect(server.url("/")), server.upgrade(&more));
    let client = client.expect("the answer is right");
    let response = client.response();
    let headers = response.headers();
    let values = |name| headers.get_all(name).iter().collect::<Vec<_>>();
    assert_eq!(client.response().status(), 101);
    assert_eq!(values("sec-websocket-extensions"), [extension]);
    assert_eq!(values("sec-websocket-accept"), [&*peer.accept_key()]);
    assert_eq!(values("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(headers.len(), 6);
}

#[tokio::test]
async fn a_refusal_tells_its_status_its_headers_and_whether_it_may_pass() {
    let final_ones = [200, 301, 302, 307, 400, 401, 403, 404, 405, 407, 410, 426, 500, 501, 505];
    let transient = [429, 502, 503, 504];
    let statuses = final_ones.map(|status| (status, false)).into_iter().chain(transient.map(|status| (status, true)));
    for (status, is_transient) in statuses {
        let response = format!(
            "HTTP/1.1 {status} Some Reason\r\nX-Reason: because\r\nLocation: /elsewhere\r\nContent-Length: 4\r\n\r\nbody"
        );
        let error = connect_to(Client::builder, |_| response).await;
        let text = error.to_string();
        assert!(text.starts_with(&format!("server refused the connection with status {status} ")), "{text}");
        let Error::Connect(error) = error else { panic!("{error:?}") };
        assert_eq!(error.is_transient(), is_transient, "{status}");
        let ConnectError::Refused { response } = error else { panic!("{error:?}") };
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["x-reason"], "because");
    }
}

#[tokio::test]
async fn foreign_servers_refuse() {
    let servers = [ForeignServer::node_ws().await, ForeignServer::python_websockets().await];
    for status in [301, 400, 401, 403, 404, 407, 429, 500, 502, 503, 504] {
        for server in &servers {
            let connecting = Client::connect(format!("{}refuse/{status}", server.url()));
            let Err(Error::Connect(error)) = within("the refusal", connecting).await else { panic!("{status}") };
            assert_eq!(error.is_transient(), matches!(status, 429 | 502 | 503 | 504), "{status}");
            // The redirect is not followed.
            let ConnectError::Refused { response } = error else { panic!("{error:?}") };
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()["x-reason"], "because");
        }
    }
}

#[tokio::test]
async fn foreign_servers_choose_no_subprotocol_of_these() {
    let [node, python] = [ForeignServer::node_ws().await, ForeignServer::python_websockets().await];
    let connect = |server: &ForeignServer| Client::builder(server.url()).subprotocols(["other"]).connect();
    // `ws` goes on without one, `websockets` does not.
    let client = within("the connection", connect(&node)).await.expect("the server accepts");
    assert_eq!(client.subprotocol(), None);
    let Err(Error::Connect(error)) = within("the refusal", connect(&python)).await else { panic!("it is refused") };
    assert!(matches!(&error, ConnectError::Refused { response } if response.status() == 400), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_breaks_the_rules_fails_the_connection() {
    let table = [
        ("Connection: close\r\nUpgrade: websocket\r\n", ResponseError::Connection),
        ("Connection: Upgrade\r\nUpgrade: h2c\r\n", ResponseError::Upgrade),
        ("Connection: Upgrade\r\nUpgrade: websocket\r\n", ResponseError::Accept),
        (
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
            ResponseError::Accept,
        ),
    ];
    for (lines, expected) in table {
        let response = format!("HTTP/1.1 101 Switching Protocols\r\n{lines}\r\n");
        let error = connect_to(Client::builder, |_| response).await;
        let Error::Connect(error) = error else { panic!("{error:?}") };
        assert!(!error.is_transient());
        let ConnectError::Response(error) = error else { panic!("{error:?}") };
        assert_eq!(error, expected, "{lines}");
    }
}

#[tokio::test]
async fn an_extension_that_was_not_offered_fails_the_connection() {
    let off = |url| Client::builder(url).compression(Compression::off());
    let dedicated = |url| Client::builder(url).compression(Compression::dedicated());
    let small = |url| Client::builder(url).compression(Compression::dedicated().window_bits(10));
    let shared = "permessage-deflate; server_no_context_takeover";
    let table: [(Configure, String); 10] = [
        (off, "permessage-deflate".to_owned()),
        (off, "x-foo".to_owned()),
        (Client::builder, "x-foo".to_owned()),
        (Client::builder, format!("{shared}; x-foo")),
        (Client::builder, format!("{shared}, x-foo")),
        (Client::builder, format!("{shared}, {shared}")),
        // It was asked for.
        (Client::builder, "permessage-deflate".to_owned()),
        (dedicated, "permessage-deflate; server_max_window_bits=7".to_owned()),
        (dedicated, "permessage-deflate; client_max_window_bits".to_owned()),
        (small, "permessage-deflate; server_max_window_bits=11".to_owned()),
    ];
    for (builder, answer) in table {
        let error = refusal(builder, &format!("Sec-WebSocket-Extensions: {answer}\r\n")).await;
        assert_eq!(error, ResponseError::Extension, "{answer}");
    }
}

#[tokio::test]
async fn a_subprotocol_that_was_not_offered_fails_the_connection() {
    let chat = |url| Client::builder(url).subprotocols(["chat", "chat.v2"]);
    let table: [(Configure, &str); 4] =
        [(Client::builder, "chat"), (chat, "other"), (chat, "chat, chat.v2"), (chat, "CHAT")];
    for (builder, answer) in table {
        let error = refusal(builder, &format!("Sec-WebSocket-Protocol: {answer}\r\n")).await;
        assert_eq!(error, ResponseError::Subprotocol, "{answer}");
    }
}

#[tokio::test]
async fn garbage_is_no_answer() {
    for garbage in
        ["\x16\x03\x01 this is TLS", "SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1.1 1O1 Oops\r\n\r\n", "\r\n\r\nhello\r\n\r\n"]
    {
        let error = connect_to(Client::builder, |_| garbage.to_owned()).await;
        assert!(
            matches!(&error, Error::Connect(error @ ConnectError::NotHttp) if !error.is_transient()),
            "{garbage}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_head_without_an_end_is_no_answer() {
    let head = format!("HTTP/1.1 101 Switching Protocols\r\nX-Long: {}", "x".repeat(100_000));
    let error = connect_to(Client::builder, |_| head).await;
    assert!(matches!(error, Error::Connect(ConnectError::NotHttp)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_hangs_up_is_an_error_of_the_connection() {
    for begun in ["", "HTTP/1.1 101 Switching Pro", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"] {
        let server = RawServer::bind().await;
        let hanging_up = async {
            let mut peer = server.accept().await;
            peer.send(begun).await;
        };
        let (connected, ()) = tokio::join!(within("the end", Client::connect(server.url("/"))), hanging_up);
        let error = connected.expect_err("there was no answer");
        let Error::Connect(error) = error else { panic!("{begun}: {error:?}") };
        assert!(error.is_transient());
        let ConnectError::Io { address, source } = error else { panic!("{begun}: {error:?}") };
        assert_eq!(address, server.address().to_string());
        assert_eq!(source.kind(), io::ErrorKind::UnexpectedEof, "{begun}");
    }
}

#[tokio::test]
async fn nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    drop(listener);
    let error = within("the refusal", Client::connect(format!("ws://{address}/"))).await.expect_err("nobody listens");
    assert_eq!(error.to_string(), format!("cannot connect to {address}"));
    let Error::Connect(ConnectError::Io { source, .. }) = error else { panic!("{error:?}") };
    assert_eq!(source.kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn silence_is_waited_for_as_long_as_is_said() {
    let table: [(Configure, u64); 2] =
        [(Client::builder, 300), (|url| Client::builder(url).handshake_timeout(Duration::from_secs(7)), 7)];
    for (builder, seconds) in table {
        let server = RawServer::bind().await;
        let begin = Instant::now();
        let waiting = async {
            let peer = server.accept().await;
            // From here on, the time passes that somebody waits for.
            tokio::time::pause();
            peer
        };
        let (connected, _peer) = tokio::join!(builder(server.url("/")).connect(), waiting);
        let error = connected.expect_err("there was no answer");
        assert!(matches!(&error, Error::Connect(error @ ConnectError::Timeout) if error.is_transient()), "{error:?}");
        assert_eq!(begin.elapsed().as_secs(), seconds);
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_wrong_url_is_named() {
    let table = [
        ("http://localhost/", "must begin with `ws://` or `wss://`"),
        ("https://localhost/", "must begin with `ws://` or `wss://`"),
        ("ws://localhost/#part", "must not have a fragment"),
    ];
    for (url, reason) in table {
        let error = Client::connect(url).await.expect_err("the url is wrong");
        assert_eq!(error.to_string(), format!("invalid url `{url}`: {reason}"));
        assert!(matches!(error, Error::Connect(error) if !error.is_transient()));
    }
}

#[tokio::test]
async fn a_wrong_setting_is_named() {
    let builder = || Client::builder("ws://localhost:1/");
    let table: [(ClientBuilder, &str); 13] = [
        (builder().max_fragments(0), "invalid `max_fragments` of the client: must be at least 1"),
        (builder().max_frame_size(0), "invalid `max_frame_size` of the client: must be at least 1"),
        (builder().max_message_size(0), "invalid `max_message_size` of the client: must be at least 1"),
        (builder().subprotocols(["a", "b c"]), "invalid `subprotocols` of the client: must be tokens"),
        (builder().subprotocols(["a", "a"]), "invalid `subprotocols` of the client: must not be listed twice"),
        (builder().header("a b", "c"), "invalid `header` of the client: must have a name that is a token"),
        (builder().header("a", "b\r\nc: d"), "invalid `header` of the client: must have a value of visible ASCII"),
        (builder().header("Upgrade", "h2c"), "invalid `header` of the client: must not be one of the handshake itself"),
        (
            builder().header("sec-websocket-key", "x"),
            "invalid `header` of the client: must not be one of the handshake itself",
        ),
        (
            builder().header("content-length", "9"),
            "invalid `header` of the client: must not be one of the handshake itself",
        ),
        (
            builder().compression(Compression::shared().level(0)),
            "invalid `compression level` of the client: must be from 1 to 9",
        ),
        (
            builder().compression(Compression::shared().window_bits(7)),
            "invalid `compression window_bits` of the client: must be from 8 to 15",
        ),
        (
            builder().header("a b", "c").header("d", "e\n"),
            "invalid `header` of the client: must have a name that is a token",
        ),
    ];
    for (builder, expected) in table {
        let result: Result<Client> = builder.connect().await;
        let error = result.expect_err(expected);
        assert_eq!(error.to_string(), expected);
        assert!(matches!(error, Error::Config(ConfigError::Client { .. })), "{error:?}");
    }
}
