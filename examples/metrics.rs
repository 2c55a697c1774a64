//! A service and its metrics, as Prometheus reads them, on one port: `cargo run --example metrics`, then
//! `curl http://127.0.0.1:9090/metrics`.

use std::{env, error::Error, time::Duration};

use axum::{Router as Pages, http::header::CONTENT_TYPE, routing::get};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::time::interval;
use websocket::Listener;

/// Repeats what it hears.
struct Echo;

#[websocket::service(path = "/echo/<room>")]
impl Echo {
    #[upgrade]
    fn enter(room: String) -> Self {
        // Rooms are many: none of them is a label. All count for `/echo/<room>`.
        drop(room);
        Self
    }

    #[remote]
    fn on_text_message<'a>(&mut self, text: &'a str) -> &'a str {
        text
    }
}

/// Keeps what is counted from now on. Callbacks are sorted by their time: 1 µs, 10 µs, … 10 s.
fn record() -> Result<PrometheusHandle, Box<dyn Error>> {
    let buckets = [0.000_001, 0.000_01, 0.000_1, 0.001, 0.01, 0.1, 1.0, 10.0]; // seconds
    let times = Matcher::Full("websocket_callback_duration_seconds".to_owned());
    Ok(PrometheusBuilder::new().set_buckets_for_metric(times, &buckets)?.install_recorder()?)
}

/// Answers Prometheus.
fn pages(recorder: PrometheusHandle) -> Pages {
    let show = get(async move || ([(CONTENT_TYPE, "text/plain; version=0.0.4")], recorder.render()));
    Pages::new().route("/metrics", show)
}

/// Sums up what was measured, so that it does not pile up while nobody asks.
async fn sum_up(recorder: PrometheusHandle) {
    let mut ticks = interval(Duration::from_secs(5));
    loop {
        ticks.tick().await;
        recorder.run_upkeep();
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).log_internal_errors(false).init();
    let mut arguments = env::args().skip(1);
    let port = match (arguments.next().as_deref(), arguments.next()) {
        (None, None) => 9090,
        (Some("--port"), Some(port)) => port.parse()?,
        _ => return Err("usage: metrics [--port N]".into()),
    };
    // Before there is anything to count.
    let recorder = record()?;
    tokio::spawn(sum_up(recorder.clone()));
    let server = Listener::new(port).service::<Echo>().fallback(pages(recorder)).bind().await?;
    println!("listening on http://127.0.0.1:{}", server.local_addr().port());
    server.serve_until(interrupted()).await?;
    Ok(())
}

async fn interrupted() {
    tokio::signal::ctrl_c().await.expect("the signal can be heard");
}
