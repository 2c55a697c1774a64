//! What an upgrade function may return, and which subprotocol is chosen.

use std::fmt;

use tests::{
    raw::{RawClient, Response, TEXT, handshake},
    server::serve,
};
use websocket::{
    Accept, Caller, Listener, UpgradeError,
    http::{HeaderName, HeaderValue, StatusCode, header},
};

/// An error of the application's own.
#[derive(Debug)]
enum Refusal {
    Banned,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("banned")
    }
}

impl From<Refusal> for UpgradeError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Banned => {
                Self::new(StatusCode::GONE, "banned").with_header(header::RETRY_AFTER, HeaderValue::from(7))
            }
        }
    }
}

/// Makes a service out of nothing but its upgrade function. It says its name when it opens.
macro_rules! services {
    ($($service:ident at $path:literal: $(#[$meta:meta])* { $($upgrade:tt)* })*) => {
        $(
            #[derive(Default)]
            struct $service;

            #[websocket::service(path = $path)]
            impl $service {
                $($upgrade)*

                #[remote]
                fn on_open(&mut self) -> &'static str {
                    stringify!($service)
                }
            }
        )*

        async fn start() -> std::net::SocketAddr {
            serve(Listener::new(0)$(.service::<$service>())*.service::<Speaker>().service::<Silent>()).await
        }
    };
}

services! {
    NoFunction at "/none": {}
    SyncSelf at "/sync/self": { #[upgrade] fn accept() -> Self { Self } }
    AsyncSelf at "/async/self": { #[upgrade] async fn accept() -> AsyncSelf { tokio::task::yield_now().await; Self } }
    SyncAccept at "/sync/accept": { #[upgrade] fn accept() -> Accept<Self> { greeting(Self) } }
    AsyncAccept at "/async/accept": { #[upgrade] async fn accept() -> Accept<AsyncAccept> { greeting(Self) } }
    SyncResult at "/sync/result/<good>": {
        #[upgrade] fn accept(good: bool) -> Result<Self, UpgradeError> {
            if good { Ok(Self) } else { Err(UpgradeError::forbidden("banned")) }
        }
    }
    AsyncResult at "/async/result/<good>": {
        #[upgrade] async fn accept(good: bool) -> Result<Self, UpgradeError> {
            if good { Ok(Self) } else { Err(UpgradeError::forbidden("banned")) }
        }
    }
    ResultOfAccept at "/sync/result_of_accept/<good>": {
        #[upgrade] fn accept(good: bool) -> Result<Accept<Self>, Refusal> {
            if good { Ok(greeting(Self)) } else { Err(Refusal::Banned) }
        }
    }
    OwnError at "/async/own_error/<good>": {
        #[upgrade] async fn accept(good: bool) -> Result<Self, Refusal> {
            if good { Ok(Self) } else { Err(Refusal::Banned) }
        }
    }
    TextError at "/text_error": { #[upgrade] fn accept() -> Result<Self, &'static str> { Err("not today") } }
    QuestionMark at "/question_mark/<number>": {
        #[upgrade] fn accept(number: String) -> Result<Self, UpgradeError> {
            number.parse::<u8>().map_err(|error| error.to_string())?;
            Ok(Self)
        }
    }
    Ok200 at "/ok": { #[upgrade] fn accept() -> Result<Self, UpgradeError> { Err(StatusCode::OK.into()) } }
    Aliased at "/aliased/<good>": {
        #[upgrade] fn accept(good: bool) -> Answer<Self> {
            if good { Ok(Self) } else { Err("banned".into()) }
        }
    }
    Stubborn at "/stubborn": {
        #[upgrade] fn accept() -> Accept<Self> {
            let headers = [header::SEC_WEBSOCKET_ACCEPT, header::UPGRADE, header::SEC_WEBSOCKET_PROTOCOL];
            let wrong = |accept: Accept<Self>, name| accept.with_header(name, HeaderValue::from_static("wrong"));
            headers.into_iter().fold(Accept::new(Self), wrong)
        }
    }
}

type Answer<T> = Result<T, UpgradeError>;

fn greeting<S>(service: S) -> Accept<S> {
    Accept::new(service)
        .with_header(HeaderName::from_static("x-greeting"), HeaderValue::from_static("hello"))
        .with_header(header::SET_COOKIE, HeaderValue::from_static("a=1"))
        .with_header(header::SET_COOKIE, HeaderValue::from_static("b=2"))
}

/// Speaks two subprotocols.
#[derive(Default)]
struct Speaker;

