use super::{Case, members, service};

pub(super) fn cases() -> Vec<Case> {
    [functions(), arguments()].into_iter().flatten().collect()
}

fn functions() -> Vec<Case> {
    const OPEN: &str = "#[remote] fn on_open(&mut self) {}";
    vec![
        members(
            "second_upgrade",
            &format!("#[upgrade] fn one() -> Self {{ Self }} #[upgrade] fn other(self) -> Self {{ self }} {OPEN}"),
            "other",
            "the service already has the `upgrade` function `one`",
        ),
        members(
            "upgrade_with_receiver",
            &format!("#[upgrade] fn connect(&self) -> Self {{ Self }} {OPEN}"),
            "&self",
            "the `upgrade` function `connect` cannot take `self`\n= note: it makes the service of a new connection",
        ),
        members(
            "upgrade_without_service",
            &format!("#[upgrade] async fn connect() {{}} {OPEN}"),
            "connect",
            "the `upgrade` function `connect` must return the service\n\
             = help: add `-> Self` or `-> Result<Self, UpgradeError>`",
        ),
        members(
            "upgrade_with_cfg",
            &format!("#[cfg(unix)] #[upgrade] fn connect() -> Self {{ Self }} {OPEN}"),
            "#[cfg(unix)]",
            "the `upgrade` function `connect` cannot have a `cfg` attribute\n= help: move the `cfg` into its body",
        ),
    ]
}

fn arguments() -> Vec<Case> {
    const UNNAMED: &str = "every argument of the `upgrade` function `connect` must have a name\n\
                           = note: path and query parameters are found by the names of the arguments";
    let connect = |rule, settings: &str, arguments: &str, underlined, message| {
        let members = format!(
            "#[upgrade] fn connect({arguments}) -> Self {{ Self }}
             #[remote] fn on_open(&mut self) {{}}"
        );
        service(rule, settings, &members, underlined, message)
    };
    vec![
        connect("argument_without_name", r#"path = "/""#, "_: String", "_: String", UNNAMED),
        // What has no name was meant for the parameter that nothing matches.
        connect("argument_without_name", r#"path = "/<id>""#, "_: String", "_: String", UNNAMED),
        connect(
            "parameter_without_argument",
            r#"path = "/<id>/<name>""#,
            "name: String, #[query] id: u8",
            "\"/<id>/<name>\"",
            "path parameter `<id>` has no matching argument in `connect`\n\
             = help: remove the attribute from the argument `id`",
        ),
        connect(
            "not_a_shared_reference",
            r#"path = "/", state = Hub<u8>"#,
            "hub: Hub<u8>",
            "Hub<u8>",
            "the state must be taken as `&Hub<u8>`",
        ),
        connect(
            "not_a_shared_reference",
            r#"path = "/", state = Hub"#,
            "hub: &mut Hub",
            "&mut Hub",
            "the state must be taken as `&Hub`",
        ),
        connect(
            "reference_without_state",
            r#"path = "/""#,
            "token: &str",
            "token: &str",
            "argument `token` of `connect` is a reference, but the service has no state\n\
             = help: take a `String`: a path parameter, or an argument with the `query` or `header` attribute",
        ),
        connect("argument_without_name", r#"path = "/""#, "#[query] _: String", "_", UNNAMED),
        connect("argument_without_name", r#"path = "/""#, "#[header] (a, b): Pair", "(a, b)", UNNAMED),
        connect(
            "reference_without_state",
            r#"path = "/""#,
            "hub: &Hub",
            "hub: &Hub",
            "argument `hub` of `connect` is a reference, but the service has no state\n\
             = help: add `state = Hub` to the `service` attribute",
        ),
        connect(
            "state_twice",
            r#"path = "/", state = Hub"#,
            "hub: &Hub, other: &Other",
            "other: &Other",
            "the state is already the argument `hub` of `connect`\n\
             = note: an argument that is a reference is the state of the service",
        ),
        connect(
            "not_a_shared_reference",
            r#"path = "/""#,
            "request: websocket::UpgradeRequest",
            "websocket::UpgradeRequest",
            "the request must be taken as `&UpgradeRequest`",
        ),
        connect(
            "caller_in_upgrade",
            r#"path = "/""#,
            "caller: &Caller",
            "caller: &Caller",
            "the `upgrade` function `connect` cannot take the caller\n= help: take it in `on_open`",
        ),
    ]
}
