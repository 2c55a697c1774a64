//! A name that has several addresses, of which not all answer.

use std::net::{Ipv6Addr, SocketAddr};

use tests::server::serve;
use tests::within;
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};
use websocket::{Client, ConnectError, Error, Listener};

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/")]
impl Echo {
    #[remote]
    fn on_text_message(&mut self, text: &str) -> String {
        text.to_owned()
    }
}

/// Whether `localhost` has both addresses on this machine.
async fn has_both_families() -> bool {
    let addresses: Vec<SocketAddr> = lookup_host("localhost:1").await.expect("the name is known").collect();
    let has_both = [true, false].iter().all(|is_v6| addresses.iter().any(|address| address.is_ipv6() == *is_v6));
    if !has_both {
        println!("skipped: `localhost` is {addresses:?}");
    }
    has_both
}

async fn talks(port: u16) -> SocketAddr {
    let client = within("the connection", Client::connect(format!("ws://localhost:{port}/"))).await;
    let client = client.expect("one of the addresses answers");
    client.write_text("hello").await.expect("it is open");
    let answer = within("an answer", client.read()).await.expect("the connection is not broken");
    assert_eq!(answer, Some("hello".into()));
    client.caller().remote_addr().expect("the socket knows it")
}

#[tokio::test]
async fn an_address_that_refuses_does_not_matter() {
    let address = serve(Listener::new(0).service::<Echo>()).await;
    assert_eq!(talks(address.port()).await, address);
    if has_both_families().await {
        let bound = Listener::new(0).host("::1").service::<Echo>().bind().await.expect("a port is free");
        let address = bound.local_addr();
        tokio::spawn(bound.serve());
        assert_eq!(talks(address.port()).await, address);
    }
}

/// Linux does not answer a connection for which there is no room in the backlog.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_address_that_is_silent_does_not_hold_up_the_others() {
    if !has_both_families().await {
        return;
    }
    let address = serve(Listener::new(0).service::<Echo>()).await;
    let socket = TcpSocket::new_v6().expect("there are sockets");
    socket.bind((Ipv6Addr::LOCALHOST, address.port()).into()).expect("the port is free");
    let silent = socket.listen(0).expect("it can listen");
    let filling = TcpStream::connect(silent.local_addr().expect("it listens"));
    let _filling = within("the only place", filling).await.expect("there is room for one");
    assert_eq!(talks(address.port()).await, address);
}

#[tokio::test]
async fn nobody_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let port = listener.local_addr().expect("it listens").port();
    drop(listener);
    for host in ["localhost", "no-such-host.invalid"] {
        let connected = within("the end", Client::connect(format!("ws://{host}:{port}/"))).await;
        let Err(Error::Connect(error)) = connected else { panic!("{connected:?}") };
        assert!(error.is_transient());
        assert_eq!(error.to_string(), format!("cannot connect to {host}:{port}"));
        assert!(matches!(error, ConnectError::Io { .. }), "{error:?}");
    }
}
