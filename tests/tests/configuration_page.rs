//! `docs/configuration.md` is true: it has every setting with its default, and a test for each.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use websocket::{Client, ClientTlsConfig, Http2Config, Listener, ListenerConfig, RetryConfig, TlsConfig};

/// A row of one of the tables.
struct Row {
    key: String,
    default: String,
    tests: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the rows of a chapter.
fn rows(chapter: &str) -> Vec<Row> {
    let page = read("docs/configuration.md");
    let (_, chapter) = page.split_once(&format!("\n## {chapter}\n")).expect("the chapter exists");
    let chapter = chapter.split("\n## ").next().unwrap_or_default();
    let cells = chapter.lines().filter(|line| line.starts_with("| `")).map(|line| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [key, default, _, _, tests] = cells[..] else { panic!("five cells: {line}") };
        Row { key: bare(key), default: default.to_owned(), tests: tests.split(", ").map(bare).collect() }
    });
    cells.collect()
}

fn bare(code: &str) -> String {
    code.trim_matches('`').to_owned()
}

/// Returns the names of the methods that set something. Those that add a service or a fallback are generic.
fn setters(path: &str, prefix: &str) -> impl Iterator<Item = String> {
    let source = read(path);
    let names: Vec<_> = source
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("pub ")?.trim_start_matches("const ").strip_prefix("fn "))
        .filter_map(|rest| rest.split_once("(mut self, "))
        .filter(|(name, _)| !name.contains('<'))
        .map(|(name, _)| format!("{prefix}{name}"))
        .collect();
    names.into_iter()
}

/// Returns the names of all methods of a builder, however they take what they set.
fn methods(path: &str) -> impl Iterator<Item = String> {
    let source = read(path);
    let names: Vec<_> = source
        .lines()
        .filter(|line| line.contains("self") && line.contains("-> Self"))
        .filter_map(|line| line.strip_prefix("    pub fn ")?.split(['(', '<']).next())
        .map(str::to_owned)
        .collect();
    names.into_iter()
}

/// Returns the keys in the documentation of an attribute.
fn attribute_keys(documentation: &str) -> BTreeSet<String> {
    let keys = documentation
        .lines()
        .skip_while(|line| !line.starts_with("/// | `"))
        .map_while(|line| line.strip_prefix("/// | `"));
    in_order(keys.filter_map(|line| line.split_once('`')).map(|(key, _)| key.to_owned()))
}

fn in_order(keys: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    keys.into_iter().collect()
}

#[test]
fn the_listener_has_no_other_settings() {
    let own = setters("ws-runtime/src/listener/mod.rs", "");
    let limits = setters("ws-runtime/src/router/limits.rs", "request_limits.");
    let compression = setters("ws-runtime/src/compression.rs", "compression.");
    let known = own.filter(|name| !["compression", "http2", "request_limits", "tls"].contains(&name.as_str()));
    let expected = in_order(known.chain(limits).chain(compression).chain(["compression.mode".to_owned()]));
    assert_eq!(in_order(rows("The listener").into_iter().map(|row| row.key)), expected);
}

#[test]
fn http2_has_no_other_settings() {
    let setters = setters("ws-runtime/src/listener/http2.rs", "");
    assert_eq!(in_order(rows("HTTP/2").into_iter().map(|row| row.key)), in_order(setters));
}

#[test]
fn the_defaults_of_http2_are_these() {
    for Row { key, default, .. } in rows("HTTP/2") {
        let line = format!("{key} = {}", bare(&default));
        let config: Http2Config = toml::from_str(&line).expect(&line);
        assert_eq!(format!("{config:?}"), format!("{:?}", Http2Config::new()), "{line}");
    }
}

#[test]
fn tls_has_no_other_settings() {
    let setters = setters("ws-runtime/src/listener/tls/config.rs", "");
    let expected = in_order(setters.chain(["certificate", "key", "pkcs12"].map(str::to_owned)));
    assert_eq!(in_order(rows("TLS").into_iter().map(|row| row.key)), expected);
}

