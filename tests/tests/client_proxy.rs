//! Our client behind a proxy: one that we did not write, those that refuse, and those that are none.

use std::env;
use std::io;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tests::certificates::{Authority, Folder};
use tests::raw_server::{RawPeer, RawServer};
use tests::{ForeignServer, within};
use tokio::net::TcpListener;
use tokio::process::Command;
use websocket::{Client, ClientBuilder, ClientTlsConfig, ConfigError, ConnectError, Error, Message};

async fn ask(builder: ClientBuilder, question: &str) -> (Client, String) {
    let connected = within("the connection", builder.connect()).await;
    let client = connected.expect("the server accepts");
    client.write_text(question).await.expect("it is open");
    let answer = within("an answer", client.read()).await.expect("the connection is not broken");
    let Some(Message::Text(text)) = answer else { panic!("{answer:?}") };
    (client, text.as_str().to_owned())
}

fn at(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

#[tokio::test]
async fn node_lets_plain_and_secure_connections_through() {
    let mut proxy = ForeignServer::node_proxy(None).await;
    let server = ForeignServer::node_ws().await;
    let builder = Client::builder(server.url()).proxy(at(proxy.address().port()));
    let (client, answer) = ask(builder.clone(), "hello").await;
    assert_eq!(answer, "hello");
    assert_eq!(client.caller().remote_addr(), None, "only the proxy knows it");
    assert!(!client.caller().is_secure());
    proxy.reports(&format!("connect \"{}\"", server.address())).await;
    // The server hears nothing of the proxy.
    let (_, answer) = ask(builder.proxy_auth("ann", "sesame"), "header proxy-authorization").await;
    assert_eq!(answer, "");
    proxy.reports(&format!("connect \"{}\"", server.address())).await;

    let (folder, authority) = (Folder::new(), Authority::new("ca"));
    let identity = authority.server();
    let files = [folder.write("cert.pem", identity.certificate), folder.write("key.pem", identity.key)];
    let server = ForeignServer::node_ws_over_tls(&files).await;
    let builder = Client::builder(server.tls_url())
        .proxy(at(proxy.address().port()))
        .tls(ClientTlsConfig::new().authority_pem(authority.pem()));
    let (client, answer) = ask(builder, "tls").await;
    assert_eq!(answer, "TLSv1.3 nobody localhost http/1.1 false");
    assert!(client.caller().is_secure());
    proxy.reports(&format!("connect \"localhost:{}\"", server.address().port())).await;
}

#[tokio::test]
async fn node_asks_for_a_password() {
    let credentials = format!("Basic {}", STANDARD.encode("ann:p@ss:wörd"));
    let proxy = ForeignServer::node_proxy(Some(&credentials)).await;
    let (port, server) = (proxy.address().port(), ForeignServer::node_ws().await);
    let builder = Client::builder(server.url()).proxy(at(port));
    for builder in [builder.clone(), builder.clone().proxy_auth("ann", "wrong")] {
        let Err(Error::Connect(error)) = within("the refusal", builder.connect()).await else {
            panic!("it is refused")
        };
        assert!(!error.is_transient());
        let text =
            format!("proxy 127.0.0.1:{port} refused the connection with status 407 Proxy Authentication Required");
        assert_eq!(error.to_string(), text);
        let ConnectError::Proxy { response: Some(response), .. } = error else { panic!("{error:?}") };
        assert_eq!(response.headers()["proxy-authenticate"], "Basic realm=\"tests\"");
    }
    assert_eq!(ask(builder.proxy_auth("ann", "p@ss:wörd"), "hello").await.1, "hello");
    let with_password = format!("http://ann:p%40ss%3Aw%C3%B6rd@127.0.0.1:{port}");
    let builder = Client::builder(server.url()).proxy(&with_password);
    assert_eq!(ask(builder.clone(), "hello").await.1, "hello");
    // What is said explicitly counts.
    let refused = within("the refusal", builder.clone().proxy_auth("bob", "apple").connect()).await;
    assert!(matches!(refused, Err(Error::Connect(ConnectError::Proxy { .. }))), "{refused:?}");
    let shown = format!("{:?}", builder.proxy_auth("ann", "sesame"));
    assert!(!shown.contains("p%40ss") && !shown.contains("sesame"), "{shown}");
    assert!(!shown.contains(&STANDARD.encode("ann:sesame")) && !shown.contains(&credentials), "{shown}");
}

/// Connects through a proxy that answers with `response`, whatever is asked.
async fn connect_through(server: &str, response: &str) -> (ConnectError, RawPeer, u16) {
    let proxy = RawServer::bind().await;
    let port = proxy.address().port();
    let answering = async {
        let mut peer = proxy.accept().await;
        peer.send(response).await;
        peer
    };
    let connecting = Client::builder(server).proxy(at(port)).connect();
    let (connected, peer) = tokio::join!(within("the end", connecting), answering);
    let Err(Error::Connect(error)) = connected else { panic!("{response}: {connected:?}") };
    (error, peer, port)
}

#[tokio::test]
async fn the_proxy_is_asked_for_the_server_by_its_name() {
    let refusal = "HTTP/1.1 403 Forbidden\r\n\r\n";
    let table = [
        ("ws://no-such-host.invalid/a?b", "no-such-host.invalid:80"),
        ("wss://no-such-host.invalid/", "no-such-host.invalid:443"),
        ("ws://no-such-host.invalid:9090", "no-such-host.invalid:9090"),
        ("ws://[2001:db8::1]/", "[2001:db8::1]:80"),
    ];
    for (url, authority) in table {
        let (_, mut peer, _) = connect_through(url, refusal).await;
        assert_eq!(peer.request_line(), format!("CONNECT {authority} HTTP/1.1"));
        assert_eq!(peer.headers("host"), [authority]);
        for name in ["proxy-authorization", "sec-websocket-key", "upgrade"] {
            assert!(peer.headers(name).is_empty(), "{name}");
        }
        peer.ends().await; // nothing is sent behind it
    }
}

#[tokio::test]
async fn a_refusal_tells_its_status_and_whether_it_may_pass() {
    let final_ones = [101, 301, 302, 400, 401, 403, 404, 407, 500].map(|status| (status, false));
    let transient = [429, 502, 503, 504].map(|status| (status, true));
    for (status, is_transient) in final_ones.into_iter().chain(transient) {
        let response = format!("HTTP/1.1 {status} Some Reason\r\nX-Reason: because\r\nContent-Length: 0\r\n\r\n");
        let (error, ..) = connect_through("ws://localhost:1/", &response).await;
        assert_eq!(error.is_transient(), is_transient, "{status}");
        let ConnectError::Proxy { response: Some(response), .. } = error else { panic!("{error:?}") };
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["x-reason"], "because");
    }
}

