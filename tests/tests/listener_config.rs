//! A configuration file says the same as the methods of the listener.

use std::time::Duration;

use websocket::{
    CloseCode, Compression, ConfigError, Error, KeepAlive, Listener, ListenerConfig, Origins, RequestLimits,
    SlowReceivers, TrustedProxies,
};

fn read(toml: &str) -> Listener {
    let config: ListenerConfig = toml::from_str(toml).unwrap_or_else(|error| panic!("{toml}: {error}"));
    Listener::builder().config(config)
}

fn builder() -> Listener {
    Listener::builder()
}

#[track_caller]
fn agree<const N: usize>(table: [(&str, Listener); N]) {
    for (toml, expected) in table {
        assert_eq!(format!("{:?}", read(toml)), format!("{expected:?}"), "{toml}");
    }
}

#[test]
fn the_keys_of_connections_set_what_their_methods_set() {
    let seconds = Duration::from_secs;
    agree([
        ("host = '127.0.0.1'", builder().host("127.0.0.1")),
        ("port = 9090", builder().port(9090)),
        ("backlog = 7", builder().backlog(7)),
        ("accept_rate = 7", builder().accept_rate(7)),
        ("max_connections = 7", builder().max_connections(7)),
        ("max_connections_per_address = 7", builder().max_connections_per_address(7)),
        ("max_http_connections = 7", builder().max_http_connections(7)),
        ("retry_after = 7", builder().retry_after(seconds(7))),
        ("shutdown_timeout = 7", builder().shutdown_timeout(seconds(7))),
        ("shutdown_batch = 7", builder().shutdown_batch(7)),
    ]);
}

#[test]
fn the_keys_of_requests_set_what_their_methods_set() {
    let limits = RequestLimits::new();
    agree([
        ("handshake_timeout = 0.5", builder().handshake_timeout(Duration::from_millis(500))),
        ("handshake_timeout = 0", builder().handshake_timeout(Duration::ZERO)),
        ("keep_alive = 'never'", builder().keep_alive(KeepAlive::Never)),
        ("keep_alive = 'auto'", builder().keep_alive(KeepAlive::Auto)),
        ("server_name = 'x'", builder().server_name("x")),
        ("request_limits.max_uri_length = 7", builder().request_limits(limits.max_uri_length(7))),
        ("request_limits.max_header_size = 7", builder().request_limits(limits.max_header_size(7))),
        ("request_limits.max_headers = 7", builder().request_limits(limits.max_headers(7))),
        ("request_limits.max_entity_body_size = 7", builder().request_limits(limits.max_entity_body_size(7))),
        ("origins = 'any'", builder().origins(Origins::any())),
        ("origins = 'same'", builder().origins(Origins::same())),
        ("origins = ['https://a.example']", builder().origins(Origins::only(["https://a.example"]))),
        ("origins = []", builder().origins(Origins::only::<&str>([]))),
        ("trusted_proxies = 'none'", builder().trusted_proxies(TrustedProxies::none())),
        (
            "trusted_proxies = { forwarded = ['10.0.0.1'] }",
            builder().trusted_proxies(TrustedProxies::forwarded(["10.0.0.1"])),
        ),
        (
            "trusted_proxies = { x_forwarded = ['10.0.0.0/8'] }",
            builder().trusted_proxies(TrustedProxies::x_forwarded(["10.0.0.0/8"])),
        ),
    ]);
}

#[test]
fn the_keys_of_messages_set_what_their_methods_set() {
    let seconds = Duration::from_secs;
    let other_code =
        SlowReceivers::Disconnect { after: Duration::from_millis(1500), code: CloseCode::POLICY_VIOLATION };
    agree([
        ("compression = 'shared'", builder().compression(Compression::shared())),
        ("compression = 'dedicated'", builder().compression(Compression::dedicated())),
        ("compression = 'off'", builder().compression(Compression::off())),
        ("compression.mode = 'dedicated'", builder().compression(Compression::dedicated())),
        ("compression.level = 7", builder().compression(Compression::shared().level(7))),
        ("compression.memory_level = 7", builder().compression(Compression::shared().memory_level(7))),
        ("compression.threshold = 7", builder().compression(Compression::shared().threshold(7))),
        ("compression.window_bits = 9", builder().compression(Compression::shared().window_bits(9))),
        ("high_water_mark = 7", builder().high_water_mark(7)),
        ("low_water_mark = 7", builder().low_water_mark(7)),
        ("slow_receivers = 'wait'", builder().slow_receivers(SlowReceivers::Wait)),
        ("slow_receivers = 'drop_newest'", builder().slow_receivers(SlowReceivers::DropNewest)),
        ("slow_receivers.disconnect.after = 7", builder().slow_receivers(SlowReceivers::disconnect(seconds(7)))),
        ("slow_receivers.disconnect = { after = 1.5, code = 1008 }", builder().slow_receivers(other_code)),
        ("max_fragments = 7", builder().max_fragments(7)),
        ("max_control_frames = 7", builder().max_control_frames(7)),
        ("max_streams = 7", builder().max_streams(7)),
        ("read_ahead_limit = 7", builder().read_ahead_limit(7)),
    ]);
}