#[websocket::service(path = "/speaker", subprotocols = ["best.v2", "old"])]
impl Speaker {
    #[remote]
    fn on_open(&mut self, caller: &Caller) -> String {
        format!("{:?}", caller.subprotocol())
    }
}

/// Speaks no subprotocol.
#[derive(Default)]
struct Silent;

#[websocket::service(path = "/silent")]
impl Silent {
    #[remote]
    fn on_open(&mut self, caller: &Caller) -> String {
        format!("{:?}", caller.subprotocol())
    }
}

async fn ask(path: &str, more: &str) -> (RawClient, Response) {
    let mut client = RawClient::connect(start().await).await;
    client.send(handshake(path, more)).await;
    let response = client.response().await;
    (client, response)
}

#[tokio::test]
async fn every_kind_of_acceptance_opens_the_connection() {
    let accepted = [
        ("/none", "NoFunction"),
        ("/sync/self", "SyncSelf"),
        ("/async/self", "AsyncSelf"),
        ("/sync/accept", "SyncAccept"),
        ("/async/accept", "AsyncAccept"),
        ("/sync/result/true", "SyncResult"),
        ("/async/result/true", "AsyncResult"),
        ("/sync/result_of_accept/true", "ResultOfAccept"),
        ("/async/own_error/true", "OwnError"),
        ("/question_mark/7", "QuestionMark"),
        ("/aliased/true", "Aliased"),
    ];
    for (path, name) in accepted {
        let (mut client, response) = ask(path, "").await;
        assert_eq!(response.status, 101, "{path}");
        client.expects(TEXT, name).await;
    }
}

#[tokio::test]
async fn an_acceptance_adds_headers_to_the_response() {
    for path in ["/sync/accept", "/async/accept", "/sync/result_of_accept/true"] {
        let (_, response) = ask(path, "").await;
        assert_eq!(response.header("x-greeting"), Some("hello"), "{path}");
        let cookies: Vec<_> = response.headers.iter().filter(|(name, _)| name == "set-cookie").collect();
        assert_eq!(cookies.len(), 2, "{path}: {cookies:?}");
    }
}

#[tokio::test]
async fn the_headers_of_the_handshake_cannot_be_replaced() {
    let (mut client, response) = ask("/stubborn", "").await;
    assert_eq!(response.header("sec-websocket-accept"), Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    assert!(!response.headers.iter().any(|(_, value)| value == "wrong"), "{response:?}");
    client.expects(TEXT, "Stubborn").await;
}

#[tokio::test]
async fn every_kind_of_refusal_has_its_status_and_body() {
    let refused = [
        ("/sync/result/false", 403, "banned"),
        ("/async/result/false", 403, "banned"),
        ("/sync/result_of_accept/false", 410, "banned"),
        ("/async/own_error/false", 410, "banned"),
        ("/aliased/false", 400, "banned"),
        ("/text_error", 400, "not today"),
        ("/question_mark/x", 400, "invalid digit found in string"),
    ];
    for (path, status, body) in refused {
        let (_, response) = ask(path, "").await;
        assert_eq!((response.status, response.body.as_str()), (status, body), "{path}");
    }
    let (_, response) = ask("/async/own_error/false", "").await;
    assert_eq!(response.header("retry-after"), Some("7"));
}

#[tokio::test]
async fn a_refusal_never_looks_like_success() {
    assert_eq!(ask("/ok", "").await.1.status, 500);
}

#[tokio::test]
async fn the_first_subprotocol_of_the_server_that_the_client_offers_is_chosen() {
    let table = [
        ("", None),
        ("Sec-WebSocket-Protocol: old\r\n", Some("old")),
        ("Sec-WebSocket-Protocol: old, best.v2\r\n", Some("best.v2")),
        ("Sec-WebSocket-Protocol: old\r\nSec-WebSocket-Protocol: x , best.v2\r\n", Some("best.v2")),
        ("Sec-WebSocket-Protocol: other\r\n", None),
        ("Sec-WebSocket-Protocol: OLD\r\n", None),
        ("Sec-WebSocket-Protocol: best\r\n", None),
    ];
    for (offer, chosen) in table {
        let (mut client, response) = ask("/speaker", offer).await;
        assert_eq!(response.status, 101, "{offer}");
        assert_eq!(response.header("sec-websocket-protocol"), chosen, "{offer}");
        client.expects(TEXT, format!("{chosen:?}")).await;
    }
}

#[tokio::test]
async fn a_service_without_subprotocols_chooses_none() {
    let (mut client, response) = ask("/silent", "Sec-WebSocket-Protocol: chat\r\n").await;
    assert_eq!(response.header("sec-websocket-protocol"), None);
    client.expects(TEXT, "None").await;
}
