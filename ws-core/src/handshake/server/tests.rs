use super::*;
use crate::handshake::accept_key;

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

const GOOD: [(&str, &str); 5] = [
    ("host", "server.example.com"),
    ("upgrade", "websocket"),
    ("connection", "Upgrade"),
    ("sec-websocket-key", KEY),
    ("sec-websocket-version", "13"),
];

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    lines
        .iter()
        .map(|(name, value)| (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap()))
        .collect()
}

/// The good request with the lines of one header replaced.
fn with(name: &str, values: &[&str]) -> HeaderMap {
    let others = GOOD.into_iter().filter(|(other, _)| *other != name);
    headers(&others.chain(values.iter().map(|value| (name, *value))).collect::<Vec<_>>())
}

fn check(headers: &HeaderMap) -> Result<&str, HandshakeError> {
    check_request(&Method::GET, Version::HTTP_11, headers).map(|key| key.to_str().unwrap())
}

#[track_caller]
fn assert_table(name: &str, table: &[(&[&str], Result<(), HandshakeError>)]) {
    for (values, expected) in table {
        let request = with(name, values);
        assert_eq!(check(&request).map(drop), *expected, "{name}: {values:?}");
    }
}

#[test]
fn rfc6455_1_3_example_is_accepted() {
    let request = headers(&GOOD);
    assert_eq!(check(&request), Ok(KEY));
    assert_eq!(accept_key(KEY.as_bytes()), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

#[test]
fn rfc6455_4_2_1_request_must_be_a_get_of_http_1_1() {
    let request = headers(&GOOD);
    for method in [Method::POST, Method::HEAD, Method::OPTIONS, Method::CONNECT, Method::from_bytes(b"get").unwrap()] {
        assert_eq!(check_request(&method, Version::HTTP_11, &request), Err(HandshakeError::Method));
    }
    for version in [Version::HTTP_09, Version::HTTP_10] {
        assert_eq!(check_request(&Method::GET, version, &request), Err(HandshakeError::HttpVersion));
    }
}

#[test]
fn rfc6455_4_2_1_upgrade_must_list_websocket() {
    let missing = Err(HandshakeError::NotAnUpgrade);
    assert_table(
        "upgrade",
        &[
            (&[], missing),
            (&[""], missing),
            (&["h2c"], missing),
            (&["websockets"], missing),
            (&["websocket/13"], missing),
            (&["web socket"], missing),
            (&["WebSocket"], Ok(())),
            (&["h2c, WEBSOCKET"], Ok(())),
            (&[" ,,websocket ,"], Ok(())),
            (&["h2c", "websocket"], Ok(())),
        ],
    );
}

#[test]
fn rfc6455_4_2_1_connection_must_list_upgrade() {
    let missing = Err(HandshakeError::Connection);
    assert_table(
        "connection",
        &[
            (&[], missing),
            (&["keep-alive"], missing),
            (&["upgraded"], missing),
            (&["upgrade"], Ok(())),
            (&["UPGRADE"], Ok(())),
            (&["keep-alive, Upgrade"], Ok(())),
            (&["keep-alive,\tUpgrade\t"], Ok(())),
            (&["keep-alive", "Upgrade"], Ok(())),
        ],
    );
}

#[test]
fn rfc9112_3_2_there_must_be_one_host() {
    let wrong = Err(HandshakeError::Host);
    assert_table(
        "host",
        &[(&[], wrong), (&["a", "a"], wrong), (&["a", "b"], wrong), (&["a:80"], Ok(())), (&[""], Ok(()))],
    );
}

#[test]
fn rfc6455_4_2_1_version_must_be_13() {
    assert_table(
        "sec-websocket-version",
        &[
            (&[], Err(HandshakeError::MissingVersion)),
            (&["13", "13"], Err(HandshakeError::MultipleVersions)),
            (&["8", "13"], Err(HandshakeError::MultipleVersions)),
            (&["13, 8"], Err(HandshakeError::MultipleVersions)),
            (&["8"], Err(HandshakeError::UnsupportedVersion)),
            (&["14"], Err(HandshakeError::UnsupportedVersion)),
            (&["013"], Err(HandshakeError::UnsupportedVersion)),
            (&["+13"], Err(HandshakeError::UnsupportedVersion)),
            (&[""], Err(HandshakeError::UnsupportedVersion)),
            (&["13 "], Ok(())),
        ],
    );
}

#[test]
fn rfc6455_4_2_1_key_must_be_the_base64_of_16_bytes() {
    let invalid = Err(HandshakeError::InvalidKey);
    assert_table(
        "sec-websocket-key",
        &[
            (&[], Err(HandshakeError::MissingKey)),
            (&[KEY, KEY], Err(HandshakeError::MultipleKeys)),
            (&[""], invalid),
            (&["AAAAAAAAAAAAAAAAAAAA"], invalid),
            (&["AAAAAAAAAAAAAAAAAAAAAA"], invalid),
            (&["AAAAAAAAAAAAAAAAAAAAAA="], invalid),
            (&["AAAAAAAAAAAAAAAAAAAAAAA="], invalid),
            (&["AAAAAAAAAAAAAAAAAAAAAAAA"], invalid),
            (&["AAAAAAAAAAAAAAAAAAAAAAAAAAAA"], invalid),
            (&["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"], invalid),
            (&["AAAAAAAAAAA-AAAAAAAAAA=="], invalid),
            (&["dGhlIHNhbXBsZSBub25j ZQ=="], invalid),
            (&["AAAAAAAAAAAAAAAAAAAAAA=="], Ok(())),
            (&["++++++++++++//////////=="], Ok(())),
        ],
    );
}

#[test]
fn request_must_not_have_a_body() {
    let body = Err(HandshakeError::Body);
    assert_table(
        "content-length",
        &[(&["0"], Ok(())), (&["0", "0"], Ok(())), (&["1"], body), (&["0", "5"], body), (&[""], body)],
    );
    assert_table("transfer-encoding", &[(&["chunked"], body), (&["identity"], body)]);
}

#[test]
fn the_first_broken_rule_is_told() {
    let nothing = HeaderMap::new();
    assert_eq!(check_request(&Method::POST, Version::HTTP_10, &nothing), Err(HandshakeError::NotAnUpgrade));
    let upgrade = headers(&[("upgrade", "websocket")]);
    assert_eq!(check_request(&Method::POST, Version::HTTP_10, &upgrade), Err(HandshakeError::Method));
    assert_eq!(check_request(&Method::GET, Version::HTTP_10, &upgrade), Err(HandshakeError::HttpVersion));
    assert_eq!(check(&upgrade), Err(HandshakeError::Connection));
    let old = headers(&[("upgrade", "websocket"), ("connection", "upgrade"), ("sec-websocket-version", "8")]);
    assert_eq!(check(&old), Err(HandshakeError::UnsupportedVersion));
}

#[test]
fn bytes_that_are_not_ascii_are_no_panic() {
    for name in GOOD.map(|(name, _)| name) {
        let mut request = headers(&GOOD);
        request.insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_bytes(b"\xFF\xC3\x28").unwrap());
        assert_eq!(check(&request).is_ok(), name == "host", "{name}");
    }
}

#[test]
fn rfc6455_4_2_2_subprotocol_is_the_first_of_the_server_that_is_offered() {
    let table: [(&[&str], &[&str], Option<&str>); 13] = [
        (&[], &[], None),
        (&[], &["chat"], None),
        (&["chat"], &[], None),
        (&["chat"], &["chat"], Some("chat")),
        (&["Chat"], &["chat"], None),
        (&["chat.v2"], &["chat"], None),
        (&["a, b"], &["b", "a"], Some("b")),
        (&["a,b"], &["c", "b"], Some("b")),
        (&["a", "b"], &["b", "a"], Some("b")),
        (&["a", " b ,\tc\t"], &["c"], Some("c")),
        (&[",, a ,,"], &["a"], Some("a")),
        (&["a b"], &["a", "b"], None),
        (&[""], &[""], None),
    ];
    for (offered, supported, expected) in table {
        let lines: Vec<_> = offered.iter().map(|value| ("sec-websocket-protocol", *value)).collect();
        assert_eq!(choose_subprotocol(&headers(&lines), supported), expected, "{offered:?} {supported:?}");
    }
}

#[test]
fn errors_name_the_header() {
    let table = [
        (HandshakeError::Body, "request has a body"),
        (HandshakeError::Connection, "header `Connection` does not list `upgrade`"),
        (HandshakeError::HttpVersion, "HTTP version is older than 1.1"),
        (HandshakeError::InvalidKey, "header `Sec-WebSocket-Key` is not the base64 of 16 bytes"),
        (HandshakeError::Method, "method is not `GET`"),
        (HandshakeError::MissingKey, "header `Sec-WebSocket-Key` is missing"),
        (HandshakeError::MissingVersion, "header `Sec-WebSocket-Version` is missing"),
        (HandshakeError::MultipleKeys, "header `Sec-WebSocket-Key` occurs more than once"),
        (HandshakeError::MultipleVersions, "header `Sec-WebSocket-Version` occurs more than once"),
        (HandshakeError::NotAnUpgrade, "header `Upgrade` does not list `websocket`"),
        (HandshakeError::UnsupportedVersion, "WebSocket version is not supported"),
    ];
    for (error, text) in table {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn rfc8441_5_connect_names_the_protocol_and_the_version() {
    let request = headers(&[("sec-websocket-version", "13")]);
    let check = |method: Method, protocol| check_connect(&method, protocol, &request);
    assert_eq!(check(Method::CONNECT, Some("websocket")), Ok(()));
    assert_eq!(check(Method::CONNECT, Some("connect-udp")), Err(HandshakeError::OtherProtocol));
    assert_eq!(check(Method::CONNECT, None), Err(HandshakeError::NotAConnect));
    assert_eq!(check(Method::GET, None), Err(HandshakeError::NotAConnect));
    for (lines, error) in [
        (&[][..], HandshakeError::MissingVersion),
        (&[("sec-websocket-version", "8")], HandshakeError::UnsupportedVersion),
        (&[("sec-websocket-version", "13"), ("sec-websocket-version", "13")], HandshakeError::MultipleVersions),
        (&[("sec-websocket-version", "13"), ("content-length", "1")], HandshakeError::Body),
    ] {
        assert_eq!(check_connect(&Method::CONNECT, Some("websocket"), &headers(lines)), Err(error));
    }
}
