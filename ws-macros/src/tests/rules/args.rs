use super::{Case, args};

pub(super) fn cases() -> Vec<Case> {
    [keys(), forms(), values(), companions(), literals(), subprotocols(), origins()].into_iter().flatten().collect()
}

fn keys() -> Vec<Case> {
    vec![
        args(
            "unknown_key",
            r#"path = "/", idle_timout = 30"#,
            "idle_timout",
            "unknown `service` attribute `idle_timout`\n= help: an attribute with a similar name exists: `idle_timeout`",
        ),
        args(
            "unknown_key",
            r#"path = "/", timeout = 30, state = Hub"#,
            "timeout",
            "unknown `service` attribute `timeout`\n= note: the attributes are `auth`, `compression`, `connection_closure_timeout`, \
             `crate`, `dispatcher_key`, `dispatcher_stream_id`, `idle_timeout`, `max_frame_size`, `max_message_size`, `origins`, `path`, \
             `ping_interval`, `pong_timeout`, `state`, `subprotocols`, and `validation`",
        ),
        // The path is there, only misspelt: it is not missing too.
        args(
            "unknown_key",
            r#"paht = "/chat""#,
            "paht",
            "unknown `service` attribute `paht`\n= help: an attribute with a similar name exists: `path`",
        ),
        args(
            "expected_key",
            r#""/chat", idle_timeout = 3"#,
            "\"/chat\"",
            "expected a `service` attribute, found `\"/chat\"`\n= help: write `path = \"/chat\"`",
        ),
        args("missing_path", "", "", "the `service` attribute must have a `path`\n= help: add `path = \"/chat\"`"),
        args(
            "missing_path",
            "state = Hub",
            "",
            "the `service` attribute must have a `path`\n= help: add `path = \"/chat\"`",
        ),
        args(
            "duplicate_attribute",
            r#"path = "/", idle_timeout = 1, path = "/""#,
            "path",
            "the `path` attribute is specified more than once",
        ),
        args(
            "duplicate_attribute",
            r#"path = "/", state = Hub, state = Hub"#,
            "state",
            "the `state` attribute is specified more than once",
        ),
        // One mistake: the first was meant to be the second.
        args(
            "unknown_key",
            r#"path = "/", idle_timout = 3, idle_timeout = 3"#,
            "idle_timout",
            "unknown `service` attribute `idle_timout`\n= help: an attribute with a similar name exists: `idle_timeout`",
        ),
    ]
}

