use super::{Case, members, service};

pub(super) fn cases() -> Vec<Case> {
    [names(), timeouts(), error_callbacks(), combinations()].into_iter().flatten().collect()
}

fn names() -> Vec<Case> {
    vec![
        members(
            "unknown_callback",
            "#[remote] async fn on_mesage(&mut self, message: Message) {}",
            "on_mesage",
            "unknown callback `on_mesage`\n= help: a callback with a similar name exists: `on_message`",
        ),
        members(
            "unknown_callback",
            "#[remote] async fn onpong(&mut self, data: &[u8]) {}",
            "onpong",
            "unknown callback `onpong`\n= help: a callback with a similar name exists: `on_pong`",
        ),
        members(
            "callback_of_another_name",
            "#[remote] async fn on_disconnect(&mut self) {}",
            "on_disconnect",
            "unknown callback `on_disconnect`\n= help: the callback for this is `on_close`",
        ),
        // Called so elsewhere, and hardly misspelt.
        members(
            "unknown_callback",
            "#[remote] async fn on_closed(&mut self) {}",
            "on_closed",
            "unknown callback `on_closed`\n= help: a callback with a similar name exists: `on_close`",
        ),
        members(
            "unknown_callback",
            "#[remote] async fn on_subscribe(&mut self, request: &str) {}",
            "on_subscribe",
            "unknown callback `on_subscribe`\n= help: a dispatched method requires `dispatcher_key` in the `service` \
             attribute\n= note: the callbacks are `on_binary_message`, `on_close`, `on_error`, `on_idle_timeout`, \
             `on_message`, `on_open`, `on_ping`, `on_pong`, and `on_text_message`",
        ),
        members(
            "unknown_callback",
            "#[remote] fn on_message(&self, post: Post) {} #[remote] fn on_message_eror(&self, error: &Error) {}",
            "on_message_eror",
            "unknown callback `on_message_eror`\n= help: a callback with a similar name exists: `on_message_error`",
        ),
        members(
            "unknown_callback",
            "#[remote] async fn r#move(&mut self) {}",
            "r#move",
            "unknown callback `move`\n= note: the callbacks are `on_binary_message`, `on_close`, `on_error`, \
             `on_idle_timeout`, `on_message`, `on_open`, `on_ping`, `on_pong`, and `on_text_message`",
        ),
    ]
}

fn timeouts() -> Vec<Case> {
    vec![members(
        "callback_without_timeout",
        "#[remote] fn on_idle_timeout(&mut self) {}",
        "on_idle_timeout",
        "`on_idle_timeout` would never be called: the service has no `idle_timeout`\n\
         = help: add `idle_timeout = 30` to the `service` attribute",
    )]
}

fn error_callbacks() -> Vec<Case> {
    const OPEN: &str = "#[remote] fn on_open(&mut self) {}";
    vec![
        // Nothing but its last word makes it an error callback.
        members(
            "unknown_callback",
            "#[remote] fn on_network_error(&mut self) {}",
            "on_network_error",
            "unknown callback `on_network_error`\n= help: a dispatched method requires `dispatcher_key` in the `service` \
             attribute\n= note: the callbacks are `on_binary_message`, `on_close`, `on_error`, `on_idle_timeout`, \
             `on_message`, `on_open`, `on_ping`, `on_pong`, and `on_text_message`",
        ),
        members(
            "error_callback_without_method",
            &format!("{OPEN} #[remote] fn on_message_error(&mut self, error: &Error) {{}}"),
            "on_message_error",
            "error callback `on_message_error` has no method `on_message`\n\
             = help: add the callback `on_message`, or write `on_error` for the errors of all callbacks\n\
             = note: it would be called when the payload of `on_message` is rejected",
        ),
        service(
            "error_callback_without_method",
            r#"path = "/", dispatcher_key = "event""#,
            "#[remote] fn on_subscribe(&mut self) {} #[remote] fn on_subcribe_error(&mut self, error: &Error) {}",
            "on_subcribe_error",
            "error callback `on_subcribe_error` has no method `on_subcribe`\n\
             = help: a method with a similar name exists: `on_subscribe`",
        ),
        members(
            "error_callback_of_ordinary_method",
            &format!(
                "{OPEN} fn on_message(&mut self, message: Message) {{}}
                 #[remote] fn on_message_error(&mut self, error: &Error) {{}}"
            ),
            "on_message_error",
            "error callback `on_message_error` belongs to `on_message`, which is not a callback\n\
             = help: add the `remote` attribute to `on_message`",
        ),
        members(
            "error_callback_without_payload",
            &format!("{OPEN} #[remote] fn on_open_error(&mut self, error: &Error) {{}}"),
            "on_open_error",
            "`on_open_error` would never be called: `on_open` receives no messages\n\
             = help: write `on_error` for the errors of all callbacks",
        ),
        members(
            "error_callback_without_payload",
            &format!("{OPEN} #[remote] fn on_open_error(&mut self) {{}}"),
            "on_open_error",
            "`on_open_error` would never be called: `on_open` receives no messages\n\
             = help: write `on_error` for the errors of all callbacks",
        ),
        service(
            "error_callback_without_payload",
            r#"path = "/", dispatcher_key = "event""#,
            &format!("{OPEN} #[remote] fn on_close_error(&mut self, error: &websocket::Error) {{}}"),
            "on_close_error",
            "`on_close_error` would never be called: `on_close` receives no messages\n\
             = help: write `on_error` for the errors of all callbacks",
        ),
    ]
}

fn combinations() -> Vec<Case> {
    vec![
        members(
            "excluded_callback",
            "#[remote] fn on_message(&self, m: Message) {} #[remote] fn on_text_message(&self, text: &str) {}",
            "on_text_message",
            "`on_text_message` cannot be combined with `on_message`\n\
             = note: `on_message` already receives text messages",
        ),
        members(
            "excluded_callback",
            "#[remote] fn on_binary_message(&self, data: &[u8]) {} #[remote] fn on_message(&self, m: Message) {}",
            "on_message",
            "`on_message` cannot be combined with `on_binary_message`\n\
             = note: `on_message` already receives binary messages",
        ),
        // Three callbacks, one mistake: the last is one too many.
        members(
            "excluded_callback",
            "#[remote] fn on_text_message(&self, text: &str) {}
             #[remote] fn on_binary_message(&self, data: &[u8]) {}
             #[remote] fn on_message(&self, m: Message) {}",
            "on_message",
            "`on_message` cannot be combined with `on_text_message`\n\
             = note: `on_message` already receives text messages",
        ),
        // A configuration that has both is wrong, whatever the others have.
        members(
            "excluded_callback",
            "#[cfg(unix)] #[remote] fn on_message(&self, m: Message) {}
             #[remote] fn on_text_message(&self, text: &str) {}",
            "on_text_message",
            "`on_text_message` cannot be combined with `on_message`\n\
             = note: `on_message` already receives text messages",
        ),
        members(
            "excluded_callback",
            "#[remote] fn on_message(&self, m: Message) {}
             #[cfg(unix)] #[remote] fn on_text_message(&self, text: &str) {}",
            "on_text_message",
            "`on_text_message` cannot be combined with `on_message`\n\
             = note: `on_message` already receives text messages",
        ),
    ]
}
