//! What an idle connection costs, and that nothing of it is left behind: 10 000 of them, opened and closed twice.
#![cfg(target_os = "linux")]

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use tests::{Example, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::interval;

const CONNECTIONS: usize = 10_000;
/// What the README promises, in bytes for each connection.
const PROMISED_MEMORY: usize = 3 * 1024;
/// File descriptors that are no connections.
const OTHER_FILES: usize = 200;

#[tokio::test]
async fn ten_thousand_idle_connections_cost_little_and_leave_nothing() {
    let limit = rlimit::increase_nofile_limit(20_000).expect("the limit of open files can be read");
    let connections = CONNECTIONS.min(usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(OTHER_FILES));
    assert!(connections >= 500, "{limit} open files are too few to measure anything");

    let example = Example::start("echo").await;
    let server = Server { id: example.id(), address: example.address() };
    drop(open(server.address, 20).await);
    server.settle(0).await;
    let (files, memory) = (server.open_files(), server.resident_memory());

    let mut peaks = Vec::new();
    for _ in 0..2 {
        let clients = open(server.address, connections).await;
        peaks.push(server.resident_memory());
        drop(clients);
        server.settle(files).await;
    }
    let per_connection = (peaks[0] - memory) / connections;
    println!("{connections} idle connections: {per_connection} bytes each, peaks {peaks:?}");
    assert!(per_connection <= PROMISED_MEMORY, "an idle connection costs {per_connection} bytes");
    assert!(peaks[1] <= peaks[0] + peaks[0] / 20, "the second time costs more: {peaks:?}");
}

/// The server, seen by the operating system.
struct Server {
    id: u32,
    address: SocketAddr,
}

impl Server {
    fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.id)).expect("the server runs").count()
    }

    /// Bytes.
    fn resident_memory(&self) -> usize {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).expect("the server runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it says so");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
    }

    /// Waits until no more than this many files are open; 0 waits until their number stays the same.
    async fn settle(&self, files: usize) {
        let mut ticks = interval(Duration::from_millis(20));
        let settled = async {
            let mut before = usize::MAX;
            loop {
                ticks.tick().await;
                let now = self.open_files();
                if if files == 0 { now == before } else { now <= files } {
                    return;
                }
                before = now;
            }
        };
        within("the server to close its files", settled).await;
    }
}

/// Opens connections, each of which has echoed 1 KiB.
async fn open(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut clients = Vec::with_capacity(count);
    for _ in 0..count {
        clients.push(within("a connection", connect(address)).await);
    }
    for client in &mut clients {
        within("an echo", echo(client)).await;
    }
    clients
}

async fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a file descriptor is free");
    let mut stream = socket.connect(address).await.expect("the server listens");
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    stream.write_all(request.as_bytes()).await.expect("the server reads");
    let mut response = Vec::new();
    while !response.ends_with(b"\r\n\r\n") {
        let count = stream.read_buf(&mut response).await.expect("the server answers");
        assert_ne!(count, 0, "the server hung up: {}", String::from_utf8_lossy(&response));
    }
    assert!(response.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&response));
    stream
}

async fn echo(stream: &mut TcpStream) {
    const LENGTH: usize = 1024;
    // With a key of zeros, a masked payload is the payload.
    let mut frame = vec![0x82, 0xFE, 0x04, 0x00, 0, 0, 0, 0];
    frame.extend((0..LENGTH).map(|index| index.to_le_bytes()[0]));
    stream.write_all(&frame).await.expect("the server reads");
    let mut answer = vec![0; 4 + LENGTH];
    stream.read_exact(&mut answer).await.expect("the server echoes");
    assert_eq!((&answer[..4], &answer[4..]), (&[0x82, 126, 0x04, 0x00][..], &frame[8..]));
}
