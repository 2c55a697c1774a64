//! What is right, in all its variations.

use super::source;

fn assert_accepted(args: &str, members: &str) {
    expand_accepted(&format!("#[service({args})] impl Chat {{ {members} }}"));
}

fn expand_accepted(source: &str) -> String {
    let expansion = source::expand(source);
    assert_eq!(source::mistakes(expansion.clone()), [], "{source}");
    expansion.to_string()
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
        r#"path = "/", idle_timeout = 2_147_483_647, max_frame_size = !0"#,
        r#"path = "/", subprotocols = ["graphql-transport-ws", "chat.v1"], dispatcher_key = "type""#,
        r#"path = "/", subprotocols = [], crate = crate::websocket"#,
        r#"path = "/", compression = websocket::Compression::dedicated().level(6)"#,
        r#"path = "/", origins = ["https://a.example", "http://localhost:8080", "null"]"#,
        r#"path = "/", origins = [], validation = true"#,
        r#"path = "/", origins = ["https://a.example", FRONTEND, frontend()]"#,
        r#"path = "/", origins = websocket::Origins::any()"#,
        r#"path = "/", auth = members()"#,
        r#"path = "/", auth = websocket::Auth::rule(Tokens).or(Users::read("users.toml"))"#,
        r#"path = "/", ping_interval = 30, pong_timeout = 2.5"#,
        r#"path = "/", idle_timeout = 3_000_000_000_u64, connection_closure_timeout = 3e9"#,
        r#"path = "/", validation = true"#,
        r#"path = r"/chat", crate = ::renamed"#,
    ];
    for args in table {
        assert_accepted(args, "#[remote] fn on_open(&mut self) {}");
    }
}

#[test]
fn clients() {
    let table = [
        "",
        "()",
        "(crate = crate::websocket)",
        r#"(dispatcher_key = "event", dispatcher_stream_id = "id", validation = false)"#,
        "(idle_timeout = 0.5)",
        "(idle_timeout = IDLE,)",
    ];
    for args in table {
        expand_accepted(&format!("#[client{args}] impl<T: Send> Ticker<T> {{ #[remote] fn on_open(&mut self) {{}} }}"));
    }
}

#[test]
fn validation_is_left_out_where_it_is_off() {
    for (validation, macro_name) in [("true", "payload"), ("false", "unvalidated"), ("(false)", "unvalidated")] {
        let attribute = format!("#[service(path = \"/\", validation = {validation})]");
        let source = format!("{attribute} impl Chat {{ #[remote] fn on_message(&self, message: Message) {{}} }}");
        assert!(expand_accepted(&source).contains(&format!("__ws :: {macro_name} !")), "{source}");
    }
}

#[test]
fn blocks() {
    let table = [
        "impl chat::Chat",
        "impl (Chat)",
        "impl Chat<'static>",
        "impl Chat<[&'static str; 2], fn(&str)>",
        "impl Chat<for<'a> fn(&'a str) -> &'a str>",
        "impl Chat<dyn for<'a> Fn(&'a str) + Send>",
        "impl<S: Source + 'static, const N: usize> Chat<S, N> where S: Clone",
        "impl Chat<'b'>",
    ];
    for header in table {
        expand_accepted(&format!("#[service(path = \"/\")] {header} {{ #[remote] fn on_open(&self) {{}} }}"));
    }
}

