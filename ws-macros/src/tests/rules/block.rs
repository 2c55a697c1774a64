use super::{Case, item, members};

pub(super) fn cases() -> Vec<Case> {
    [items(), services()].into_iter().flatten().collect()
}

fn items() -> Vec<Case> {
    const TEXT: &str = "the `service` attribute must be on an `impl` block\n\
                        = help: put it on the `impl` block that has the callbacks";
    vec![
        item("not_an_impl", r#"#[service(path = "/")] pub struct Chat { name: String }"#, "struct", TEXT),
        item("not_an_impl", r#"#[service(path = "/")] #[inline] pub(crate) fn chat() {}"#, "fn", TEXT),
        item("not_an_impl", r#"#[service(path = "/")] mod chat;"#, "mod", TEXT),
        item(
            "trait_impl",
            r#"#[service(path = "/")] impl Handler for Chat { #[remote] fn on_mesage(self) {} }"#,
            "Handler",
            "a service cannot be a trait implementation\n= help: put the callbacks into `impl Chat`",
        ),
        item(
            "duplicate_attribute",
            r#"#[service(path = "/")] #[websocket::service(path = "/")] impl Chat { #[remote] fn on_open(&self) {} }"#,
            r#"#[websocket::service(path = "/")]"#,
            "the `service` attribute is specified more than once",
        ),
    ]
}

fn services() -> Vec<Case> {
    const NOTE: &str = "a service cannot have the lifetime `'a`\n\
                        = note: a service lives as long as its connection, so it must own what it holds";
    vec![
        item(
            "lifetime_of_service",
            r#"#[service(path = "/")] impl<'a> Chat<'a> { #[remote] fn on_open(&self) {} }"#,
            "'a",
            NOTE,
        ),
        item(
            "lifetime_of_service",
            r#"#[service(path = "/")] impl Chat<'_, u8> { #[remote] fn on_open(&self) {} }"#,
            "'_",
            "a service cannot have the lifetime `'_`\n\
             = note: a service lives as long as its connection, so it must own what it holds",
        ),
        item(
            "lifetime_of_service",
            r#"#[service(path = "/")] impl Chat<(u8, u8), [&'_ str; 2]> { #[remote] fn on_open(&self) {} }"#,
            "'_",
            "a service cannot have the lifetime `'_`\n\
             = note: a service lives as long as its connection, so it must own what it holds",
        ),
        item(
            "no_callback",
            r#"#[service(path = "/")] impl chat::Chat<u8> {}"#,
            "chat::Chat<u8>",
            "service `chat::Chat` has no callback\n\
             = help: add a method with the `remote` attribute, such as `async fn on_open(&mut self)`",
        ),
        members(
            "no_callback",
            "fn new() -> Self { Self } async fn on_text_message(&mut self, text: &str) {}",
            "Chat",
            "service `Chat` has no callback\n= help: add the `remote` attribute to `on_text_message`",
        ),
    ]
}