#[tokio::test]
async fn what_is_no_proxy_is_named() {
    let long = format!("HTTP/1.1 200 OK\r\nX-Long: {}", "x".repeat(100_000));
    // Only the server has something to say behind it, when it has been asked.
    let more = "HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101 Switching Protocols\r\n";
    for response in ["SSH-2.0-OpenSSH_9.6\r\n", "\x15\x03\x01\0\x02\x02\x16 this is TLS", &long, more] {
        let (error, _, port) = connect_through("ws://localhost:1/", response).await;
        assert_eq!(error.to_string(), format!("proxy 127.0.0.1:{port} does not speak HTTP/1.1"));
        assert!(!error.is_transient());
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_an_error_of_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let port = listener.local_addr().expect("it listens").port();
    let connect = || within("the end", Client::builder("ws://localhost:1/").proxy(at(port)).connect());
    let (hung_up, accepted) = tokio::join!(connect(), async {
        let (stream, _) = listener.accept().await?;
        stream.readable().await
    });
    accepted.expect("the client asks");
    drop(listener);
    let refused = connect().await;
    let kinds = [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset, io::ErrorKind::ConnectionRefused];
    for (connected, kinds) in [(hung_up, &kinds[..2]), (refused, &kinds[2..])] {
        let Err(Error::Connect(error)) = connected else { panic!("{connected:?}") };
        assert!(error.is_transient());
        let ConnectError::Io { address, source } = error else { panic!("{error:?}") };
        assert_eq!(address, format!("127.0.0.1:{port}"));
        assert!(kinds.contains(&source.kind()), "{source:?}");
    }
}

#[tokio::test]
async fn a_proxy_has_its_time() {
    let proxy = RawServer::bind().await;
    let builder = Client::builder("ws://localhost:1/").proxy(at(proxy.address().port()));
    let silent = async {
        let peer = proxy.accept().await;
        // From here on, the time passes that somebody waits for.
        tokio::time::pause();
        peer
    };
    let connecting = builder.handshake_timeout(Duration::from_secs(7)).connect();
    let (connected, _peer) = tokio::join!(connecting, silent);
    assert!(matches!(connected, Err(Error::Connect(ConnectError::Timeout))), "{connected:?}");
}

#[tokio::test]
async fn a_wrong_setting_is_named() {
    let url = "invalid `proxy` of the client: must be like `http://host:port`";
    let kind = "invalid `proxy` of the client: must be a proxy for `http://`: neither TLS nor SOCKS is spoken with it";
    let new = || Client::builder("ws://localhost:1/");
    let table = [
        (new().proxy(""), url),
        (new().proxy("not a proxy"), url),
        (new().proxy("ftp://localhost"), url),
        (new().proxy("/path"), url),
        (new().proxy("https://localhost:3128"), kind),
        (new().proxy("socks5://localhost:1080"), kind),
        (
            new().proxy("http://localhost").proxy_auth("ann:x", "sesame"),
            "invalid `proxy_auth` of the client: must have a name without `:`",
        ),
    ];
    for (builder, expected) in table {
        let error = builder.connect().await.expect_err(expected);
        assert_eq!(error.to_string(), expected);
        assert!(matches!(error, Error::Config(ConfigError::Client { .. })), "{error:?}");
    }
}

/// The environment is that of a process, so this test runs itself again with several.
#[tokio::test]
async fn the_environment_is_looked_at_where_that_is_asked_for() {
    const ITSELF: &str = "the_environment_is_looked_at_where_that_is_asked_for";
    if let Some(url) = env::var_os("TESTS_SERVER") {
        let url = url.into_string().expect("it is UTF-8");
        return connect_in_this_environment(&url, &env::var("TESTS_EXPECTED").expect("it is set")).await;
    }
    let server = ForeignServer::node_ws().await;
    let mut proxy = ForeignServer::node_proxy(None).await;
    let there = at(proxy.address().port());
    let nowhere = "http://127.0.0.1:1";
    let refused = "cannot connect to 127.0.0.1:1";
    let wrong = "invalid `proxy_from_env` of the client: must be like `http://host:port`";
    let table: [(&[(&str, &str)], &str); 13] = [
        (&[], "direct"),
        (&[("HTTP_PROXY", &there)], "proxy"),
        (&[("http_proxy", &there)], "proxy"),
        (&[("ALL_PROXY", &there)], "proxy"),
        (&[("HTTP_PROXY", &there), ("ALL_PROXY", nowhere)], "proxy"),
        (&[("HTTPS_PROXY", nowhere)], "direct"),
        (&[("HTTP_PROXY", nowhere)], refused),
        (&[("HTTP_PROXY", nowhere), ("NO_PROXY", "example.com, 127.0.0.0/8")], "direct"),
        (&[("HTTP_PROXY", &there), ("NO_PROXY", "example.com")], "proxy"),
        (&[("HTTP_PROXY", nowhere), ("no_proxy", "*")], refused),
        (&[("HTTP_PROXY", nowhere), ("REQUEST_METHOD", "GET")], "direct"),
        (&[("HTTP_PROXY", "not a proxy")], wrong),
        (&[("HTTP_PROXY", "")], "direct"),
    ];
    for (variables, expected) in table {
        let mut itself = Command::new(env::current_exe().expect("it runs"));
        for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] {
            itself.env_remove(name).env_remove(name.to_lowercase());
        }
        let run = itself
            .args([ITSELF, "--exact", "--nocapture"])
            .env("TESTS_SERVER", server.url())
            .env("TESTS_EXPECTED", expected)
            .envs(variables.iter().copied())
            .output();
        let output = within("the test itself", run).await.expect("it starts");
        assert!(output.status.success(), "{variables:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "the test has run");
        if expected == "proxy" {
            proxy.reports(&format!("connect \"{}\"", server.address())).await;
        }
    }
}

async fn connect_in_this_environment(url: &str, expected: &str) {
    let (client, _) = ask(Client::builder(url), "hello").await;
    assert!(client.caller().remote_addr().is_some(), "nobody has asked for a proxy");
    let connected = within("the end", Client::builder(url).proxy_from_env().connect()).await;
    let happened = match connected {
        Ok(client) if client.caller().remote_addr().is_some() => "direct".to_owned(),
        Ok(_) => "proxy".to_owned(),
        Err(error) => error.to_string(),
    };
    assert_eq!(happened, expected);
}
