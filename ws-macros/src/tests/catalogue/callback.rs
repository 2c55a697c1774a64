use super::{Entry, dispatching, entry, members, service};

pub(super) fn entries() -> Vec<Entry> {
    [names(), replies(), error_callbacks(), values(), combinations()].into_iter().flatten().collect()
}

fn names() -> Vec<Entry> {
    vec![
        entry(
            "unknown_callback",
            [
                members("#[remote] async fn on_mesage(&mut self, message: Message) {}"),
                members("#[remote] async fn on_subscribe(&mut self, request: Subscribe) {}"),
            ],
            [
                members("#[remote] async fn on_message(&mut self, message: Message) {}"),
                dispatching("#[remote] async fn on_subscribe(&mut self, request: Subscribe) {}"),
            ],
        ),
        entry(
            "misspelt_callback",
            [dispatching("#[remote] async fn on_mesage(&mut self, message: Message) {}")],
            [
                dispatching("#[remote] async fn on_message(&mut self, message: Message) {}"),
                dispatching("#[remote(event = \"mesage\")] async fn on_mesage(&mut self, message: Message) {}"),
            ],
        ),
        entry(
            "payload_of_callback",
            [dispatching("#[remote] async fn on_open(&mut self, request: Open) {}")],
            [
                dispatching("#[remote(event = \"open\")] async fn open(&mut self, request: Open) {}"),
                dispatching("#[remote] async fn on_open(&mut self) {}"),
            ],
        ),
        entry(
            "callback_without_timeout",
            [members("#[remote] async fn on_idle_timeout(&mut self) {}")],
            [service(r#"path = "/chat", idle_timeout = 30"#, "#[remote] async fn on_idle_timeout(&mut self) {}")],
        ),
        entry(
            "argument_with_cfg",
            [members("#[remote] async fn on_open(&mut self, #[cfg(unix)] caller: &Caller) {}")],
            [members(
                "#[cfg(unix)]
                 #[remote]
                 async fn on_open(&mut self, caller: &Caller) {}

                 #[cfg(not(unix))]
                 #[remote]
                 async fn on_open(&mut self) {}",
            )],
        ),
        entry(
            "cfg_in_cfg_attr",
            [members("#[cfg_attr(unix, cfg(feature = \"greeting\"))] #[remote] async fn on_open(&mut self) {}")],
            [members("#[cfg(any(not(unix), feature = \"greeting\"))] #[remote] async fn on_open(&mut self) {}")],
        ),
        entry(
            "callback_of_another_name",
            [members("#[remote] async fn on_disconnect(&mut self) {}")],
            [members("#[remote] async fn on_close(&mut self) {}")],
        ),
        entry(
            "dispatched_without_value",
            [dispatching("#[remote] async fn keep_alive(&mut self) {}")],
            [
                dispatching("#[remote(event = \"heartbeat\")] async fn keep_alive(&mut self) {}"),
                dispatching("#[remote] async fn on_heartbeat(&mut self) {}"),
            ],
        ),
    ]
}

fn replies() -> Vec<Entry> {
    let history = |captures: &str| {
        members(&format!(
            "#[remote] async fn on_open(&mut self) -> impl Stream<Item = String>{captures} {{
                 stream::iter(self.history.clone())
             }}"
        ))
    };
    let ticks = |lifetime: &str| {
        members(&format!(
            "#[remote] async fn on_open(&mut self) -> BoxStream<{lifetime}, Tick> {{ self.feed.clone().ticks() }}"
        ))
    };
    vec![
        entry("borrowing_stream", [history("")], [history(" + use<>")]),
        entry("borrowing_boxed_stream", [ticks("'_")], [ticks("'static")]),
    ]
}