#[test]
fn callbacks() {
    let table = [
        "#[remote] async fn on_open(&mut self) {}",
        "#[remote] fn on_open(&self, caller: &Caller) -> String { String::new() }",
        "#[remote] pub async fn on_open<'a>(&'a self, _: &'a websocket::Caller) -> &'a str { &self.name }",
        // It is sent before the callback has ended.
        "#[remote] fn on_open(&self) -> impl Serialize { &self.name }",
        "#[remote] fn on_open(self: &Self) {}",
        "#[remote] fn on_open(self: &mut Self) {}",
        "#[websocket::remote] fn on_open(&self) {}",
        "#[remote()] fn on_open(&self) {}",
        "#[cfg_attr(test, allow(unused))] #[remote] fn on_open(&self, #[cfg_attr(unix, allow(unused))] _: &Caller) {}",
        "#[remote] fn on_text_message(&self, _: &str) {}",
        "#[remote] fn on_message<'a>(&self, m: Option<&'a str>) {}",
        "#[remote] fn on_text_message(&self, caller: &Caller, _text: String) {}",
        "#[remote] fn on_binary_message(&self, data: &[u8]) -> Bytes { Bytes::new() }",
        "#[remote] fn on_message(&self, Pair { a, b }: Pair) {}",
        "#[remote] fn on_text_message(&self, t: &str) {} #[remote] fn on_binary_message(&self, d: &[u8]) {}",
        "#[remote] fn on_message(&self, m: Message) {} #[remote] fn on_message_error(&self, error: &Error) {}",
        "#[remote] fn on_text_message_error(&self, c: &Caller, e: &Error) {} #[remote] fn on_text_message(&self, t: &str) {}",
        "#[remote] fn on_ping(&self, data: &[u8]) {} #[remote] fn on_pong(&self, data: Bytes) {}",
        "#[remote] fn on_error(&self, error: &Error) {}",
        "#[remote] fn on_error(&self, error: &Failure) {}",
        "#[remote] fn on_open(&self) -> BoxStream<'static, u8> { self.ticks() }",
        "#[remote] fn on_open(&self) -> Pin<Box<dyn Stream<Item = u8> + Send>> { self.ticks() }",
        "#[remote] fn on_open(&self) -> Cow<'_, str> { self.name() }",
        "#[remote] fn on_close(&self) {}",
        "#[remote] fn on_close(&self, caller: &Caller) {}",
        "#[remote] fn on_close(&self, status: CloseCode) {}",
        "#[remote] fn on_close(&self, reason: &str) {}",
        "#[remote] fn on_close(&self, _: CloseCode, _: &str) {}",
        "#[remote] fn on_close(&self, caller: &Caller, status: Code, reason: Reason) {}",
        "#[trace(skip, remote)] fn helper(&self) {} #[remote] fn on_open(&self) {}",
        "fn helper<T>(self, x: impl Fn()) {} const X: u8 = 1; type Y = u8; #[remote] fn on_open(&self) {} m! {}",
    ];
    for members in table {
        assert_accepted(r#"path = "/""#, members);
    }
    let on_idle_timeout = "#[remote] fn on_idle_timeout(&self, caller: &Caller) -> CloseFrame { bye() }";
    assert_accepted(r#"path = "/", idle_timeout = IDLE"#, on_idle_timeout);
}

#[test]
fn the_close_callback_takes_what_it_names() {
    let table = [
        ("", "Close (_ , _)"),
        ("status: CloseCode", "Close (status , _)"),
        ("reason: &str", "Close (_ , reason)"),
        ("status: CloseCode, reason: &str", "Close (status , reason)"),
    ];
    for (arguments, pattern) in table {
        let source = format!("#[service(path = \"/\")] impl Chat {{ #[remote] fn on_close(&self, {arguments}) {{}} }}");
        assert!(expand_accepted(&source).contains(pattern), "{arguments}");
    }
}

#[test]
fn dispatched_methods() {
    let table = [
        "#[remote] fn on_subscribe(&self) {}",
        "#[remote] fn on_level_2(&self, caller: &Caller) {}",
        "#[remote] fn on_subscribe(&self, caller: &Caller, request: Subscribe<'_>) -> Vec<u8> { Vec::new() }",
        "#[remote(event = \"heartbeat\")] fn keep_alive(&self) {}",
        "#[remote(scopes = [\"write\"])] fn on_join(&self) {}",
        "#[remote(event = \"x\", scopes = [\"chat:write\", \"https://a.example/x\",])] fn keep_alive(&self) {}",
        "#[remote(r#scopes = [\"a\"], event = \"x\",)] fn keep_alive(&self) {}",
        "#[remote(scopes = [\"a\"])] fn on_text_message(&self, text: &str) {} #[remote(scopes = [\"b\"])] fn on_binary_message(&self, data: &[u8]) {}",
        "#[remote(r#event = \"heartbeat\")] fn keep_alive(&self, caller: &r#Caller) {}",
        "#[remote] fn on_part(&self, note: Cow<'static, str>, ) {} #[remote] fn on_join(&self, f: Boxed<fn(&'static str)>) {}",
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
        "#[remote] fn on_network_error(&self, report: &str) {}",
        "#[remote] fn on_open(&self) {} #[remote] fn on_open_error(&self, report: Report) {}",
        // Not misspelt: the callback is there as well, or the value is given, or a short name is another word.
        "#[remote] fn on_message(&self, m: Message) {} #[remote] fn on_mesage(&self) {}",
        "#[remote(event = \"mesage\")] fn on_mesage(&self) {}",
        "#[remote] fn on_clone(&self) {} #[remote] fn on_opened(&self) {} #[remote] fn on_ring(&self) {}",
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
