use super::{Entry, entry, item};

pub(super) fn entries() -> Vec<Entry> {
    vec![
        entry(
            "key_of_service",
            [client(
                "(path = \"/ticks\", dispatcher_key = \"event\")",
                "#[remote] async fn on_tick(&mut self, tick: Tick) {}",
            )],
            [client("(dispatcher_key = \"event\")", "#[remote] async fn on_tick(&mut self, tick: Tick) {}")],
        ),
        entry(
            "upgrade_in_client",
            [client(
                "",
                "#[upgrade] fn connect() -> Self { Self::default() }

                 #[remote] async fn on_message(&mut self, tick: Tick) {}",
            )],
            [client(
                "",
                "pub fn new() -> Self { Self::default() }

                 #[remote] async fn on_message(&mut self, tick: Tick) {}",
            )],
        ),
        entry(
            "scopes_in_client",
            [client("", "#[remote(scopes = [\"write\"])] async fn on_message(&mut self, tick: Tick) {}")],
            [client("", "#[remote] async fn on_message(&mut self, tick: Tick) {}")],
        ),
    ]
}

fn client(args: &str, members: &str) -> String {
    item(&format!("#[websocket::client{args}] impl Ticker {{ {members} }}"))
}
