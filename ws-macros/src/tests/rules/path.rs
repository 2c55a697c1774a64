use super::{Case, args, service};

pub(super) fn cases() -> Vec<Case> {
    [templates(), parameters()].into_iter().flatten().collect()
}

fn templates() -> Vec<Case> {
    vec![
        args("invalid_path", r#"path = "chat""#, "\"chat\"", "the path must begin with `/`\n= help: write `/chat`"),
        args(
            "invalid_path",
            r#"path = "/<id>/<id>""#,
            "\"/<id>/<id>\"",
            "path parameter `<id>` is declared twice in `/<id>/<id>`",
        ),
        args(
            "invalid_path",
            r#"path = "/chat/""#,
            "\"/chat/\"",
            "the path has an empty segment in `/chat/`\n= help: remove the slash that nothing follows",
        ),
        args(
            "invalid_path",
            r#"path = "/chat?room=1""#,
            "\"/chat?room=1\"",
            "the path contains the invalid character `?` in `/chat?room=1`\n\
             = help: a query parameter is an argument with the `query` attribute",
        ),
        args(
            "invalid_path",
            r#"path = "/a%20b""#,
            "\"/a%20b\"",
            "the path contains the invalid character `%` in `/a%20b`\n\
             = help: write the character itself, requests are decoded first",
        ),
        args(
            "invalid_path",
            r#"path = "/a\nb""#,
            r#""/a\nb""#,
            "the path contains the invalid character `\\n` in `/a\\nb`",
        ),
        args(
            "invalid_path",
            r#"path = "/<user-name>""#,
            "\"/<user-name>\"",
            "invalid path parameter name `user-name` in `/<user-name>`\n\
             = help: the name must be an identifier, the name of an argument",
        ),
        args(
            "invalid_path",
            r#"path = "/v<version>""#,
            "\"/v<version>\"",
            "a path parameter must fill its segment, found `v<version>` in `/v<version>`\n\
             = help: write `/<name>` for one segment, `/<name..>` for all that are left",
        ),
        args(
            "invalid_path",
            r#"path = "/<rest..>/x""#,
            "\"/<rest..>/x\"",
            "path parameter `<rest..>` must be the last segment in `/<rest..>/x`\n\
             = help: write `<rest>` for one segment",
        ),
    ]
}

fn parameters() -> Vec<Case> {
    let connect = |arguments: &str| {
        format!(
            "#[upgrade] fn connect({arguments}) -> Self {{ Self }}
             #[remote] fn on_open(&mut self) {{}}"
        )
    };
    vec![
        args(
            "parameter_without_upgrade",
            r#"path = "/<room>/<user>""#,
            "\"/<room>/<user>\"",
            "path parameters `<room>` and `<user>` require an `upgrade` function\n\
             = help: add `#[upgrade] fn connect(room: String, user: String) -> Self`",
        ),
        args(
            "parameter_without_upgrade",
            r#"path = "/<room..>""#,
            "\"/<room..>\"",
            "path parameter `<room>` requires an `upgrade` function\n\
             = help: add `#[upgrade] fn connect(room: String) -> Self`",
        ),
        service(
            "parameter_without_argument",
            r#"path = "/chat/<username>""#,
            &connect(""),
            "\"/chat/<username>\"",
            "path parameter `<username>` has no matching argument in `connect`\n\
             = help: add the argument `username: String` to the `upgrade` function",
        ),
        service(
            "argument_without_parameter",
            r#"path = "/chat/<username>""#,
            &connect("username: String, room: String"),
            "room: String",
            "argument `room` of `connect` does not match a path parameter\n\
             = note: the path `/chat/<username>` declares `username`",
        ),
        // The argument and the parameter were meant for each other: one mistake.
        service(
            "argument_without_parameter",
            r#"path = "/chat/<username>/<room>""#,
            &connect("user_name: String, room: String"),
            "user_name: String",
            "argument `user_name` of `connect` does not match a path parameter\n\
             = help: a path parameter with a similar name exists: `username`",
        ),
        service(
            "argument_without_parameter",
            r#"path = "/chat""#,
            &connect("room: String"),
            "room: String",
            "argument `room` of `connect` does not match a path parameter\n\
             = help: add `<room>` to the path, or the `query` attribute to the argument\n\
             = note: the path `/chat` declares no parameters",
        ),
    ]
}