#[test]
fn what_is_not_said_stays_and_what_is_said_later_wins() {
    let config: ListenerConfig = toml::from_str("port = 1\nmax_streams = 2").expect("it is valid");
    let listener = builder().host("::1").port(3).config(config.clone());
    assert_eq!(format!("{listener:?}"), format!("{:?}", builder().host("::1").port(1).max_streams(2)));
    let listener = builder().config(config).port(3);
    assert_eq!(format!("{listener:?}"), format!("{:?}", builder().port(3).max_streams(2)));
    let listener = read("");
    assert_eq!(format!("{listener:?}"), format!("{:?}", builder()));
}

#[tokio::test]
async fn a_value_out_of_its_range_is_named_when_the_listener_binds() {
    let table = [
        ("backlog = 0", "invalid `backlog` of the listener: must be at least 1"),
        ("retry_after = -1", "invalid `retry_after` of the listener: must be a number of seconds, 0 or more"),
        (
            "handshake_timeout = nan",
            "invalid `handshake_timeout` of the listener: must be a number of seconds, 0 or more",
        ),
        (
            "shutdown_timeout = 1e30",
            "invalid `shutdown_timeout` of the listener: must be a number of seconds, 0 or more",
        ),
        (
            "slow_receivers.disconnect.after = -1",
            "invalid `slow_receivers` of the listener: must be a number of seconds, 0 or more",
        ),
        (
            "slow_receivers.disconnect = { after = 1, code = 1006 }",
            "invalid `slow_receivers` of the listener: must have a code that may be sent",
        ),
        ("slow_receivers.disconnect.after = 0", "invalid `slow_receivers` of the listener: must be greater than zero"),
        ("compression.level = 0", "invalid `compression level` of the listener: must be from 1 to 9"),
        ("request_limits.max_headers = 0", "invalid `max_headers` of the listener: must be from 1 to 32768"),
        (
            "trusted_proxies.forwarded = ['localhost']",
            "invalid `trusted_proxies` of the listener: must be addresses and networks, as in `10.0.0.1` and `10.0.0.0/8`",
        ),
    ];
    for (toml, expected) in table {
        match read(toml).host("127.0.0.1").bind().await {
            Err(Error::Config(error @ ConfigError::Listener { .. })) => assert_eq!(error.to_string(), expected),
            other => panic!("{toml}: {other:?}"),
        }
    }
}

#[test]
fn the_deserializer_names_the_line_of_what_it_cannot_read() {
    let table = [
        ("port = 9090\nhots = 'a'", "unknown field `hots`, expected one of `host`, `port`"),
        ("port = 70000", "invalid value: integer `70000`, expected u16"),
        ("max_connections = -1", "invalid value: integer `-1`, expected usize"),
        ("handshake_timeout = '10s'", "invalid type: string \"10s\", expected f64"),
        ("keep_alive = 'always'", "unknown variant `always`, expected `auto` or `never`"),
        ("request_limits.max_uri = 1", "unknown field `max_uri`, expected one of `max_uri_length`"),
        ("origins = 'all'", "expected `\"same\"`, `\"any\"`, or a list of origins"),
        ("trusted_proxies = 'all'", "unknown variant `all`, expected one of `forwarded`, `none`, `x_forwarded`"),
        ("slow_receivers = 'drop'", "unknown variant `drop`, expected one of `disconnect`, `drop_newest`, `wait`"),
        ("slow_receivers.disconnect.code = 1008", "missing field `after`"),
        ("compression = 'on'", "expected `\"shared\"`, `\"dedicated\"`, `\"off\"`, or a table of `mode`"),
        ("compression.levle = 1", "expected `\"shared\"`, `\"dedicated\"`, `\"off\"`, or a table of `mode`"),
    ];
    for (toml, expected) in table {
        let error = toml::from_str::<ListenerConfig>(toml).expect_err(toml).to_string();
        assert!(error.contains(expected) && error.contains("line "), "{toml}: {error}");
    }
}
