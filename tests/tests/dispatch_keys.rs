//! Where the dispatcher key and the field of the replies may stand in a message, and in which spelling.

use futures_util::stream;
use serde_json::{Value, json};
use tests::{
    raw::{BINARY, PONG, RawClient, TEXT},
    server::serve,
};
use websocket::{CloseFrame, Listener, Stream};

/// Names what was called. What it answers is an object, so that the field of the request shows.
#[derive(Default)]
struct Desk;

#[websocket::service(path = "/desk", dispatcher_key = "event", dispatcher_stream_id = "id")]
impl Desk {
    #[remote]
    fn on_first(&mut self) -> Value {
        json!({"called": "on_first"})
    }

    #[remote]
    fn on_second(&mut self, _request: Value) -> Value {
        json!({"called": "on_second"})
    }

    #[remote]
    fn on_several(&mut self) -> impl Stream<Item = Result<Option<Value>, String>> + use<> {
        stream::iter([Ok(Some(json!({}))), Ok(None), Ok(Some(json!([]))), Ok(Some(json!({"id": null})))])
    }

    #[remote]
    fn on_level2_update(&mut self) -> &'static str {
        "on_level2_update"
    }

    #[remote]
    fn on_http_error(&mut self) -> &'static str {
        "on_http_error"
    }

    #[remote]
    fn on_café(&mut self) -> &'static str {
        "on_café"
    }

    #[remote]
    fn on_bye(&mut self) -> CloseFrame {
        CloseFrame::normal()
    }

    #[remote]
    fn on_text_message(&mut self, text: &str) -> String {
        format!("on_text_message {}", text.len())
    }

    #[remote]
    fn on_pong(&mut self, _data: &[u8]) -> &'static str {
        "{}"
    }
}

/// Its key and its field need escapes.
#[derive(Default)]
struct Odd;

#[websocket::service(path = "/odd", dispatcher_key = "é\"\\", dispatcher_stream_id = "i\"d\n")]
impl Odd {
    #[remote(event = "😀")]
    fn smile(&mut self) -> Value {
        json!({})
    }
}

async fn client(path: &str) -> RawClient {
    RawClient::upgrade(serve(Listener::new(0).service::<Desk>().service::<Odd>()).await, path).await
}

/// Each text has this answer.
async fn answers(path: &str, cases: &[(&str, &str)]) {
    let mut client = client(path).await;
    for (text, answer) in cases {
        client.send_frame(TEXT, text).await;
        let frame = client.frame().await.expect("there is an answer");
        assert_eq!(String::from_utf8_lossy(&frame.payload), *answer, "{}", &text[..text.len().min(100)]);
    }
}

const FIRST: &str = r#"{"called":"on_first"}"#;
const SECOND: &str = r#"{"called":"on_second"}"#;

