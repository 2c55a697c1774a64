//! Where the arguments of an upgrade function come from: path, query, headers, the request itself, and the state.

#![allow(
    clippy::needless_pass_by_value,
    clippy::ptr_arg,
    clippy::unused_async,
    clippy::unused_self,
    reason = "the signatures of callbacks are the subject here, not the needs of their bodies"
)]

use std::{net::SocketAddr, num::ParseIntError, str::FromStr};

use tests::{
    raw::{RawClient, Response, TEXT, handshake},
    server::serve,
};
use websocket::{Listener, UpgradeRequest};

/// Says when it opens what its arguments were.
struct Seen(String);

/// A type of the application's own.
struct Room(u8);

impl FromStr for Room {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.strip_prefix("room").unwrap_or(text).parse().map(Room)
    }
}

type Maybe<T> = Option<T>;
type Name = String;

macro_rules! services {
    ($($service:ident at $path:literal: ($($argument:tt)*) => $seen:expr;)*) => {
        $(
            struct $service(Seen);

            #[websocket::service(path = $path, state = String)]
            impl $service {
                #[upgrade]
                fn accept($($argument)*) -> Self {
                    Self(Seen($seen))
                }

                #[remote]
                fn on_open(&mut self) -> &str {
                    &self.0.0
                }
            }
        )*

        async fn start() -> SocketAddr {
            serve(Listener::new(0)$(.service_with::<$service>("shared".to_owned()))*).await
        }
    };
}

