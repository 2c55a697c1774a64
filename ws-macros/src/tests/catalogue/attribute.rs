use super::{Entry, args, dispatching, entry, item, members, service};

pub(super) fn entries() -> Vec<Entry> {
    [keys(), values(), numbers(), names(), places(), arguments()].into_iter().flatten().collect()
}

fn keys() -> Vec<Entry> {
    vec![
        entry(
            "unknown_key",
            [args(r#"path = "/chat", idle_timout = 30"#), args(r#"path = "/chat", timeout = 30"#)],
            [args(r#"path = "/chat", idle_timeout = 30"#)],
        ),
        entry("expected_key", [args(r#""/chat""#)], [args(r#"path = "/chat""#)]),
        entry(
            "key_without_value",
            [args(r#"path = "/chat", idle_timeout"#)],
            [args(r#"path = "/chat", idle_timeout = 30"#)],
        ),
        entry(
            "missing_comma",
            [args(r#"path = "/chat" idle_timeout = 30"#)],
            [args(r#"path = "/chat", idle_timeout = 30"#)],
        ),
        entry(
            "duplicate_attribute",
            [
                args(r#"path = "/chat", idle_timeout = 30, idle_timeout = 60"#),
                members("#[remote] #[remote] async fn on_text_message(&mut self, text: &str) {}"),
            ],
            [args(r#"path = "/chat", idle_timeout = 60"#)],
        ),
        entry("missing_path", [args("idle_timeout = 30")], [args(r#"path = "/chat", idle_timeout = 30"#)]),
    ]
}

fn values() -> Vec<Entry> {
    vec![entry(
        "ill_typed_value",
        [args(r#"path = "/chat", idle_timeout = "30s""#), args(r#"path = "/chat", state = "Hub""#)],
        [args(r#"path = "/chat", idle_timeout = 30, state = Hub"#)],
    )]
}

fn numbers() -> Vec<Entry> {
    vec![
        entry(
            "negative_seconds",
            [args(r#"path = "/chat", idle_timeout = -1"#), args(r#"path = "/chat", connection_closure_timeout = -60"#)],
            [args(r#"path = "/chat", idle_timeout = 0, connection_closure_timeout = -1"#)],
        ),
        entry(
            "value_too_large",
            [args(r#"path = "/chat", idle_timeout = 3_000_000_000"#)],
            [args(r#"path = "/chat", idle_timeout = 3_000"#)],
        ),
        entry(
            "zero_value",
            [args(r#"path = "/chat", max_frame_size = 0"#)],
            [args(r#"path = "/chat", max_frame_size = 65_536"#)],
        ),
    ]
}

fn names() -> Vec<Entry> {
    const JOIN: &str = "#[remote] async fn on_join(&mut self, room: Room) -> Joined { Joined { room } }";
    vec![
        entry(
            "empty_field_name",
            [service(r#"path = "/chat", dispatcher_key = """#, JOIN)],
            [service(r#"path = "/chat", dispatcher_key = "event""#, JOIN)],
        ),
        entry("path_by_another_name", [args(r#"route = "/chat""#)], [args(r#"path = "/chat""#)]),
        entry("expected_equals", [args(r#"path: "/chat""#)], [args(r#"path = "/chat""#)]),
        entry(
            "pong_timeout_without_pings",
            [args(r#"path = "/chat", pong_timeout = 5"#)],
            [args(r#"path = "/chat", ping_interval = 30, pong_timeout = 5"#)],
        ),
        entry(
            "stream_id_without_dispatcher_key",
            [args(r#"path = "/chat", dispatcher_stream_id = "id""#)],
            [service(r#"path = "/chat", dispatcher_key = "event", dispatcher_stream_id = "id""#, JOIN)],
        ),
        entry(
            "stream_id_is_dispatcher_key",
            [service(r#"path = "/chat", dispatcher_key = "event", dispatcher_stream_id = "event""#, JOIN)],
            [service(r#"path = "/chat", dispatcher_key = "event", dispatcher_stream_id = "id""#, JOIN)],
        ),
        entry(
            "invalid_subprotocol",
            [args(r#"path = "/chat", subprotocols = ["chat v1"]"#)],
            [args(r#"path = "/chat", subprotocols = ["chat.v1"]"#)],
        ),
        entry(
            "duplicate_subprotocol",
            [args(r#"path = "/chat", subprotocols = ["chat.v1", "chat.v1"]"#)],
            [args(r#"path = "/chat", subprotocols = ["chat.v2", "chat.v1"]"#)],
        ),
        entry(
            "invalid_origin",
            [args(r#"path = "/chat", origins = ["https://example.com/"]"#)],
            [args(r#"path = "/chat", origins = ["https://example.com"]"#)],
        ),
        entry(
            "duplicate_origin",
            [args(r#"path = "/chat", origins = ["https://example.com", "https://example.com:443"]"#)],
            [args(r#"path = "/chat", origins = ["https://example.com", "https://example.com:8443"]"#)],
        ),
    ]
}

fn places() -> Vec<Entry> {
    const OPEN: &str = "async fn on_open(&mut self) -> &'static str { Self::GREETING }";
    vec![
        entry(
            "marker_on_non_method",
            [members(&format!("#[remote] const GREETING: &str = \"hello\";\n\n#[remote] {OPEN}"))],
            [members(&format!("const GREETING: &str = \"hello\";\n\n#[remote] {OPEN}"))],
        ),
        entry(
            "stray_marker",
            [item("impl Chat { #[websocket::remote] async fn on_open(&mut self) {} }")],
            [members("#[remote] async fn on_open(&mut self) {}")],
        ),
        entry(
            "marker_in_cfg_attr",
            [members(
                "#[remote] async fn on_open(&mut self) {}

                 #[cfg_attr(unix, remote)] async fn on_pong(&mut self, data: &[u8]) {}",
            )],
            [members(
                "#[remote] async fn on_open(&mut self) {}

                 #[cfg(unix)] #[remote] async fn on_pong(&mut self, data: &[u8]) {}

                 #[cfg(not(unix))] async fn on_pong(&mut self, data: &[u8]) {}",
            )],
        ),
        entry(
            "attributes_exclude",
            [members(
                "#[upgrade] #[remote] async fn connect() -> Self { Self::new() }

                 #[remote] async fn on_open(&mut self) {}",
            )],
            [members(
                "#[upgrade] async fn connect() -> Self { Self::new() }

                 #[remote] async fn on_open(&mut self) {}",
            )],
        ),
    ]
}

fn arguments() -> Vec<Entry> {
    let connect = |attribute: &str, arguments: &str| {
        members(&format!(
            "{attribute} fn connect({arguments}) -> Self {{ Self::new() }}

             #[remote] async fn on_open(&mut self) {{}}"
        ))
    };
    vec![
        entry("takes_no_arguments", [connect("#[upgrade(async)]", "")], [connect("#[upgrade]", "")]),
        entry(
            "arguments_without_parentheses",
            [dispatching("#[remote = \"heartbeat\"] async fn keep_alive(&mut self) {}")],
            [dispatching("#[remote(event = \"heartbeat\")] async fn keep_alive(&mut self) {}")],
        ),
        entry(
            "extractor_outside_upgrade",
            [
                connect("", "#[query] token: String"),
                members("#[remote] async fn on_text_message(&mut self, #[query] text: &str) {}"),
            ],
            [connect("#[upgrade]", "#[query] token: String")],
        ),
        entry(
            "ill_typed_header",
            [connect("#[upgrade]", "#[header(x_api_key)] key: String")],
            [connect("#[upgrade]", "#[header(\"x-api-key\")] key: String")],
        ),
        entry(
            "invalid_header_name",
            [connect("#[upgrade]", "#[header(\"x api key\")] key: String")],
            [connect("#[upgrade]", "#[header(\"x-api-key\")] key: String")],
        ),
    ]
}
