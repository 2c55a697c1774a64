use http::HeaderValue;

use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().expect("it is an address")
}

fn headers(lines: &[(HeaderName, &'static str)]) -> HeaderMap {
    lines.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
}

fn client(address: &str) -> SocketAddr {
    address.parse().expect("it is an address")
}

#[test]
fn only_the_named_proxies_are_believed() {
    let proxies = TrustedProxies::x_forwarded(["10.0.0.1", "192.168.0.0/16", "2001:db8::/32"]);
    let headers = headers(&[(X_FORWARDED_FOR.clone(), "198.51.100.7")]);
    for trusted in ["10.0.0.1", "192.168.255.1", "2001:db8::5", "::ffff:10.0.0.1"] {
        let forwarded = proxies.read(ip(trusted), &headers).expect(trusted);
        assert_eq!(forwarded.client, Some(client("198.51.100.7:0")));
    }
    for foreign in ["10.0.0.2", "192.169.0.1", "2001:db9::5"] {
        assert_eq!(proxies.read(ip(foreign), &headers), None, "{foreign}");
    }
    assert_eq!(TrustedProxies::none().read(ip("10.0.0.1"), &headers), None);
}

#[test]
fn what_is_no_network_is_a_mistake() {
    for text in ["", "10.0.0.0/33", "example.com", "10.0.0"] {
        assert!(TrustedProxies::forwarded(["10.0.0.1", text]).mistake().is_some(), "{text}");
    }
    assert_eq!(TrustedProxies::x_forwarded(["::1", "10.0.0.0/0"]).mistake(), None);
}

#[test]
fn the_client_is_the_last_hop_that_is_no_proxy() {
    let proxies = TrustedProxies::x_forwarded(["10.0.0.0/8"]);
    let table: [(&[&str], _); 10] = [
        (&["198.51.100.7"], Some(client("198.51.100.7:0"))),
        (&["198.51.100.7:5"], Some(client("198.51.100.7:5"))),
        (&["[2001:db8::1]:5"], Some(client("[2001:db8::1]:5"))),
        (&["2001:db8::1"], Some(client("[2001:db8::1]:0"))),
        // What the client itself has sent stands before.
        (&["203.0.113.9, 198.51.100.7"], Some(client("198.51.100.7:0"))),
        (&["203.0.113.9", "198.51.100.7, 10.1.1.1"], Some(client("198.51.100.7:0"))),
        (&["10.2.2.2, 10.1.1.1"], Some(client("10.2.2.2:0"))),
        (&["203.0.113.9, unknown, 10.1.1.1"], Some(client("10.1.1.1:0"))),
        (&["unknown"], None),
        (&[], None),
    ];
    for (values, expected) in table {
        let lines: Vec<_> = values.iter().map(|value| (X_FORWARDED_FOR.clone(), *value)).collect();
        let forwarded = proxies.read(ip("10.0.0.1"), &headers(&lines)).expect("it is trusted");
        assert_eq!(forwarded.client, expected, "{values:?}");
    }
}

#[test]
fn scheme_and_host_are_those_that_the_nearest_proxy_names() {
    let proxies = TrustedProxies::x_forwarded(["10.0.0.1"]);
    let lines = [
        (X_FORWARDED_PROTO.clone(), "http, https"),
        (X_FORWARDED_HOST.clone(), "evil.example"),
        (X_FORWARDED_HOST.clone(), "a.example:8443"),
    ];
    let forwarded = proxies.read(ip("10.0.0.1"), &headers(&lines)).expect("it is trusted");
    assert_eq!(forwarded, Forwarded { client: None, is_secure: Some(true), host: Some("a.example:8443".to_owned()) });
    let lines = [(X_FORWARDED_PROTO.clone(), "gopher"), (X_FORWARDED_HOST.clone(), "")];
    let forwarded = proxies.read(ip("10.0.0.1"), &headers(&lines)).expect("it is trusted");
    assert_eq!(forwarded, Forwarded::default());
}

#[test]
fn the_standard_header_is_read() {
    let proxies = TrustedProxies::forwarded(["10.0.0.0/8"]);
    let secure = |address, host: &str| Forwarded {
        client: Some(client(address)),
        is_secure: Some(true),
        host: Some(host.to_owned()),
    };
    let table = [
        (r"for=198.51.100.7;proto=https;host=a.example", secure("198.51.100.7:0", "a.example")),
        (r#"For="[2001:db8::1]:4711"; Proto=HTTPS; Host="a.example:1""#, secure("[2001:db8::1]:4711", "a.example:1")),
        (
            r"for=203.0.113.9;host=evil.example, for=198.51.100.7;proto=https;host=a.example, for=10.1.1.1;proto=http",
            secure("198.51.100.7:0", "a.example"),
        ),
        (r#"for=198.51.100.7;by="a,\";b";proto=https;host=a.example"#, secure("198.51.100.7:0", "a.example")),
        ("for=_hidden;proto=https", Forwarded::default()),
        ("proto=https", Forwarded::default()),
        ("", Forwarded::default()),
        (r#"for="198.51.100.7"#, Forwarded::default()),
    ];
    for (value, expected) in table {
        let lines = [(FORWARDED, value), (X_FORWARDED_FOR.clone(), "203.0.113.1")];
        let forwarded = proxies.read(ip("10.0.0.1"), &headers(&lines)).expect("it is trusted");
        assert_eq!(forwarded, expected, "{value}");
    }
}
