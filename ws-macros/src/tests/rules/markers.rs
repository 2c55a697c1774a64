use super::{Case, item, members};

pub(super) fn cases() -> Vec<Case> {
    [places(), company(), arguments()].into_iter().flatten().collect()
}

fn places() -> Vec<Case> {
    const OPEN: &str = "#[remote] fn on_open(&mut self) {}";
    vec![
        members(
            "marker_on_non_method",
            &format!("{OPEN} #[remote] const LIMIT: usize = 1;"),
            "#[remote]",
            "the `remote` attribute is only valid on methods",
        ),
        members(
            "marker_on_non_method",
            &format!("#[websocket::upgrade] type Room = String; {OPEN}"),
            "#[websocket::upgrade]",
            "the `upgrade` attribute is only valid on methods",
        ),
        members(
            "marker_on_non_method",
            &format!("{OPEN} #[remote] callbacks! {{ on_close }}"),
            "#[remote]",
            "the `remote` attribute is only valid on methods",
        ),
        item(
            "stray_marker",
            "impl Chat { #[remote] fn on_open(&mut self) {} }",
            "",
            "the `remote` attribute is only valid inside an `impl` block with the `service` or `client` attribute",
        ),
        members(
            "marker_on_non_method",
            &format!("{OPEN} #[cfg_attr(unix, remote)] const LIMIT: usize = 1;"),
            "#[cfg_attr(unix, remote)]",
            "the `remote` attribute is only valid on methods",
        ),
        members(
            "marker_in_cfg_attr",
            &format!("{OPEN} #[cfg_attr(unix, inline, remote)] fn on_pong(&self, data: &[u8]) {{}}"),
            "#[cfg_attr(unix, inline, remote)]",
            "the `remote` attribute cannot be inside `cfg_attr`\n\
             = help: write two methods, and choose between them with `cfg`",
        ),
        members(
            "extractor_outside_upgrade",
            "#[remote] fn on_text_message(&mut self, #[query] text: &str) {}",
            "#[query]",
            "the `query` attribute is only valid on an argument of the `upgrade` function",
        ),
        members(
            "extractor_outside_upgrade",
            &format!("fn connect(#[header] agent: String) -> Self {{ Self }} {OPEN}"),
            "#[header]",
            "the `header` attribute is only valid on an argument of the `upgrade` function\n\
             = help: add the `upgrade` attribute to `connect`",
        ),
        members(
            "extractor_outside_upgrade",
            &format!("fn page(&self, #[query] page: u8) {{}} {OPEN}"),
            "#[query]",
            "the `query` attribute is only valid on an argument of the `upgrade` function",
        ),
    ]
}

fn company() -> Vec<Case> {
    vec![
        members(
            "duplicate_attribute",
            "#[remote] #[doc = \"x\"] #[websocket::remote] fn on_open(&mut self) {}",
            "#[websocket::remote]",
            "the `remote` attribute is specified more than once",
        ),
        members(
            "duplicate_attribute",
            "#[upgrade] #[upgrade] fn new() -> Self { Self } #[remote] fn on_open(&mut self) {}",
            "#[upgrade]",
            "the `upgrade` attribute is specified more than once",
        ),
        members(
            "duplicate_attribute",
            "#[upgrade] fn new(#[query] #[websocket::query] page: u8) -> Self { Self } #[remote] fn on_open(&self) {}",
            "#[websocket::query]",
            "the `query` attribute is specified more than once",
        ),
        members(
            "attributes_exclude",
            "#[upgrade] #[remote] fn connect() -> Self { Self } #[remote] fn on_open(&mut self) {}",
            "#[remote]",
            "the `remote` attribute cannot be combined with `upgrade`\n= help: remove one of them",
        ),
        members(
            "attributes_exclude",
            "#[remote] #[upgrade] fn on_open(&mut self) {}",
            "#[upgrade]",
            "the `upgrade` attribute cannot be combined with `remote`\n= help: remove one of them",
        ),
        item(
            "attributes_exclude",
            "#[service(path = \"/\")] impl Chat {
                #[upgrade] fn new(#[query] #[header] token: String) -> Self { Self }
                #[remote] fn on_open(&mut self) {}
            }",
            "#[header]",
            "the `header` attribute cannot be combined with `query`\n= help: remove one of them",
        ),
    ]
}

fn arguments() -> Vec<Case> {
    const OPEN: &str = "#[remote] fn on_open(&mut self) {}";
    vec![
        members(
            "takes_no_arguments",
            &format!("#[upgrade(fast)] fn new() -> Self {{ Self }} {OPEN}"),
            "#[upgrade(fast)]",
            "the `upgrade` attribute takes no arguments",
        ),
        members(
            "takes_no_arguments",
            &format!("#[upgrade] fn new(#[query(\"page\")] page: u8) -> Self {{ Self }} {OPEN}"),
            "#[query(\"page\")]",
            "the `query` attribute takes no arguments\n= help: name the argument as the query parameter is named",
        ),
        members(
            "ill_typed_header",
            &format!("#[upgrade] fn new(#[header(x_api_key)] key: String) -> Self {{ Self }} {OPEN}"),
            "#[header(x_api_key)]",
            "the `header` attribute takes one string literal\n= help: write `#[header(\"x-api-key\")]`",
        ),
        members(
            "invalid_header_name",
            &format!("#[upgrade] fn new(#[header(\"x api key\")] key: String) -> Self {{ Self }} {OPEN}"),
            "\"x api key\"",
            "invalid header name `x api key`\n= note: it must be a token of RFC 7230: letters, digits, and `!#$%&'*+-.^_|~`",
        ),
        members(
            "arguments_without_parentheses",
            "#[remote = \"heartbeat\"] fn keep_alive(&mut self) {}",
            "#[remote = \"heartbeat\"]",
            "the arguments of the `remote` attribute must be in parentheses\n\
             = help: write `#[remote(event = \"heartbeat\")]`",
        ),
    ]
}
