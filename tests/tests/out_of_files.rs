//! A process that has no file descriptors left: it says so, waits a moment, and goes on.

use std::fs::File;
use std::iter::repeat_with;
use std::time::Instant;

use rlimit::Resource;
use tests::event_table::is_listed;
use tests::log::Log;
use tests::raw::{RawClient, TEXT};
use tests::server::serve;
use tests::within;
use tokio::net::TcpSocket;
use tracing::Level;
use websocket::Listener;

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/")]
impl Echo {
    #[remote]
    fn on_text_message(&mut self, text: String) -> String {
        text
    }
}

#[tokio::test]
async fn those_who_cannot_be_accepted_are_accepted_later() {
    let (log, _guard) = Log::listen();
    let address = serve(Listener::new(0).service::<Echo>()).await;
    let mut inside = RawClient::upgrade(address, "/").await;
    let socket = TcpSocket::new_v4().expect("a socket is made");
    let (_, hard) = Resource::NOFILE.get().expect("there is a limit");
    Resource::NOFILE.set(200, hard).expect("the limit is set");
    let files: Vec<_> = repeat_with(|| File::open("/dev/null")).map_while(Result::ok).collect();

    let start = Instant::now();
    let outside = within("the TCP connection", socket.connect(address)).await.expect("the system accepts");
    let failed = log.expects("a connection could not be accepted").await.record;
    is_listed(&failed);
    assert_eq!(failed.level, Level::ERROR);
    for _ in 0..100 {
        inside.send_frame(TEXT, "still here").await;
        inside.expects(TEXT, "still here").await;
    }

    drop(files);
    RawClient::new(outside).upgrades("/").await;
    // A pause of 100 ms follows each time, however slow the machine is.
    let most = 2 + start.elapsed().as_millis() / 100;
    let count = log.entries().iter().filter(|entry| entry.record == failed).count();
    assert!(count as u128 <= most, "it was tried {count} times in the time of {most}");
}