#[tokio::test]
async fn escapes_in_the_key_and_in_the_value_are_read() {
    answers(
        "/desk",
        &[
            (r#"{"\u0065vent":"first"}"#, FIRST),
            (r#"{"ev\u0065nt":"\u0066\u0069rst"}"#, FIRST),
            (r#"{"\u0065\u0076\u0065\u006E\u0074":"SECO\u004eD"}"#, SECOND),
            (r#"{"event":"caf\u00e9"}"#, "on_café"),
            (r#"{"event":"CAFÉ"}"#, "on_café"),
            (r#"{"event":"\tfirst\n"}"#, FIRST),
            (r#"{"event":"\/first\\"}"#, FIRST),
        ],
    )
    .await;
    answers(
        "/odd",
        &[
            (r#"{"é\"\\":"😀","i\"d\n":1}"#, r#"{"i\"d\n":1}"#),
            (r#"{"i\u0022d\u000A":[2],"\u00e9\u0022\u005c":"\uD83D\uDE00"}"#, r#"{"i\"d\n":[2]}"#),
        ],
    )
    .await;
}

#[tokio::test]
async fn words_are_split_where_a_person_would() {
    answers(
        "/desk",
        &[
            (r#"{"event":"level2Update"}"#, "on_level2_update"),
            (r#"{"event":"LEVEL2_UPDATE"}"#, "on_level2_update"),
            (r#"{"event":"HTTPError"}"#, "on_http_error"),
            (r#"{"event":"__http//error.."}"#, "on_http_error"),
            (r#"{"event":"http error"}"#, "on_http_error"),
        ],
    )
    .await;
}

#[tokio::test]
async fn of_two_keys_the_last_one_counts() {
    answers(
        "/desk",
        &[
            (r#"{"event":"first","event":"second"}"#, SECOND),
            (r#"{"event":"second","\u0065vent":"first"}"#, FIRST),
            (r#"{"\u0065vent":"second","event":"first"}"#, FIRST),
            (r#"{"event":7,"event":"first"}"#, FIRST),
            (r#"{"event":"first","event":7}"#, "on_text_message 27"),
            (r#"{"event":"first","event":"unknown"}"#, "on_text_message 35"),
            (r#"{"id":1,"event":"first","\u0069d":2}"#, r#"{"called":"on_first","id":2}"#),
            (r#"{"\u0069d":1,"event":"first","id":2}"#, r#"{"called":"on_first","id":2}"#),
        ],
    )
    .await;
}

#[tokio::test]
async fn the_key_may_stand_behind_large_values() {
    let large = "x".repeat(30_000);
    let texts = [
        format!(r#"{{"{large}":"{large}","event":"first","id":7}}"#),
        format!(r#"{{"id":7,"large":["{large}",{{"event":"second","id":8}},"{large}"],"event":"first"}}"#),
        format!(r#"{{"event":"first","large":"{large}\\\"{large}","id":7}}"#),
        format!(r#"{{"large":{}.{}e-7,"event":"first","id":7}}"#, "9".repeat(200), "9".repeat(50_000)),
    ];
    let answer = r#"{"called":"on_first","id":7}"#;
    answers("/desk", &texts.each_ref().map(|text| (text.as_str(), answer))).await;
    // The field may be that large, too.
    let text = format!(r#"{{"event":"first","id":"{large}{large}"}}"#);
    let answer = format!(r#"{{"called":"on_first","id":"{large}{large}"}}"#);
    answers("/desk", &[(&text, &answer)]).await;
}

#[tokio::test]
async fn nesting_neither_hides_the_key_nor_harms_the_connection() {
    let nested = |depth: usize, event: &str| {
        let (open, close) = (r#"{"event":["#.repeat(depth / 2), "]}".repeat(depth / 2));
        format!(r#"{{"deep":{open}"first"{close},"event":"{event}"}}"#)
    };
    let (fitting, endless) = (nested(100, "second"), nested(5000, "second"));
    let unclosed = r#"{"event":"second","deep":"#.to_owned() + &"[".repeat(60_000);
    let fallback = |text: &str| format!("on_text_message {}", text.len());
    answers(
        "/desk",
        &[
            (&fitting, SECOND),
            // What no JSON parser of ours reads is no object.
            (&endless, &fallback(&endless)),
            (&unclosed, &fallback(&unclosed)),
            (r#"{"event":"first"}"#, FIRST),
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_no_object_reaches_the_fallback() {
    let texts = [
        r#"[{"event":"first"}]"#,
        r#"{"event":"first"}{"event":"first"}"#,
        r#"{"event":"first"},"#,
        r#"{"event":"first",}"#,
        r"{'event':'first'}",
        r#"{event:"first"}"#,
        r#"{"event":first}"#,
        r#"{"event":"first","n":01}"#,
        r#"{"event":"fir\ud800st"}"#,
        r#"{"event":"first\x"}"#,
        "{\"event\":\"fi\nrst\"}",
        "\u{feff}{\"event\":\"first\"}",
        "\u{a0}{\"event\":\"first\"}",
        r#""{\"event\":\"first\"}""#,
        "null",
        "7",
        "{",
        " ",
    ];
    let fallbacks = texts.map(|text| format!("on_text_message {}", text.len()));
    let cases: Vec<_> = texts.into_iter().zip(fallbacks.iter().map(String::as_str)).collect();
    answers("/desk", &cases).await;
}

#[tokio::test]
async fn a_method_without_a_payload_takes_a_message_with_any_other_field() {
    answers(
        "/desk",
        &[
            (r#"{"event":"first","amount":"x","":null}"#, FIRST),
            ("\t{\r\n\"event\"\t:\n\"first\" }\n", FIRST),
            (r#"{"event":"first","a":1e999}"#, "on_text_message 27"),
        ],
    )
    .await;
}

#[tokio::test]
async fn only_what_a_request_is_answered_with_carries_its_field() {
    let mut client = client("/desk").await;
    client.send_frame(TEXT, r#"{"event":"several","id":"x"}"#).await;
    for element in [r#"{"id":"x"}"#, "[]", r#"{"id":null}"#] {
        client.expects(TEXT, element).await;
    }
    client.send_frame(PONG, "").await;
    client.expects(TEXT, "{}").await;
    // A binary message is never dispatched, and nobody else takes it.
    client.send_frame(BINARY, r#"{"event":"first","id":1}"#).await;
    client.send_frame(TEXT, r#"{"id":{"\u0061":"\u0062"},"event":"second"}"#).await;
    client.expects(TEXT, r#"{"called":"on_second","id":{"\u0061":"\u0062"}}"#).await;
    client.send_frame(TEXT, r#"{"event":"bye","id":1}"#).await;
    assert_eq!(client.closing().await, (1000, String::new()));
}
