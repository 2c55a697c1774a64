//! Mistakes that could be taken for others, or for two.

use super::{Case, args, item, members, service};

pub(super) fn cases() -> Vec<Case> {
    [keys(), paths(), events(), blocks(), callbacks(), upgrades(), states(), hidden()].into_iter().flatten().collect()
}

fn keys() -> Vec<Case> {
    const EQUALS: &str = "expected `=` after `path`, found `:`\n= help: write `path = \"/chat\"`";
    const STATE: &str = "`state` must be a type\n= help: write `state = Hub`";
    vec![
        args("expected_equals", r#"path: "/""#, ":", EQUALS),
        args(
            "expected_equals",
            r#"path == "/""#,
            "=",
            "expected `=` after `path`, found `=`\n= help: write `path = \"/chat\"`",
        ),
        args(
            "path_by_another_name",
            r#"route = "/chat""#,
            "route",
            "unknown `service` attribute `route`\n= help: the path is given as `path = \"/chat\"`",
        ),
        args(
            "unknown_key",
            r#"PATH = "/chat""#,
            "PATH",
            "unknown `service` attribute `PATH`\n= help: an attribute with a similar name exists: `path`",
        ),
        args("ill_typed_value", r#"path = "/", state = Hub::new(), idle_timeout = 1"#, "Hub::new()", STATE),
        args("ill_typed_value", r#"path = "/", state = _"#, "_", STATE),
        args("ill_typed_value", r#"path = "/", state = impl Send"#, "impl Send", STATE),
        args("ill_typed_value", r#"path = "/", state = Hub + Send"#, "Hub + Send", STATE),
        args(
            "ill_typed_value",
            r#"path = "/", idle_timeout = 30i128"#,
            "30i128",
            "`idle_timeout` must be a number of seconds or a `Duration`\n= help: write `idle_timeout = 30`",
        ),
        args(
            "ill_typed_value",
            r#"path = "/", max_frame_size = 64u64"#,
            "64u64",
            "`max_frame_size` must be a whole number of bytes\n= help: write `max_frame_size = 65536`",
        ),
        args(
            "ill_typed_value",
            r#"path = "/", idle_timeout = parse("3")?"#,
            "parse(\"3\")?",
            "`idle_timeout` must be a number of seconds or a `Duration`\n= help: write `idle_timeout = 30`",
        ),
        args("ill_typed_value", r#"path = "/", state = dyn Hub"#, "dyn Hub", STATE),
        args("ill_typed_value", r#"path = "/", state = Hub here"#, "Hub here", STATE),
        args(
            "key_without_value",
            r#"path = "/", idle_timeout, state = Hub"#,
            "idle_timeout",
            "the `idle_timeout` attribute must have a value\n= help: write `idle_timeout = 30`",
        ),
        args(
            "missing_comma",
            r#"path = "/", state = Hub idle_timeout = 1"#,
            "idle_timeout",
            "expected `,` before `idle_timeout`",
        ),
        args(
            "empty_field_name",
            r#"path = "/", dispatcher_stream_id = """#,
            "\"\"",
            "`dispatcher_stream_id` must not be empty\n= help: write the name of a field of the messages",
        ),
    ]
}

fn paths() -> Vec<Case> {
    vec![
        args(
            "invalid_path",
            r#"path = "/{id}""#,
            "\"/{id}\"",
            "the path contains the invalid character `{` in `/{id}`\n= help: write `<name>` for a path parameter",
        ),
        args(
            "invalid_path",
            r#"path = "/<>""#,
            "\"/<>\"",
            "a path parameter must have a name, found `<>` in `/<>`\n\
             = help: the name must be an identifier, the name of an argument",
        ),
        args(
            "invalid_path",
            r#"path = "ws://example.com/chat""#,
            "\"ws://example.com/chat\"",
            "the path must begin with `/`\n= help: write the path alone, without scheme and host",
        ),
        args(
            "invalid_path",
            r#"path = "/a//b""#,
            "\"/a//b\"",
            "the path has an empty segment in `/a//b`\n= help: remove one of the two slashes",
        ),
        args(
            "parameter_without_upgrade",
            r#"path = "/<type>""#,
            "\"/<type>\"",
            "path parameter `<type>` requires an `upgrade` function\n\
             = help: add `#[upgrade] fn connect(r#type: String) -> Self`",
        ),
    ]
}

fn events() -> Vec<Case> {
    const EXAMPLE: &str = "`event` must be a string literal\n= help: write `#[remote(event = \"heartbeat\")]`";
    let dispatching = |rule, members: &str, underlined, message| {
        service(rule, r#"path = "/", dispatcher_key = "event""#, members, underlined, message)
    };
    vec![
        dispatching(
            "expected_equals",
            "#[remote(event \"x\")] fn keep(&self) {}",
            "\"x\"",
            "expected `=` after `event`, found `\"x\"`\n= help: write `#[remote(event = \"heartbeat\")]`",
        ),
        dispatching("ill_typed_value", "#[remote(event = \"x\" + \"y\")] fn keep(&self) {}", "\"x\" + \"y\"", EXAMPLE),
        dispatching("ill_typed_value", "#[remote(event = \"x\"y)] fn keep(&self) {}", "\"x\"y", EXAMPLE),
        dispatching(
            "duplicate_attribute",
            "#[remote] #[remote(event = \"b\")] fn keep(&self) {}",
            "#[remote(event = \"b\")]",
            "the `remote` attribute is specified more than once",
        ),
        dispatching(
            "unreachable_method",
            "#[remote] fn on_close_(&self) {}",
            "on_close_",
            "no dispatcher value leads to `on_close_`\n= help: write `#[remote(event = \"…\")]`",
        ),
        dispatching(
            "error_callback_without_payload",
            "#[remote] fn on_join(&self) {} #[remote] fn on_join_error(&self, e: &Error) {}
             #[remote] fn on_join_error_error(&self, e: &Error) {}",
            "on_join_error_error",
            "`on_join_error_error` would never be called: `on_join_error` receives no messages\n\
             = help: write `on_error` for the errors of all callbacks",
        ),
    ]
}

fn blocks() -> Vec<Case> {
    const KIND: &str = "a service must be a struct, an enum, or a union\n\
                        = help: put the callbacks into the `impl` block of a type of your own";
    const ELIDED: &str = "a service cannot have the lifetime `'_`\n\
                          = note: a service lives as long as its connection, so it must own what it holds";
    let block = |rule, ty: &'static str, underlined, message| {
        let source = format!("#[service(path = \"/\")] impl {ty} {{ #[remote] fn on_open(&self) {{}} }}");
        item(rule, &source, underlined, message)
    };
    vec![
        block("service_of_another_kind", "&Chat", "&Chat", KIND),
        block("service_of_another_kind", "(Chat, Hub)", "(Chat, Hub)", KIND),
        block("service_of_another_kind", "[Chat]", "[Chat]", KIND),
        block("service_of_another_kind", "dyn Talk", "dyn Talk", KIND),
        block("lifetime_of_service", "Chat<&str>", "&", ELIDED),
        block("lifetime_of_service", "Chat<[&str; 2]>", "&", ELIDED),
        item(
            "no_callback",
            "#[service(path = \"/\")] impl Chat { #[inline] fn helper(&self) {} }",
            "Chat",
            "service `Chat` has no callback\n\
             = help: add a method with the `remote` attribute, such as `async fn on_open(&mut self)`",
        ),
        item(
            "not_an_impl",
            "#[service(path = \"/\")] trait Talk { #[remote] fn on_open(&self) {} }",
            "trait",
            "the `service` attribute must be on an `impl` block\n= help: put it on the `impl` block that has the callbacks",
        ),
        members(
            "marker_on_non_method",
            "#[remote] const OPEN: u8 = 1;",
            "#[remote]",
            "the `remote` attribute is only valid on methods",
        ),
    ]
}

fn callbacks() -> Vec<Case> {
    const STATIC: &str = "callback `on_message` cannot borrow an argument for `'static`\n= help: leave the lifetime out\n\
                          = note: what is lent to a call lives as long as the call";
    vec![
        members("static_argument", "#[remote] fn on_message(&self, m: Option<&'static str>) {}", "'static", STATIC),
        members("static_argument", "#[remote] fn on_message(&self, m: [&'static str; 2]) {}", "'static", STATIC),
        members("static_argument", "#[remote] fn on_message<'a: 'static>(&self, m: &'a str) {}", "'static", STATIC),
        members(
            "static_argument",
            "#[remote] fn on_message<'a>(&self, m: &'a str) where 'a: 'static {}",
            "'static",
            STATIC,
        ),
        members(
            "where_clause",
            "#[remote] fn on_open(&self) where Self: Clone {}",
            "Self: Clone",
            "callback `on_open` cannot have a `where` clause on types\n= help: move it to the `impl` block",
        ),
        members(
            "receiver",
            "#[remote] fn on_message(this: &Self, m: Message) {}",
            "(this: &Self, m: Message)",
            "callback `on_message` must take `&self` or `&mut self`\n= help: the expected signature is \
             `async fn on_message(&mut self, caller: &Caller, message: Message)`",
        ),
        members(
            "never_returns",
            "#[remote] async fn on_open(&self) -> ! { loop {} }",
            "!",
            "callback `on_open` cannot return `!`\n= note: nothing else would happen on its connection",
        ),
        members(
            "callback_of_another_name",
            "#[remote] fn on_bytes(&self, data: &[u8]) {}",
            "on_bytes",
            "unknown callback `on_bytes`\n= help: the callback for this is `on_binary_message`",
        ),
    ]
}

fn upgrades() -> Vec<Case> {
    let connect = |rule, path: &str, arguments: &str, underlined, message| {
        let members = format!("#[upgrade] fn connect({arguments}) -> Self {{ Self }} #[remote] fn on_open(&self) {{}}");
        service(rule, &format!("path = {path:?}"), &members, underlined, message)
    };
    vec![
        connect(
            "argument_without_name",
            "/<id>",
            "Id(id): Id",
            "Id(id): Id",
            "every argument of the `upgrade` function `connect` must have a name\n\
             = note: path and query parameters are found by the names of the arguments",
        ),
        connect(
            "caller_in_upgrade",
            "/<id>",
            "id: &Caller",
            "id: &Caller",
            "the `upgrade` function `connect` cannot take the caller\n= help: take it in `on_open`",
        ),
        connect(
            "attributes_exclude",
            "/<id>",
            "#[query] #[header] id: u8",
            "#[header]",
            "the `header` attribute cannot be combined with `query`\n= help: remove one of them",
        ),
        connect(
            "argument_without_parameter",
            "/<id>/<room>",
            "room: String, idd: String",
            "idd: String",
            "argument `idd` of `connect` does not match a path parameter\n\
             = help: a path parameter with a similar name exists: `id`",
        ),
        connect(
            "invalid_header_name",
            "/",
            "#[header] größe: u8",
            "größe",
            "invalid header name `größe`\n\
             = note: it must be a token of RFC 7230: letters, digits, and `!#$%&'*+-.^_|~`",
        ),
    ]
}

fn states() -> Vec<Case> {
    vec![service(
        "argument_without_parameter",
        r#"path = "/", state = Hub"#,
        "#[upgrade] fn connect(name: String) -> Self { Self } #[remote] fn on_open(&self) {}",
        "name: String",
        "argument `name` of `connect` does not match a path parameter\n\
         = help: add `<name>` to the path, or the `query` attribute to the argument\n\
         = note: the path `/` declares no parameters",
    )]
}

fn hidden() -> Vec<Case> {
    const QUERY: &str = "the `query` attribute cannot be inside `cfg_attr`";
    vec![
        members(
            "marker_in_cfg_attr",
            "#[remote] fn on_text_message(&self, #[cfg_attr(unix, query)] t: &str) {}",
            "#[cfg_attr(unix, query)]",
            QUERY,
        ),
        members(
            "marker_in_cfg_attr",
            "#[upgrade] fn new(#[cfg_attr(unix, query)] t: u8) -> Self { Self } #[remote] fn on_open(&self) {}",
            "#[cfg_attr(unix, query)]",
            QUERY,
        ),
        members(
            "marker_in_cfg_attr",
            "#[cfg_attr(unix, remote)] fn on_open(&self) {}",
            "#[cfg_attr(unix, remote)]",
            "the `remote` attribute cannot be inside `cfg_attr`\n\
             = help: write two methods, and choose between them with `cfg`",
        ),
        members(
            "marker_in_cfg_attr",
            "#[cfg_attr(unix, upgrade)] fn new() -> Self { Self } #[remote] fn on_open(&self) {}",
            "#[cfg_attr(unix, upgrade)]",
            "the `upgrade` attribute cannot be inside `cfg_attr`\n\
             = help: write `#[upgrade]`, and move the `cfg` into the body of the function",
        ),
        item(
            "marker_in_cfg_attr",
            "#[service(path = \"/\")] #[cfg_attr(unix, service(path = \"/x\"))] impl Chat { #[remote] fn on_open(&self) {} }",
            "#[cfg_attr(unix, service(path = \"/x\"))]",
            "the `service` attribute cannot be inside `cfg_attr`",
        ),
    ]
}