fn forms() -> Vec<Case> {
    vec![
        args(
            "key_without_value",
            r#"path = "/", idle_timeout"#,
            "idle_timeout",
            "the `idle_timeout` attribute must have a value\n= help: write `idle_timeout = 30`",
        ),
        args(
            "expected_equals",
            r#"path("/")"#,
            "(\"/\")",
            "expected `=` after `path`, found `(\"/\")`\n= help: write `path = \"/chat\"`",
        ),
        args(
            "key_without_value",
            r#"state = , path = "/""#,
            "state",
            "the `state` attribute must have a value\n= help: write `state = Hub`",
        ),
        args(
            "key_without_value",
            "path =",
            "path",
            "the `path` attribute must have a value\n= help: write `path = \"/chat\"`",
        ),
        args("missing_comma", r#"path = "/" idle_timeout = 3"#, "idle_timeout", "expected `,` before `idle_timeout`"),
        // The path is read: it is not missing too.
        args("missing_comma", r#"idle_timeout = 3 path = "/""#, "path", "expected `,` before `path`"),
        // What is no argument is passed over.
        args("missing_comma", r#"path = "/" "x", idle_timeout = 3"#, "\"x\"", "expected `,` before `\"x\"`"),
        args("missing_comma", r#"path = "/" x"#, "x", "expected `,` before `x`"),
        args("missing_comma", r#"path = "/" 7 = 3"#, "7", "expected `,` before `7`"),
    ]
}

fn values() -> Vec<Case> {
    vec![
        args("ill_typed_value", "path = 7", "7", "`path` must be a string literal\n= help: write `path = \"/chat\"`"),
        args(
            "ill_typed_value",
            r#"path = concat!("/", "a")"#,
            r#"concat!("/", "a")"#,
            "`path` must be a string literal\n= help: write `path = \"/chat\"`",
        ),
        args(
            "ill_typed_value",
            r#"path = "/", state = "Hub""#,
            "\"Hub\"",
            "`state` must be a type\n= help: write `state = Hub`",
        ),
        args(
            "ill_typed_value",
            r#"path = "/", crate = "websocket""#,
            "\"websocket\"",
            "`crate` must be a path\n= help: write `crate = ::websocket`",
        ),
        args(
            "ill_typed_value",
            r#"path = "/", dispatcher_key = event"#,
            "event",
            "`dispatcher_key` must be a string literal\n= help: write `dispatcher_key = \"event\"`",
        ),
        args(
            "empty_field_name",
            r#"path = "/", dispatcher_key = """#,
            "\"\"",
            "`dispatcher_key` must not be empty\n= help: write the name of a field of the messages",
        ),
        args(
            "empty_field_name",
            r#"path = "/", dispatcher_key = "event", dispatcher_stream_id = """#,
            "\"\"",
            "`dispatcher_stream_id` must not be empty\n= help: write the name of a field of the messages",
        ),
    ]
}

/// Keys that need another one.
fn companions() -> Vec<Case> {
    vec![
        args(
            "pong_timeout_without_pings",
            r#"path = "/", pong_timeout = 5"#,
            "pong_timeout",
            "`pong_timeout` requires a `ping_interval`\n= help: add `ping_interval = 30`",
        ),
        // A key that is misspelt is not repeated too.
        args(
            "unknown_key",
            r#"path = "/", Path = "/x""#,
            "Path",
            "unknown `service` attribute `Path`\n= help: an attribute with a similar name exists: `path`",
        ),
        args(
            "stream_id_without_dispatcher_key",
            r#"path = "/", dispatcher_stream_id = "id""#,
            "\"id\"",
            "`dispatcher_stream_id` requires a `dispatcher_key`\n= help: add `dispatcher_key = \"event\"`",
        ),
        args(
            "stream_id_is_dispatcher_key",
            r#"path = "/", dispatcher_key = "event", dispatcher_stream_id = r"event""#,
            "r\"event\"",
            "`dispatcher_stream_id` must not be the `dispatcher_key`\n\
             = help: write the name of the field that tells one request from another",
        ),
        args(
            "ill_typed_value",
            r#"path = "/", auth = true"#,
            "true",
            "`auth` must be an `Auth`\n= help: write `auth = Auth::rule(…)`",
        ),
        args(
            "ill_typed_value",
            r#"path = "/", compression = true"#,
            "true",
            "`compression` must be a `Compression`\n= help: write `compression = Compression::off()`",
        ),
        args(
            "ill_typed_value",
            r#"path = "/", validation = 0"#,
            "0",
            "`validation` must be `true` or `false`\n= help: write `validation = false`",
        ),
    ]
}

fn literals() -> Vec<Case> {
    vec![
        args(
            "ill_typed_value",
            r#"path = "/", idle_timeout = "30s""#,
            "\"30s\"",
            "`idle_timeout` must be a number of seconds or a `Duration`\n= help: write `idle_timeout = 30`",
        ),
        args(
            "ill_typed_value",
            r#"path = "/", idle_timeout = 30 +"#,
            "30 +",
            "`idle_timeout` must be a number of seconds or a `Duration`\n= help: write `idle_timeout = 30`",
        ),
        args(
            "negative_seconds",
            r#"path = "/", idle_timeout = -1"#,
            "-1",
            "`idle_timeout` must not be negative\n= help: write `0` to turn it off",
        ),
        args(
            "negative_seconds",
            r#"path = "/", idle_timeout = (-0.5)"#,
            "(-0.5)",
            "`idle_timeout` must not be negative\n= help: write `0` to turn it off",
        ),
        args(
            "negative_seconds",
            r#"path = "/", connection_closure_timeout = -2"#,
            "-2",
            "`connection_closure_timeout` must not be negative\n= help: write `-1` to wait for ever",
        ),
        args(
            "value_too_large",
            r#"path = "/", idle_timeout = 3_000_000_000"#,
            "3_000_000_000",
            "`idle_timeout` must be at most 2147483647 seconds",
        ),
        args(
            "value_too_large",
            r#"path = "/", max_message_size = 99999999999999999999"#,
            "99999999999999999999",
            "`max_message_size` must be at most 18446744073709551615 bytes",
        ),
        args(
            "zero_value",
            r#"path = "/", ping_interval = 1, pong_timeout = 0.0"#,
            "0.0",
            "`pong_timeout` must be greater than zero",
        ),
        args(
            "zero_value",
            r#"path = "/", ping_interval = 1, pong_timeout = -1"#,
            "-1",
            "`pong_timeout` must be greater than zero",
        ),
        args("zero_value", r#"path = "/", max_frame_size = 0"#, "0", "`max_frame_size` must be greater than zero"),
        args(
            "zero_value",
            r#"path = "/", max_message_size = -1"#,
            "-1",
            "`max_message_size` must be greater than zero",
        ),
        args(
            "ill_typed_value",
            r#"path = "/", max_frame_size = 1.5"#,
            "1.5",
            "`max_frame_size` must be a whole number of bytes\n= help: write `max_frame_size = 65536`",
        ),
    ]
}

fn subprotocols() -> Vec<Case> {
    vec![
        args(
            "ill_typed_value",
            r#"path = "/", subprotocols = "chat.v1""#,
            "\"chat.v1\"",
            "`subprotocols` must be an array of string literals\n= help: write `subprotocols = [\"chat.v1\"]`",
        ),
        args(
            "ill_typed_value",
            r#"path = "/", subprotocols = ["a", b]"#,
            "b",
            "`subprotocols` must be an array of string literals\n= help: write `subprotocols = [\"chat.v1\"]`",
        ),
        args(
            "invalid_subprotocol",
            r#"path = "/", subprotocols = ["chat v1"]"#,
            "\"chat v1\"",
            "invalid subprotocol `chat v1`\n= note: it must be a token of RFC 7230: letters, digits, and `!#$%&'*+-.^_|~`",
        ),
        args(
            "invalid_subprotocol",
            r#"path = "/", subprotocols = [""]"#,
            "\"\"",
            "invalid subprotocol ``\n= note: it must be a token of RFC 7230: letters, digits, and `!#$%&'*+-.^_|~`",
        ),
        args(
            "duplicate_subprotocol",
            r#"path = "/", subprotocols = ["a", "b", "a"]"#,
            "\"a\"",
            "subprotocol `a` is listed twice",
        ),
    ]
}

fn origins() -> Vec<Case> {
    const EXPECTED: &str =
        "`origins` must be an array of origins or an `Origins`\n= help: write `origins = [\"https://example.com\"]`";
    let mut cases = vec![
        args("ill_typed_value", r#"path = "/", origins = "https://a.example""#, "\"https://a.example\"", EXPECTED),
        args("ill_typed_value", r#"path = "/", origins = ("https://a.example")"#, "(\"https://a.example\")", EXPECTED),
        args("ill_typed_value", r#"path = "/", origins = ["https://a.example", 5]"#, "5", EXPECTED),
        args(
            "ill_typed_value",
            r#"path = "/", origins = [["https://a.example"]]"#,
            "[\"https://a.example\"]",
            EXPECTED,
        ),
        args(
            "duplicate_origin",
            r#"path = "/", origins = ["https://a.example", FRONTEND, "HTTPS://a.example:443"]"#,
            "\"HTTPS://a.example:443\"",
            "origin `HTTPS://a.example:443` is listed twice",
        ),
    ];
    cases.extend(invalid_origins());
    cases
}

fn invalid_origins() -> Vec<Case> {
    macro_rules! invalid {
        ($($origin:literal: $requirement:literal,)*) => {
            vec![$(args(
                "invalid_origin",
                concat!("path = \"/\", origins = [\"", $origin, "\"]"),
                concat!("\"", $origin, "\""),
                concat!("invalid origin `", $origin, "`\n= note: it ", $requirement),
            )),*]
        };
    }
    invalid! {
        "https://a.example/": "must end after the host and the port, without a slash",
        "a.example": "must begin with a scheme, as in `https://example.com`",
        "*": "must begin with a scheme, as in `https://example.com`",
        "wss://a.example": "must have the scheme of the page, `http` or `https`",
        "https://*.a.example": "must be one origin: a `*` has no meaning in it",
        "https://a.example:x": "must have a port from 0 to 65535, or none",
        "https://me@a.example": "must not name a user",
        "https://": "must name a host: letters, digits, `-`, `.`, and `_`, or an IPv6 address in brackets",
    }
}