services! {
    OneSegment at "/name/<name>": (name: String) => format!("{name:?}");
    Number at "/number/<number>": (number: i8) => format!("{number}");
    OwnType at "/room/<room>": (room: Room) => format!("room {}", room.0);
    Aliased at "/alias/<name>": (name: Name) => name;
    Unused at "/unused/<name>": (_name: String) => "unused".to_owned();
    Two at "/two/<first>/and/<second>": (second: u8, first: u8) => format!("{first} {second}");
    Rest at "/rest/<rest..>": (rest: String) => format!("{rest:?}");
    SegmentAndRest at "/both/<name>/<rest..>": (rest: String, name: String) => format!("{name:?} {rest:?}");
    Unicode at "/größe/<größe>": (größe: String) => größe;
    Keyword at "/keyword/<type>": (r#type: String) => r#type;
    Query at "/query": (#[query] number: i32) => format!("{number}");
    TextQuery at "/query/text": (#[query] text: String) => format!("{text:?}");
    OptionalQuery at "/query/optional": (#[query] number: Option<i32>) => format!("{number:?}");
    AliasedQuery at "/query/aliased": (#[query] number: Maybe<i32>) => format!("{number:?}");
    ManyQuery at "/query/many": (#[query] number: Vec<i32>) => format!("{number:?}");
    KeywordQuery at "/query/keyword": (#[query] r#type: String) => r#type;
    Header at "/header": (#[header] x_number: i32) => format!("{x_number}");
    UserAgent at "/header/user_agent": (#[header] user_agent: String) => user_agent;
    OptionalHeader at "/header/optional": (#[header] x_number: Option<i32>) => format!("{x_number:?}");
    ManyHeader at "/header/many": (#[header] x_number: Vec<i32>) => format!("{x_number:?}");
    NamedHeader at "/header/named": (#[header("X-Api-Key")] key: String) => key;
    Request at "/request/<name>": (request: &UpgradeRequest, name: String) => {
        let header = request.header("X-Number");
        let twice: Vec<_> = request.query_values("twice").collect();
        let address = request.remote_addr().map(|address| address.ip().is_loopback());
        format!("{name} {:?} {} {header:?} {twice:?} {address:?} {}",
            request.path_parameter("name"), request.uri(), request.is_secure())
    };
    State at "/state": (state: &String) => state.clone();
    Everything at "/all/<id>/<rest..>": (
        state: &String,
        #[header] x_number: Vec<i32>,
        rest: String,
        #[query] text: Option<String>,
        request: &UpgradeRequest,
        id: u64,
    ) => format!("{id} {rest} {text:?} {x_number:?} {state} {}", request.headers().len());
}

async fn ask(target: &str, more: &str) -> (RawClient, Response) {
    let mut client = RawClient::connect(start().await).await;
    client.send(handshake(target, more)).await;
    let response = client.response().await;
    (client, response)
}

async fn sees(table: &[(&str, &str, &str)]) {
    for (target, more, seen) in table {
        let (mut client, response) = ask(target, more).await;
        assert_eq!(response.status, 101, "{target} {more}: {response:?}");
        let frame = client.frame().await.expect("it says what it has seen");
        assert_eq!(frame.first, TEXT, "{target} {more}");
        assert_eq!(String::from_utf8_lossy(&frame.payload), *seen, "{target} {more}");
    }
}

/// Each is refused with `status`, and the body names what is wrong.
async fn is_refused(status: u16, table: &[(&str, &str, &str)]) {
    for (target, more, name) in table {
        let (_, response) = ask(target, more).await;
        assert_eq!(response.status, status, "{target} {more}: {response:?}");
        assert!(response.body.contains(name), "{target} {more}: {:?} does not name `{name}`", response.body);
    }
}

#[tokio::test]
async fn a_path_parameter_is_one_decoded_segment() {
    sees(&[
        ("/name/Ann", "", r#""Ann""#),
        ("/name/Ann%20Lee", "", r#""Ann Lee""#),
        ("/name/a%2Fb%2fc", "", r#""a/b/c""#),
        ("/name/100%25", "", r#""100%""#),
        ("/name/a%252Fb", "", r#""a%2Fb""#),
        ("/name/%E6%97%A5%F0%9F%98%80", "", r#""日😀""#),
        ("/name/a+b", "", r#""a+b""#),
        ("/name/%3Fx?y", "", r#""?x""#),
        ("/name/.", "", r#"".""#),
        ("/name/%zz", "", r#""%zz""#),
        ("/name/{x}", "", r#""{x}""#),
        ("/alias/Bob", "", "Bob"),
        ("/unused/x", "", "unused"),
        ("/keyword/x", "", "x"),
        ("/gr%C3%B6%C3%9Fe/%C3%BC", "", "ü"),
    ])
    .await;
}

#[tokio::test]
async fn a_path_parameter_is_parsed_whatever_its_position() {
    sees(&[
        ("/number/-128", "", "-128"),
        ("/number/%31%32", "", "12"),
        ("/room/room7", "", "room 7"),
        ("/two/1/and/2", "", "1 2"),
    ])
    .await;
}

#[tokio::test]
async fn a_path_parameter_that_cannot_be_parsed_is_not_found() {
    is_refused(
        404,
        &[
            ("/number/x", "", "number"),
            ("/number/128", "", "number"),
            ("/number/1%20", "", "number"),
            ("/room/cellar", "", "room"),
            ("/two/1/and/256", "", "second"),
            ("/name/%FF", "", ""),
            ("/name/", "", ""),
            ("/name", "", ""),
            ("/name/a/b", "", ""),
            ("/two/1/or/2", "", ""),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_rest_parameter_is_everything_that_is_left() {
    sees(&[
        ("/rest/a", "", r#""a""#),
        ("/rest/a/b/c.txt", "", r#""a/b/c.txt""#),
        ("/rest/a%20b/c?d=/e", "", r#""a b/c""#),
        ("/both/x/y/z", "", r#""x" "y/z""#),
        ("/both/x%2Fy/z", "", r#""x/y" "z""#),
    ])
    .await;
    is_refused(404, &[("/rest", "", ""), ("/rest/", "", ""), ("/both/x", "", "")]).await;
}

#[tokio::test]
async fn a_query_parameter_is_decoded_and_parsed() {
    sees(&[
        ("/query?number=7", "", "7"),
        ("/query?x=1&number=-7&y", "", "-7"),
        ("/query?n%75mber=%37", "", "7"),
        ("/query/text?text=a+b%20c%2Bd", "", r#""a b c+d""#),
        ("/query/text?text=%E6%97%A5=%26", "", r#""日=&""#),
        ("/query/text?text=", "", r#""""#),
        ("/query/text?text", "", r#""""#),
        ("/query/keyword?type=x", "", "x"),
    ])
    .await;
}

#[tokio::test]
async fn a_query_parameter_may_be_missing_or_occur_often_if_its_type_says_so() {
    sees(&[
        ("/query/optional", "", "None"),
        ("/query/optional?other=1", "", "None"),
        ("/query/optional?number=1", "", "Some(1)"),
        ("/query/aliased", "", "None"),
        ("/query/aliased?number=1", "", "Some(1)"),
        ("/query/many", "", "[]"),
        ("/query/many?number=3&x=9&number=1&number=2", "", "[3, 1, 2]"),
    ])
    .await;
}

#[tokio::test]
async fn a_query_parameter_that_is_missing_or_cannot_be_parsed_is_a_bad_request() {
    is_refused(
        400,
        &[
            ("/query", "", "number"),
            ("/query?Number=7", "", "number"),
            ("/query?number=", "", "number"),
            ("/query?number=seven", "", "number"),
            ("/query/text?texts=", "", "text"),
            ("/query/optional?number=x", "", "number"),
            ("/query/many?number=1&number=x", "", "number"),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_header_is_found_by_the_name_of_its_argument() {
    sees(&[
        ("/header", "x-number: 7\r\n", "7"),
        ("/header", "X-NUMBER:  7 \r\n", "7"),
        ("/header/user_agent", "User-Agent: test/1\r\n", "test/1"),
        ("/header/named", "x-api-key: secret\r\n", "secret"),
    ])
    .await;
}

#[tokio::test]
async fn a_header_may_be_missing_or_occur_often_if_its_type_says_so() {
    sees(&[
        ("/header/optional", "", "None"),
        ("/header/optional", "x-number: 7\r\n", "Some(7)"),
        ("/header/many", "", "[]"),
        ("/header/many", "x-number: 3\r\nX-Number: 1\r\n", "[3, 1]"),
    ])
    .await;
}

#[tokio::test]
async fn a_header_that_is_missing_or_cannot_be_parsed_is_a_bad_request() {
    is_refused(
        400,
        &[
            ("/header", "", "x-number"),
            ("/header", "x-number: x\r\n", "x-number"),
            ("/header", "x-number: \u{e9}\r\n", "x-number"),
            ("/header/optional", "x-number: x\r\n", "x-number"),
            ("/header/many", "x-number: 1\r\nx-number: x\r\n", "x-number"),
            ("/header/named", "", "x-api-key"),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_request_tells_everything_else() {
    sees(&[(
        "/request/a%20b?twice=1&twice=%32",
        "X-Number: 7\r\n",
        r#"a b Some("a b") /request/a%20b?twice=1&twice=%32 Some("7") ["1", "2"] Some(true) false"#,
    )])
    .await;
}

#[tokio::test]
async fn the_state_is_shared() {
    sees(&[("/state", "", "shared")]).await;
}

#[tokio::test]
async fn all_kinds_of_arguments_stand_in_any_order() {
    sees(&[("/all/7/x/y?text=t", "x-number: 1\r\nx-number: 2\r\n", r#"7 x/y Some("t") [1, 2] shared 7"#)]).await;
}
