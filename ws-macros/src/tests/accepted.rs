//! What is right, in all its variations.

use super::source;

fn assert_accepted(args: &str, members: &str) {
    let source = format!("#[service({args})] impl Chat {{ {members} }}");
    assert_eq!(source::mistakes(source::expand(&source)), [], "{source}");
}

#[test]
fn arguments() {
    let table = [
        r#"path = "/""#,
        r#"path = "/",,"#.trim_end_matches(','),
        r#"path = "/chat",state = (),"#,
        r#"path = "/", state = std::collections::HashMap<String, Vec<u8>>, idle_timeout = 0"#,
        r#"path = "/", state = Box<dyn Iterator<Item = u8> + Send + Sync>, idle_timeout = 0.5"#,
        r#"path = "/", idle_timeout = Duration::from_millis(10), max_frame_size = 1 << 20"#,
        r#"path = "/", connection_closure_timeout = -1, max_message_size = LIMITS.message"#,
        r#"path = "/", connection_closure_timeout = -1.0"#,
        r#"path = "/", idle_timeout = -0, max_frame_size = 0x1000, max_message_size = 1_000usize"#,
        r#"path = "/", subprotocols = ["graphql-transport-ws", "chat.v1"], dispatcher_key = "type""#,
        r#"path = "/", subprotocols = [], crate = crate::websocket"#,
        r#"path = "/", compression = websocket::Compression::dedicated().level(6)"#,
        r#"path = "/", ping_interval = 30, pong_timeout = 2.5"#,
        r#"path = r"/chat", crate = ::renamed"#,
    ];
    for args in table {
        assert_accepted(args, "#[remote] fn on_open(&mut self) {}");
    }
}

#[test]
fn callbacks() {
    let table = [
        "#[remote] async fn on_open(&mut self) {}",
        "#[remote] fn on_open(&self, caller: &Caller) -> String { String::new() }",
        "#[remote] pub async fn on_open<'a>(&'a self, _: &'a websocket::Caller) -> &'a str { &self.name }",
        "#[remote] fn on_open(self: &Self) {}",
        "#[remote] fn on_open(self: &mut Self) {}",
        "#[websocket::remote] fn on_open(&self) {}",
        "#[remote()] fn on_open(&self) {}",
        "#[remote] fn on_text_message(&self, _: &str) {}",
        "#[remote] fn on_text_message(&self, caller: &Caller, _text: String) {}",
        "#[remote] fn on_binary_message(&self, data: &[u8]) -> Bytes { Bytes::new() }",
        "#[remote] fn on_message(&self, Pair { a, b }: Pair) {}",
        "#[remote] fn on_text_message(&self, t: &str) {} #[remote] fn on_binary_message(&self, d: &[u8]) {}",
        "#[remote] fn on_message(&self, m: Message) {} #[remote] fn on_message_error(&self, error: &Error) {}",
        "#[remote] fn on_text_message_error(&self, c: &Caller, e: &Error) {} #[remote] fn on_text_message(&self, t: &str) {}",
        "#[remote] fn on_ping(&self, data: &[u8]) {} #[remote] fn on_pong(&self, data: Bytes) {}",
        "#[remote] fn on_idle_timeout(&self, caller: &Caller) -> CloseFrame { CloseFrame::going_away() }",
        "#[remote] fn on_error(&self, error: &Error) {}",
        "#[remote] fn on_close(&self) {}",
        "#[remote] fn on_close(&self, caller: &Caller) {}",
        "#[remote] fn on_close(&self, status: CloseCode) {}",
        "#[remote] fn on_close(&self, reason: &str) {}",
        "#[remote] fn on_close(&self, _: CloseCode, _: &str) {}",
        "#[remote] fn on_close(&self, caller: &Caller, status: Code, reason: Reason) {}",
        "fn helper<T>(self, x: impl Fn()) {} const X: u8 = 1; type Y = u8; #[remote] fn on_open(&self) {} m! {}",
    ];
    for members in table {
        assert_accepted(r#"path = "/""#, members);
    }
}

#[test]
fn dispatched_methods() {
    let table = [
        "#[remote] fn on_subscribe(&self) {}",
        "#[remote] fn on_level_2(&self, caller: &Caller) {}",
        "#[remote] fn on_subscribe(&self, caller: &Caller, request: Subscribe<'_>) -> Vec<u8> { Vec::new() }",
        "#[remote(event = \"heartbeat\")] fn keep_alive(&self) {}",
        "#[remote(event = \"heart beat\",)] fn on_heart_beat(&self) {}",
        "#[remote(event = \"subscribe\")] fn on_subscribe(&self) {}",
        // A value that another method would have by its name, had it no `event`.
        "#[remote(event = \"a\")] fn on_b(&self) {} #[remote(event = \"b\")] fn on_a(&self) {}",
        // The fixed callbacks are never reached by a message.
        "#[remote] fn on_open(&self) {} #[remote(event = \"open\")] fn open(&self) {}",
        "#[remote(event = \"x\")] fn keep_alive(&self) {} #[remote] fn keep_alive_error(&self, error: &Error) {}",
        "#[remote] fn on_join(&self) {} #[remote] fn on_join_error(&self, caller: &Caller, error: &Error) {}",
        // Without its method it is a dispatched method like any other.
        "#[remote] fn on_network_error(&self, report: Report) {}",
        "#[remote] fn on_open(&self) {} #[remote] fn on_open_error(&self, report: Report) {}",
        "#[remote] fn on_message(&self, m: Message) {} #[remote] fn on_mesage(&self) {}",
    ];
    for members in table {
        assert_accepted(r#"path = "/", dispatcher_key = "event""#, members);
    }
}

#[test]
fn upgrade_functions() {
    let table = [
        "",
        "username: String, rest: Vec<String>",
        "rest: Rest, username: u32",
        "_username: String, _rest: String",
        "request: &UpgradeRequest",
        "_: &websocket::UpgradeRequest",
        "hub: &Hub",
        "_: &Hub, _: &UpgradeRequest",
        "#[query] page: Option<u32>, #[header] user_agent: Vec<String>, #[header(\"X-Api-Key\")] _: String",
        "#[websocket::query] r#type: String",
    ];
    for arguments in table {
        let path = if arguments.contains("rest") { "/chat/<username>/<rest..>" } else { "/chat" };
        let args = format!("path = \"{path}\", state = Hub");
        for signature in
            [format!("fn connect({arguments}) -> Self"), format!("async fn new({arguments}) -> Result<Self>")]
        {
            assert_accepted(&args, &format!("#[upgrade] {signature} {{ todo() }} #[remote] fn on_open(&self) {{}}"));
        }
    }
}
