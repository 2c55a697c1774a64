//! The servers: our listener, and those of others that our router is mounted in; each with a client that speaks its transport.

use std::{net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tests::{
    certificates::Authority,
    raw::{RawClient, Response, handshake},
    server::{Entries, journal},
    tls::TlsClient,
    within,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs},
    server::TlsStream,
};
use websocket::{Listener, Router, Shutdown, TlsConfig};

use crate::services::{Calculator, Idle, Room};

/// What a client and a server talk over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Axum,
    AxumTls,
    Hyper,
    Plain,
    Tls,
}

/// A running server.
pub(crate) struct Server {
    transport: Transport,
    address: SocketAddr,
    tls: Option<TlsClient>,
    end: End,
    /// What the rooms have written down.
    pub(crate) entries: Entries,
}

/// How a server is stopped.
enum End {
    Listener { stop: oneshot::Sender<()>, serving: JoinHandle<websocket::Result<Shutdown>> },
    Mounted(Router),
}

/// Any byte stream.
pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A client, whatever it talks over.
pub(crate) type Client = RawClient<Pin<Box<dyn Io>>>;

impl Server {
    pub(crate) async fn start(transport: Transport) -> Self {
        let (journal, entries) = journal();
        let router = || {
            let builder = Router::builder().service_with::<Room>(journal.clone());
            builder.service::<Calculator>().service::<Idle>().build().expect("the router is built")
        };
        let listener = || {
            let listener = Listener::new(0).host("127.0.0.1").service_with::<Room>(journal.clone());
            listener.service::<Calculator>().service::<Idle>()
        };
        let authority = Authority::new("ca");
        let (address, end) = match transport {
            Transport::Plain => listen(listener()).await,
            Transport::Tls => {
                let server = authority.server();
                listen(listener().tls(TlsConfig::from_pem(server.certificate, server.key))).await
            }
            Transport::Axum => in_axum(router()).await,
            Transport::AxumTls => in_axum_over_tls(router(), &authority).await,
            Transport::Hyper => in_hyper(router()).await,
        };
        let tls = transport.is_secure().then(|| TlsClient::new(&authority));
        Self { transport, address, tls, end, entries }
    }

    pub(crate) fn transport(&self) -> Transport {
        self.transport
    }

    /// Asks for a connection.
    pub(crate) async fn asks(&self, target: &str, headers: &[(&str, &str)]) -> (Response, Client) {
        let lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.sends(&handshake(target, &lines.concat())).await
    }

    /// Asks for a connection of another version of the protocol.
    pub(crate) async fn asks_for_version(&self, target: &str, version: &str) -> Response {
        self.sends(&handshake(target, "").replace("Version: 13", &format!("Version: {version}"))).await.0
    }

    /// Asks for a page.
    pub(crate) async fn gets(&self, target: &str) -> Response {
        self.sends(&format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await.0
    }

    /// Opens a connection.
    pub(crate) async fn opens(&self, target: &str) -> Client {
        let (response, client) = self.asks(target, &[]).await;
        assert_eq!(response.status, 101, "{response:?}");
        client
    }

    /// Stops, and returns what became of the connections.
    pub(crate) async fn stops(self) -> Shutdown {
        match self.end {
            End::Listener { stop, serving } => {
                stop.send(()).expect("the server runs");
                within("the end of the server", serving).await.expect("no panic").expect("no error")
            }
            End::Mounted(router) => router.shut_down(Duration::from_secs(20)).await,
        }
    }

    async fn sends(&self, request: &str) -> (Response, Client) {
        let stream: Pin<Box<dyn Io>> = match &self.tls {
            Some(tls) => Box::pin(tls.connect(self.address).await),
            None => Box::pin(TcpStream::connect(self.address).await.expect("it listens")),
        };
        let mut client = RawClient::new(stream);
        client.send(request).await;
        (client.response().await, client)
    }
}

impl Transport {
    /// Returns whether it is encrypted.
    pub(crate) fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::AxumTls)
    }
}

async fn listen(listener: Listener) -> (SocketAddr, End) {
    let bound = listener.bind().await.expect("the listener binds");
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(bound.serve_until(async { drop(stopped.await) }));
    (address, End::Listener { stop, serving })
}

async fn socket() -> (TcpListener, SocketAddr) {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let address = socket.local_addr().expect("it has an address");
    (socket, address)
}

async fn in_axum(router: Router) -> (SocketAddr, End) {
    let (socket, address) = socket().await;
    let app = axum::Router::new().fallback_service(router.clone());
    tokio::spawn(async move { axum::serve(socket, app).await });
    (address, End::Mounted(router))
}

async fn in_axum_over_tls(router: Router, authority: &Authority) -> (SocketAddr, End) {
    let (socket, address) = socket().await;
    let app = axum::Router::new().fallback_service(router.clone());
    let listener = TlsListener { socket, acceptor: acceptor(authority, &[b"http/1.1"]) };
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, End::Mounted(router))
}

async fn in_hyper(router: Router) -> (SocketAddr, End) {
    let (socket, address) = socket().await;
    let service = TowerToHyperService::new(router.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            let serving = hyper::server::conn::http1::Builder::new();
            tokio::spawn(serving.serve_connection(TokioIo::new(stream), service.clone()).with_upgrades());
        }
    });
    (address, End::Mounted(router))
}

/// TLS as somebody else serves it.
struct TlsListener {
    socket: TcpListener,
    acceptor: TlsAcceptor,
}

fn acceptor(authority: &Authority, alpn: &[&[u8]]) -> TlsAcceptor {
    let server = authority.server();
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the versions are known")
        .with_no_client_auth()
        .with_single_cert(vec![server.certificate_der()], server.key_der())
        .expect("the key belongs to the certificate");
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    TlsAcceptor::from(Arc::new(config))
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = self.socket.accept().await.expect("a connection is accepted");
        (self.acceptor.accept(stream).await.expect("the handshake succeeds"), address)
    }

    fn local_addr(&self) -> tokio::io::Result<Self::Addr> {
        self.socket.local_addr()
    }
}