#[test]
fn the_defaults_of_tls_are_these() {
    let required = "certificate = 'a'\nkey = 'b'";
    let read = |text: &str| format!("{:?}", toml::from_str::<TlsConfig>(text).expect(text));
    let ticked = rows("TLS").into_iter().filter(|row| row.default.starts_with('`'));
    let written: Vec<_> = ticked.map(|row| format!("{} = {}", row.key, bare(&row.default))).collect();
    assert_eq!(written.len(), 3, "{written:?}");
    for line in written {
        assert_eq!(read(&format!("{required}\n{line}")), read(required), "{line}");
    }
}

#[test]
fn a_service_has_no_other_settings() {
    let attributes = read("ws-runtime/src/attributes.rs");
    let (_, keys) = attributes.split_once("/// # Keys\n").expect("the keys are documented");
    let expected = attribute_keys(keys);
    assert!(expected.len() > 10, "{expected:?}");
    assert_eq!(in_order(rows("A service").into_iter().map(|row| row.key)), expected);
}

#[test]
fn a_client_has_no_other_settings() {
    let builder =
        ["builder", "builder/access", "builder/limits"].map(|file| format!("ws-runtime/src/client/{file}.rs"));
    let chapters = [
        ("A client", in_order(builder.iter().flat_map(|path| methods(path)))),
        ("A client that connects again", in_order(methods("ws-runtime/src/client/retry/mod.rs"))),
        ("The TLS of a client", in_order(methods("ws-runtime/src/client/tls/config.rs"))),
    ];
    for (chapter, expected) in chapters {
        assert!(expected.len() > 10, "{expected:?}");
        assert_eq!(in_order(rows(chapter).into_iter().map(|row| row.key)), expected, "{chapter}");
    }
}

#[test]
fn the_callbacks_of_a_client_have_no_other_settings() {
    let attributes = read("ws-runtime/src/attributes.rs");
    let (_, keys) = attributes.rsplit_once("/// # Keys\n").expect("the keys are documented");
    let expected = attribute_keys(keys);
    assert!(expected.len() > 3, "{expected:?}");
    assert_eq!(in_order(rows("The callbacks of a client").into_iter().map(|row| row.key)), expected);
}

/// Those that are numbers or truths: seconds for what is a `Duration`.
#[test]
fn the_defaults_of_a_client_are_these() {
    let chapters = [
        ("A client", format!("{:?}", Client::builder("ws://localhost/")), 10),
        ("A client that connects again", format!("{:?}", RetryConfig::new()), 10),
        ("The TLS of a client", format!("{:?}", ClientTlsConfig::new()), 1),
    ];
    for (chapter, defaults, count) in chapters {
        let mut written = 0;
        for Row { key, default, .. } in rows(chapter) {
            let default = bare(&default).replace('_', "");
            if default.parse::<f64>().is_err() && default.parse::<bool>().is_err() {
                continue;
            }
            let is_it = [",", "s,", " ", "s "].iter().any(|end| defaults.contains(&format!(" {key}: {default}{end}")));
            assert!(is_it, "`{key}` is not {default} in {defaults}");
            written += 1;
        }
        assert_eq!(written, count, "{chapter}");
    }
}

/// What is no value of the file (no limit, no header, a part of another) has no code in its cell.
#[test]
fn the_defaults_of_the_listener_are_these() {
    let defaults = format!("{:?}", Listener::builder());
    let mut written = 0;
    for Row { key, default, .. } in rows("The listener").into_iter().filter(|row| row.default.starts_with('`')) {
        let default = bare(&default);
        let config: ListenerConfig = toml::from_str(&format!("{key} = {default}")).expect(&key);
        assert_eq!(format!("{:?}", Listener::builder().config(config)), defaults, "{key} = {default}");
        written += 1;
    }
    assert!(written > 20, "{written} defaults");
}

#[test]
fn each_setting_has_a_test() {
    let server = ["The listener", "HTTP/2", "TLS", "A service"];
    let client = ["A client", "A client that connects again", "The TLS of a client", "The callbacks of a client"];
    for Row { key, tests, .. } in server.into_iter().chain(client).flat_map(rows) {
        for test in tests {
            let (file, name) = test.split_once("::").unwrap_or_else(|| panic!("{key}: {test}"));
            let source = read(&format!("tests/tests/{file}.rs"));
            assert!(source.contains(&format!("fn {name}() {{")), "{key}: {test}");
        }
    }
}
