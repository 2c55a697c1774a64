//! Snapshots of the expansion, checked in under `tests/expand`. `UPDATE_EXPECT=1 cargo test` rewrites them.

use expect_test::expect_file;

use super::source;

fn print(source: &str) -> String {
    let expansion = source::expand(source);
    assert_eq!(source::mistakes(expansion.clone()), []);
    source::format(&expansion.to_string())
}

#[test]
fn chat() {
    let expansion = print(
        r#"
        #[websocket::service(path = "/chat/<username>", state = Hub, idle_timeout = 30)]
        impl Chat {
            #[upgrade]
            async fn connect(username: String, hub: &Hub) -> Result<Self, UpgradeError> {
                Ok(Self { username, hub: hub.clone() })
            }
            #[remote]
            async fn on_open(&mut self, caller: &Caller) -> String {
                format!("Hi {}!", self.username)
            }
            #[remote]
            async fn on_text_message(&mut self, caller: &Caller, text: &str) -> websocket::Result<()> {
                self.hub.broadcast(text).await
            }
            #[remote]
            fn on_ping(&mut self, data: &[u8]) -> Vec<u8> {
                data.to_vec()
            }
            #[remote]
            async fn on_error(&mut self, caller: &Caller, error: &Error) {}
            #[remote]
            async fn on_close(&mut self, caller: &Caller, status: CloseCode, reason: &str) {
                self.hub.leave(caller);
            }
        }
        "#,
    );
    expect_file!["../../tests/expand/chat.rs"].assert_eq(&expansion);
    let generated = expansion.lines().skip_while(|line| !line.starts_with("const _")).count();
    assert!(generated <= 45, "{generated} lines");
}

#[test]
fn market() {
    let expansion = print(
        r#"
        #[websocket::service(
            path = "/market",
            subprotocols = ["market.v1"],
            dispatcher_key = "event", dispatcher_stream_id = "reqid",
            max_frame_size = 1024,
            connection_closure_timeout = -1,
            crate = crate::renamed,
        )]
        impl<S: Source> Market<S> where S: Clone {
            #[remote]
            async fn on_subscribe(&mut self, request: Subscribe<'_>) -> impl Stream<Item = Tick> + use<S> {
                self.source.ticks(request)
            }
            #[remote]
            fn on_subscribe_error(&mut self, caller: &Caller, error: &Error) {}
            #[cfg(feature = "heartbeat")]
            #[remote(event = "heartbeat")]
            fn keep_alive(&mut self) -> &'static str {
                "alive"
            }
            #[remote]
            async fn on_message<'a>(&mut self, message: &'a [u8]) -> &'a [u8] {
                message
            }
            #[remote]
            fn on_message_error(&mut self, error: &Error) {}
            fn ordinary(self) {}
        }
        "#,
    );
    expect_file!["../../tests/expand/market.rs"].assert_eq(&expansion);
}

#[test]
fn client() {
    let expansion = print(
        r#"
        #[websocket::client(dispatcher_key = "event", dispatcher_stream_id = "id", idle_timeout = 30)]
        impl Ticker {
            #[remote]
            async fn on_open(&mut self, caller: &Caller) -> Subscribe {
                Subscribe::to(&self.pairs)
            }
            #[remote]
            fn on_tick(&mut self, tick: Tick<'_>) {
                self.prices.set(tick);
            }
            #[remote]
            fn on_idle_timeout(&mut self) -> CloseFrame {
                CloseFrame::going_away()
            }
        }
        "#,
    );
    expect_file!["../../tests/expand/client.rs"].assert_eq(&expansion);
}

#[test]
fn mistake() {
    let expansion =
        source::expand("#[service(path = \"/\", state = Hub)] impl Chat { #[remote] fn on_opn(&mut self) {} }");
    expect_file!["../../tests/expand/mistake.rs"].assert_eq(&source::format(&expansion.to_string()));

    let expansion = source::expand("#[client] impl Ticker { #[remote] fn on_opn(&mut self) {} }").to_string();
    let stand_in = "impl __ws :: Handler for Ticker where Self : __ws :: Sendable + 'static , { const DESCRIPTOR";
    assert!(expansion.contains(stand_in) && !expansion.contains("upgrade"), "{expansion}");
}

