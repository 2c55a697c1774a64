use super::{Entry, args, entry, members, service};

pub(super) fn entries() -> Vec<Entry> {
    [paths(), functions(), parameters(), arguments()].into_iter().flatten().collect()
}

fn paths() -> Vec<Entry> {
    vec![entry(
        "invalid_path",
        [
            args(r#"path = "chat""#),
            args(r#"path = "/chat/""#),
            args(r#"path = "/chat?room=1""#),
            args(r#"path = "/room-<id>""#),
            args(r#"path = "/<rest..>/files""#),
        ],
        [
            args(r#"path = "/chat""#),
            service(r#"path = "/room/<id>/<rest..>""#, &connect("id: u32, rest: String", "Self { id, rest }")),
        ],
    )]
}

fn functions() -> Vec<Entry> {
    const OPEN: &str = "#[remote] async fn on_open(&mut self) {}";
    let upgrade = |function: &str| members(&format!("{function}\n\n{OPEN}"));
    vec![
        entry(
            "second_upgrade",
            [upgrade(
                "#[upgrade] fn connect() -> Self { Self::new() }

                 #[upgrade] fn connect_again() -> Self { Self::new() }",
            )],
            [upgrade("#[upgrade] fn connect() -> Self { Self::new() }")],
        ),
        entry(
            "upgrade_with_receiver",
            [upgrade("#[upgrade] fn connect(&mut self) -> Self { Self::new() }")],
            [upgrade("#[upgrade] fn connect() -> Self { Self::new() }")],
        ),
        entry(
            "upgrade_without_service",
            [upgrade("#[upgrade] async fn connect() {}")],
            [
                upgrade("#[upgrade] async fn connect() -> Self { Self::new() }"),
                upgrade("#[upgrade] async fn connect() -> Result<Self, UpgradeError> { Ok(Self::new()) }"),
            ],
        ),
        entry(
            "upgrade_with_cfg",
            [upgrade("#[cfg(unix)] #[upgrade] fn connect() -> Self { Self::new() }")],
            [upgrade(
                "#[upgrade] fn connect() -> Self { if cfg!(unix) { Self::with_signals() } else { Self::new() } }",
            )],
        ),
    ]
}

fn parameters() -> Vec<Entry> {
    vec![
        entry(
            "parameter_without_argument",
            [service(r#"path = "/chat/<username>""#, &connect("", "Self::new()"))],
            [service(r#"path = "/chat/<username>""#, &connect("username: String", "Self { username }"))],
        ),
        entry(
            "parameter_without_upgrade",
            [args(r#"path = "/chat/<username>""#)],
            [service(r#"path = "/chat/<username>""#, &connect("username: String", "Self { username }"))],
        ),
        entry(
            "argument_without_parameter",
            [
                service(r#"path = "/chat/<username>""#, &connect("user_name: String", "Self { user_name }")),
                service(r#"path = "/chat""#, &connect("room: String", "Self { room }")),
            ],
            [
                service(r#"path = "/chat/<username>""#, &connect("username: String", "Self { username }")),
                service(r#"path = "/chat/<room>""#, &connect("room: String", "Self { room }")),
                service(r#"path = "/chat""#, &connect("#[query] room: String", "Self { room }")),
            ],
        ),
    ]
}

fn arguments() -> Vec<Entry> {
    let chat = |arguments: &str, instance: &str| service(r#"path = "/chat""#, &connect(arguments, instance));
    let with_state =
        |arguments: &str, instance: &str| service(r#"path = "/chat", state = Hub"#, &connect(arguments, instance));
    vec![
        entry(
            "argument_without_name",
            [chat("#[query] (x, y): Place", "Self { x, y }")],
            [chat("#[query] place: Place", "let (x, y) = place.into(); Self { x, y }")],
        ),
        entry(
            "reference_without_state",
            [chat("hub: &Hub", "Self { hub: hub.clone() }")],
            [with_state("hub: &Hub", "Self { hub: hub.clone() }")],
        ),
        entry(
            "state_twice",
            [with_state("hub: &Hub, rooms: &Rooms", "Self { hub: hub.clone(), rooms: rooms.clone() }")],
            [with_state("hub: &Hub", "Self { hub: hub.clone(), rooms: hub.rooms() }")],
        ),
        entry(
            "caller_in_upgrade",
            [members(
                "#[upgrade] fn connect(caller: &Caller) -> Self { Self { id: caller.connection_id() } }

                 #[remote] async fn on_open(&mut self) {}",
            )],
            [members(
                "#[upgrade] fn connect() -> Self { Self { id: None } }

                 #[remote] async fn on_open(&mut self, caller: &Caller) { self.id = Some(caller.connection_id()); }",
            )],
        ),
    ]
}

fn connect(arguments: &str, body: &str) -> String {
    format!(
        "#[upgrade] fn connect({arguments}) -> Self {{ {body} }}

         #[remote] async fn on_open(&mut self) {{}}"
    )
}
