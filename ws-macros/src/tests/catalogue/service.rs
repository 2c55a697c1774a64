use super::{Entry, entry, item, members};

pub(super) fn entries() -> Vec<Entry> {
    [blocks(), qualifiers(), generics(), receivers(), counts(), callers()].into_iter().flatten().collect()
}

fn blocks() -> Vec<Entry> {
    const OPEN: &str = "#[remote] async fn on_open(&mut self) {}";
    let block = |header: &str| item(&format!("#[websocket::service(path = \"/chat\")] {header} {{ {OPEN} }}"));
    vec![
        entry("not_an_impl", [item("#[websocket::service(path = \"/chat\")] struct Chat;")], [block("impl Chat")]),
        entry("trait_impl", [block("impl Handler for Chat")], [block("impl Chat")]),
        entry("service_of_another_kind", [block("impl dyn Talk")], [block("impl Chat")]),
        entry("lifetime_of_service", [block("impl<'a> Chat<'a>")], [block("impl Chat")]),
        entry("no_callback", [members(""), members("async fn on_open(&mut self) {}")], [members(OPEN)]),
    ]
}

fn qualifiers() -> Vec<Entry> {
    vec![entry(
        "qualifier",
        [members("#[remote] unsafe fn on_open(&mut self) {}")],
        [members("#[remote] fn on_open(&mut self) {}")],
    )]
}

fn generics() -> Vec<Entry> {
    vec![
        entry(
            "type_parameter",
            [members("#[remote] async fn on_message<T: DeserializeOwned>(&mut self, message: T) {}")],
            [members("#[remote] async fn on_message(&mut self, message: Post) {}")],
        ),
        entry(
            "impl_trait_argument",
            [members("#[remote] async fn on_text_message(&mut self, text: impl AsRef<str>) {}")],
            [members("#[remote] async fn on_text_message(&mut self, text: &str) {}")],
        ),
        entry(
            "where_clause",
            [members("#[remote] async fn on_open(&mut self) where Self: Clone {}")],
            [item(
                "#[websocket::service(path = \"/chat\")] impl Chat where Self: Clone { #[remote] async fn on_open(&mut self) {} }",
            )],
        ),
        entry(
            "static_argument",
            [members("#[remote] async fn on_text_message(&mut self, text: &'static str) {}")],
            [members("#[remote] async fn on_text_message(&mut self, text: &str) {}")],
        ),
    ]
}

fn receivers() -> Vec<Entry> {
    vec![
        entry(
            "receiver",
            [
                members("#[remote] async fn on_close(self) {}"),
                members("#[remote] async fn on_open(caller: &Caller) {}"),
            ],
            [
                members("#[remote] async fn on_close(&mut self) {}"),
                members("#[remote] async fn on_open(&self, caller: &Caller) {}"),
            ],
        ),
        entry(
            "static_receiver",
            [members("#[remote] async fn on_open(&'static self) {}")],
            [members("#[remote] async fn on_open(&self) {}")],
        ),
        entry(
            "never_returns",
            [members("#[remote] async fn on_open(&mut self) -> ! { self.run().await }")],
            [members("#[remote] async fn on_open(&mut self) { tokio::spawn(self.hub.clone().run()); }")],
        ),
        entry(
            "returned_future",
            [members("#[remote] fn on_open(&mut self) -> impl Future<Output = String> { self.greet() }")],
            [members("#[remote] async fn on_open(&mut self) -> String { self.greet().await }")],
        ),
    ]
}

fn counts() -> Vec<Entry> {
    vec![
        entry(
            "too_many_arguments",
            [members("#[remote] async fn on_open(&mut self, caller: &Caller, username: String) {}")],
            [members("#[remote] async fn on_open(&mut self, caller: &Caller) {}")],
        ),
        entry(
            "missing_argument",
            [members("#[remote] async fn on_text_message(&mut self, caller: &Caller) {}")],
            [members("#[remote] async fn on_text_message(&mut self, caller: &Caller, text: &str) {}")],
        ),
    ]
}

fn callers() -> Vec<Entry> {
    vec![
        entry(
            "caller_not_first",
            [members("#[remote] async fn on_text_message(&mut self, text: &str, caller: &Caller) {}")],
            [members("#[remote] async fn on_text_message(&mut self, caller: &Caller, text: &str) {}")],
        ),
        entry(
            "caller_twice",
            [members("#[remote] async fn on_open(&mut self, caller: &Caller, other: &Caller) {}")],
            [members("#[remote] async fn on_open(&mut self, caller: &Caller) {}")],
        ),
        entry(
            "not_a_shared_reference",
            [
                members("#[remote] async fn on_open(&mut self, caller: Caller) {}"),
                members("#[remote] async fn on_error(&mut self, error: Error) {}"),
            ],
            [members(
                "#[remote] async fn on_open(&mut self, caller: &Caller) {}

                 #[remote] async fn on_error(&mut self, error: &Error) {}",
            )],
        ),
        entry(
            "reason_before_status",
            [members("#[remote] async fn on_close(&mut self, reason: &str, status: CloseCode) {}")],
            [members("#[remote] async fn on_close(&mut self, status: CloseCode, reason: &str) {}")],
        ),
    ]
}
