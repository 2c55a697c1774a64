//! What is wrong with a configuration is said when the listener binds, with the names to look for; and a setting has an effect.

use std::time::Duration;

use tests::raw::{RawClient, handshake};
use tests::server::serve;
use websocket::{CloseCode, ConfigError, Error, Listener, RequestLimits, SlowReceivers};

/// A service that does nothing, with these arguments of its attribute.
macro_rules! service {
    ($name:ident: $($arguments:tt)*) => {
        #[derive(Default)]
        struct $name;

        #[websocket::service($($arguments)*)]
        impl $name {
            #[remote]
            fn on_pong(&self, _data: &[u8]) {}
        }
    };
}

/// A service at a path with one parameter.
macro_rules! service_with_parameter {
    ($name:ident: $path:literal, $parameter:ident) => {
        struct $name;

        #[websocket::service(path = $path)]
        impl $name {
            #[upgrade]
            fn accept($parameter: String) -> Self {
                drop($parameter);
                Self
            }

            #[remote]
            fn on_pong(&self, _data: &[u8]) {}
        }
    };
}

service!(Chat: path = "/chat");
service!(OtherChat: path = "/chat");
service!(Late: path = "/late", idle_timeout = seconds(-1));
service!(Empty: path = "/empty", max_frame_size = bytes(0));
service_with_parameter!(ByName: "/users/<name>", name);
service_with_parameter!(ById: "/users/<id>", id);
service!(Myself: path = "/users/me");

fn seconds(seconds: i32) -> i32 {
    seconds
}

fn bytes(bytes: usize) -> usize {
    bytes
}

async fn mistake(listener: Listener) -> ConfigError {
    match listener.host("127.0.0.1").bind().await {
        Err(Error::Config(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn services_at_one_path_are_named() {
    let error = mistake(Listener::new(0).service::<Chat>().service::<OtherChat>()).await;
    assert_eq!(
        error.to_string(),
        "paths of the services `Chat` and `OtherChat` are ambiguous: `/chat` conflicts with `/chat`"
    );
    let error = mistake(Listener::new(0).service::<ByName>().service::<ById>()).await;
    assert_eq!(
        error.to_string(),
        "paths of the services `ByName` and `ById` are ambiguous: `/users/<id>` conflicts with `/users/<name>`"
    );
}

#[tokio::test]
async fn a_literal_beside_a_parameter_is_not_ambiguous() {
    let address = serve(Listener::new(0).service::<ByName>().service::<Myself>()).await;
    for path in ["/users/me", "/users/ann"] {
        RawClient::upgrade(address, path).await;
    }
}

#[tokio::test]
async fn an_expression_out_of_range_is_named_with_its_service() {
    let error = mistake(Listener::new(0).service::<Late>()).await;
    assert_eq!(error.to_string(), "invalid `idle_timeout` of the service `Late`: must not be negative");
    let error = mistake(Listener::new(0).service::<Empty>()).await;
    assert_eq!(error.to_string(), "invalid `max_frame_size` of the service `Empty`: must be at least 1");
}

#[tokio::test]
async fn a_setting_of_the_listener_out_of_range_is_named() {
    let limits = RequestLimits::new();
    let unsendable = SlowReceivers::Disconnect { after: Duration::from_secs(1), code: CloseCode::ABNORMAL };
    let table = [
        (Listener::new(0).server_name("line\nbreak"), "server_name"),
        (Listener::new(0).request_limits(limits.max_uri_length(0)), "max_uri_length"),
        (Listener::new(0).request_limits(limits.max_uri_length(65_535)), "max_uri_length"),
        (Listener::new(0).request_limits(limits.max_header_size(0)), "max_header_size"),
        (Listener::new(0).request_limits(limits.max_headers(0)), "max_headers"),
        (Listener::new(0).request_limits(limits.max_headers(32_769)), "max_headers"),
        (Listener::new(0).high_water_mark(10).low_water_mark(11), "low_water_mark"),
        (Listener::new(0).max_fragments(0), "max_fragments"),
        (Listener::new(0).max_control_frames(0), "max_control_frames"),
        (Listener::new(0).max_streams(0), "max_streams"),
        (Listener::new(0).slow_receivers(SlowReceivers::disconnect(Duration::ZERO)), "slow_receivers"),
        (Listener::new(0).slow_receivers(unsendable), "slow_receivers"),
    ];
    for (listener, expected) in table {
        match mistake(listener).await {
            ConfigError::Listener { key, .. } => assert_eq!(key, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_port_in_use_is_an_error_that_names_it() {
    let first = Listener::new(0).host("127.0.0.1").bind().await.expect("a port is free");
    let port = first.local_addr().port();
    let error = Listener::new(port).host("127.0.0.1").bind().await.expect_err("it is taken");
    assert_eq!(error.to_string(), format!("cannot listen on 127.0.0.1:{port}"));
}

#[tokio::test]
async fn the_server_name_stands_in_every_response() {
    let address = serve(Listener::new(0).server_name("test/1").service::<Chat>()).await;
    for (path, status) in [("/chat", 101), ("/nowhere", 404)] {
        let mut client = RawClient::connect(address).await;
        client.send(handshake(path, "")).await;
        let response = client.response().await;
        assert_eq!((response.status, response.header("server")), (status, Some("test/1")));
    }
}