fn error_callbacks() -> Vec<Entry> {
    const ON_ERROR: &str = "#[remote] async fn on_message_error(&mut self, error: &Error) {}";
    const ON_MESSAGE: &str = "async fn on_message(&mut self, post: Post) {}";
    const OPEN: &str = "#[remote] async fn on_open(&mut self) {}";
    vec![
        entry(
            "error_callback_without_method",
            [
                members(&format!("{OPEN}\n\n{ON_ERROR}")),
                dispatching(
                    "#[remote] async fn on_subscribe(&mut self, request: Subscribe) {}

                     #[remote] async fn on_subcribe_error(&mut self, error: &Error) {}",
                ),
            ],
            [
                members(&format!("#[remote] {ON_MESSAGE}\n\n{ON_ERROR}")),
                dispatching(
                    "#[remote] async fn on_subscribe(&mut self, request: Subscribe) {}

                     #[remote] async fn on_subscribe_error(&mut self, error: &Error) {}",
                ),
            ],
        ),
        entry(
            "error_callback_of_ordinary_method",
            [members(&format!("{ON_MESSAGE}\n\n{ON_ERROR}"))],
            [members(&format!("#[remote] {ON_MESSAGE}\n\n{ON_ERROR}"))],
        ),
        entry(
            "error_callback_without_payload",
            [members(&format!("{OPEN}\n\n#[remote] async fn on_open_error(&mut self, error: &Error) {{}}"))],
            [members(&format!("{OPEN}\n\n#[remote] async fn on_error(&mut self, error: &Error) {{}}"))],
        ),
    ]
}

fn values() -> Vec<Entry> {
    const KEEP_ALIVE: &str = "#[remote(event = \"heartbeat\")] async fn keep_alive(&mut self) {}";
    vec![
        entry("event_without_dispatcher_key", [members(KEEP_ALIVE)], [dispatching(KEEP_ALIVE)]),
        entry(
            "event_on_callback",
            [dispatching("#[remote(event = \"open\")] async fn on_open(&mut self) {}")],
            [
                dispatching("#[remote] async fn on_open(&mut self) {}"),
                dispatching("#[remote(event = \"open\")] async fn open(&mut self) {}"),
            ],
        ),
        entry(
            "scopes_on_callback",
            [members("#[remote(scopes = [\"read\"])] async fn on_open(&mut self) {}")],
            [members("#[remote(scopes = [\"read\"])] async fn on_text_message(&mut self, text: &str) {}")],
        ),
        entry(
            "empty_scopes",
            [members("#[remote(scopes = [])] async fn on_text_message(&mut self, text: &str) {}")],
            [
                members("#[remote] async fn on_text_message(&mut self, text: &str) {}"),
                members("#[remote(scopes = [\"write\"])] async fn on_text_message(&mut self, text: &str) {}"),
            ],
        ),
        entry(
            "invalid_scope",
            [members("#[remote(scopes = [\"read write\"])] async fn on_text_message(&mut self, text: &str) {}")],
            [members("#[remote(scopes = [\"read\", \"write\"])] async fn on_text_message(&mut self, text: &str) {}")],
        ),
        entry(
            "duplicate_scope",
            [members("#[remote(scopes = [\"read\", \"read\"])] async fn on_text_message(&mut self, text: &str) {}")],
            [members("#[remote(scopes = [\"read\"])] async fn on_text_message(&mut self, text: &str) {}")],
        ),
        entry(
            "value_handled_twice",
            [
                dispatching(&format!(
                    "{KEEP_ALIVE}\n\n#[remote(event = \"heartbeat\")] async fn answer(&mut self) {{}}"
                )),
                dispatching(&format!("{KEEP_ALIVE}\n\n#[remote] async fn on_heartbeat(&mut self) {{}}")),
            ],
            [dispatching(&format!("{KEEP_ALIVE}\n\n#[remote] async fn on_answer(&mut self) {{}}"))],
        ),
        entry(
            "unreachable_method",
            [dispatching("#[remote] async fn on_heartBeat(&mut self) {}")],
            [dispatching("#[remote] async fn on_heart_beat(&mut self) {}")],
        ),
    ]
}

fn combinations() -> Vec<Entry> {
    vec![entry(
        "excluded_callback",
        [members(
            "#[remote] async fn on_message(&mut self, message: Message) {}

             #[remote] async fn on_text_message(&mut self, text: &str) {}",
        )],
        [
            members("#[remote] async fn on_message(&mut self, message: Message) {}"),
            members(
                "#[remote] async fn on_binary_message(&mut self, data: &[u8]) {}

                 #[remote] async fn on_text_message(&mut self, text: &str) {}",
            ),
        ],
    )]
}