#[test]
fn what_a_service_does_not_have_is_not_expanded() {
    let expansion = print(r#"#[service(path = "/")] impl Chat { #[remote] fn on_open(&self) {} }"#);
    assert!(!expansion.contains("CHECKS") && !expansion.contains("fn settings"), "{expansion}");

    let members = "#[upgrade] fn new(hub: &Hub) -> Self { Self { hub } } #[remote] fn on_open(&self) {}";
    let expansion = print(&format!(r#"#[service(path = "/", state = Hub)] impl Chat {{ {members} }}"#));
    assert!(expansion.contains("async fn upgrade(_: &__ws::UpgradeRequest, state: &Hub)"), "{expansion}");
}

#[test]
fn scopes_are_asked_for_before_a_payload_is_read() {
    let members = "#[remote(scopes = [\"write\", \"admin\"])] fn on_join(&self, room: Room) {}";
    let args = r#"path = "/", dispatcher_key = "event", dispatcher_stream_id = "id""#;
    let expansion = print(&format!("#[service({args})] impl Chat {{ {members} }}"));
    let permission = expansion.find(r#"__ws::permit(caller, &["write", "admin"]).map_err(|failure| failure.of(id))?;"#);
    let payload = expansion.find("__ws::payload!");
    assert!(permission.is_some() && permission < payload, "{expansion}");
}

#[test]
fn what_the_upgrade_function_does_not_use_has_its_name() {
    let connect = "#[upgrade] fn new(_id: u8, #[query] _page: u8, #[header] _user_agent: String) -> Self { Self }";
    let source = format!(r#"#[service(path = "/<id>")] impl Chat {{ {connect} #[remote] fn on_open(&self) {{}} }}"#);
    let expansion = print(&source);
    for name in ["(request, \"id\")", "(request, \"page\")", "(request, \"user-agent\")"] {
        assert!(expansion.contains(name), "{expansion}");
    }
}

#[test]
fn types_of_another_spelling_are_left_to_the_compiler() {
    let members = "#[upgrade] fn new(hub: &Shared) -> Self { Self { hub } } #[remote] fn on_close(&self, _: Code, _: Reason<'_>) {}";
    let expansion = print(&format!(r#"#[service(path = "/", state = Hub)] impl Chat {{ {members} }}"#));
    for conversion in [
        "<&Shared as __ws::FromState<'_, Hub>>::of(state)",
        "<Code as __ws::FromStatus>::of(status)",
        "<Reason<'_> as __ws::FromReason<'_>>::of(reason)",
    ] {
        assert!(expansion.contains(conversion), "{expansion}");
    }
}

#[test]
fn settings_that_are_no_literals_are_left_to_the_compiler() {
    let args = r#"path = "/", idle_timeout = IDLE, ping_interval = 7, pong_timeout = 2.5, max_frame_size = 1 << 10"#;
    let expansion = print(&format!("#[service({args})] impl Chat {{ #[remote] fn on_idle_timeout(&self) {{}} }}"));
    for setter in [
        ".idle_timeout(__ws::Seconds::into_seconds(IDLE))",
        ".pong_timeout(2.5)",
        ".max_frame_size(__ws::Size::into_bytes(1 << 10))",
    ] {
        assert!(expansion.contains(setter), "{expansion}");
    }
}

#[test]
fn what_is_deprecated_is_allowed_where_the_user_says_so() {
    let table = [
        ("#[allow(deprecated)] impl Chat", "", true),
        ("impl Chat", "#[expect(deprecated)]", true),
        ("impl Chat", "#[deprecated(note = \"old\")]", true),
        ("impl Chat", "#[allow(dead_code)]", false),
        ("impl Chat", "#[doc = \"deprecated\"]", false),
    ];
    for (block, attribute, expected) in table {
        let source = format!("#[service(path = \"/\")] {block} {{ {attribute} #[remote] fn on_open(&self) {{}} }}");
        let expansion = print(&source);
        let (_, generated) = expansion.split_once("const _").unwrap();
        assert_eq!(generated.contains("#[allow(deprecated)]"), expected, "{expansion}");
    }
}

#[test]
fn what_two_callbacks_require_is_asserted_once() {
    let members = "#[remote] fn on_join(&self, room: Room) {} #[remote] fn on_part(&self, room: Room) {}";
    let expansion = print(&format!(r#"#[service(path = "/", dispatcher_key = "event")] impl Chat {{ {members} }}"#));
    assert_eq!(expansion.matches("<Room as __ws::Payload<'_>>::CHECK").count(), 1, "{expansion}");
}

#[test]
fn pings_are_answered_where_their_callback_is_configured() {
    let members = r#"#[cfg(unix)] #[cfg(feature = "pings")] #[remote] fn on_ping(&self, data: &[u8]) {}"#;
    let expansion = print(&format!(r#"#[service(path = "/")] impl Chat {{ {members} }}"#));
    let condition = r#".answers_pings(::core::cfg!(any(all(unix, feature = "pings"))))"#;
    assert!(expansion.contains(condition), "{expansion}");

    let members = "#[cfg(unix)] #[remote] fn on_ping(&self, data: &[u8]) {} #[cfg(windows)] #[remote] fn on_ping(&self, data: &[u8]) {}";
    let expansion = print(&format!(r#"#[service(path = "/")] impl Chat {{ {members} }}"#));
    assert!(expansion.contains(".answers_pings(::core::cfg!(any(unix, windows)))"), "{expansion}");
}
