//! The taxis, end to end: the real program with two services on one listener, used by clients that we did not write.

use serde_json::{Value, json};
use tests::{Example, json_client::JsonClient};

async fn driver(taxi: &Example, name: &str) -> JsonClient {
    let mut driver = JsonClient::connect(taxi.address(), &format!("/taxi/{name}"), None).await;
    let message = format!("Hi {name}! Your location will be shared with the riders");
    driver.expects(json!({"event": "welcome", "message": message})).await;
    driver
}

async fn rider(taxi: &Example, name: &str) -> JsonClient {
    let mut rider = JsonClient::connect(taxi.address(), &format!("/subscribe/{name}"), None).await;
    let message = format!("Hi {name}! You have successfully connected.");
    rider.expects(json!({"event": "welcome", "message": message})).await;
    rider
}

fn moves(latitude: f64, longitude: f64) -> Value {
    json!({"event": "location", "latitude": latitude, "longitude": longitude})
}

fn is_at(driver: &str, latitude: f64, longitude: f64) -> Value {
    json!({"event": "location", "driver": driver, "latitude": latitude, "longitude": longitude})
}

#[tokio::test]
async fn riders_hear_where_drivers_are() {
    let taxi = Example::start("taxi").await;
    let mut rita = rider(&taxi, "Rita").await;
    let mut dan = driver(&taxi, "Dan").await;
    rita.expects(json!({"event": "ready", "driver": "Dan"})).await;
    dan.send(moves(6.9, 79.8)).await;
    rita.expects(is_at("Dan", 6.9, 79.8)).await;

    // Who comes later hears where everybody is.
    let mut rob = rider(&taxi, "Rob").await;
    rob.expects(is_at("Dan", 6.9, 79.8)).await;
    let dora = driver(&taxi, "Dora").await;
    for rider in [&mut rita, &mut rob] {
        rider.expects(json!({"event": "ready", "driver": "Dora"})).await;
    }
    rita.leave().await;
    dora.leave().await;
    rob.expects(json!({"event": "gone", "driver": "Dora"})).await;
    dan.send(moves(-90.0, 180.0)).await;
    rob.expects(is_at("Dan", -90.0, 180.0)).await;
    dan.leave().await;
    rob.expects(json!({"event": "gone", "driver": "Dan"})).await;
    rob.leave().await;
}

#[tokio::test]
async fn a_place_that_is_none_is_refused_and_nobody_hears_of_it() {
    let taxi = Example::start("taxi").await;
    let mut rita = rider(&taxi, "Rita").await;
    let mut dan = driver(&taxi, "Dan").await;
    rita.expects(json!({"event": "ready", "driver": "Dan"})).await;
    let table = [
        (moves(91.0, 0.0), "data validation failed: latitude: must be from -90 to 90"),
        (moves(0.0, -180.1), "data validation failed: longitude: must be from -180 to 180"),
        (json!({"event": "location", "latitude": 1}), "data binding failed: missing field `longitude`"),
    ];
    for (place, mistake) in table {
        dan.send(place).await;
        let answer = dan.next().await;
        let message = answer["message"].as_str().unwrap_or_default();
        assert!(answer["event"] == "error" && message.starts_with(mistake), "{answer}");
    }
    dan.send(moves(1.0, 2.0)).await;
    rita.expects(is_at("Dan", 1.0, 2.0)).await;
}
