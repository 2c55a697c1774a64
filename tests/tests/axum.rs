//! The example `axum`, both ways: pages and a service on one port, and an end that the clients hear of.

use tests::{Example, polite::PoliteClient, raw::RawClient};

async fn serves(arguments: &[&str]) {
    let example = Example::start_with("axum", &[&["--port", "0"], arguments].concat()).await;
    let mut page = RawClient::connect(example.address()).await;
    page.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    let response = page.response().await;
    assert!(response.status == 200 && response.body.contains("/echo"), "{response:?}");
    page.send("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(page.response().await.status, 404);

    let mut client = PoliteClient::connect(example.address(), "/echo").await;
    client.send("hello").await;
    client.hears("hello").await;
    let ended = tokio::spawn(example.interrupt());
    assert_eq!(client.ended().await.0, 1001);
    assert!(ended.await.expect("no panic").success());
}

#[tokio::test]
async fn a_listener_of_ours_has_axum_inside() {
    serves(&[]).await;
}

#[tokio::test]
async fn a_server_of_axum_has_services_inside() {
    serves(&["--inside"]).await;
}
