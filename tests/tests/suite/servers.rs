//! The servers: our listener, and those of others that our router is mounted in; each with a client that speaks its transport.

use std::{net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::serve::ListenerExt;
use h2::ext::Protocol;
use http::Request;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use tests::{
    certificates::Authority,
    http2::Http2Client,
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
use websocket::{Http2Config, Listener, Router, Shutdown, TlsConfig};

use crate::services::{Calculator, Idle, Room};

/// What a client and a server talk over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Axum,
    AxumHttp2,
    AxumTls,
    Http2,
    Http2Tls,
    Hyper,
    HyperHttp2,
    Plain,
    Tls,
}

/// A running server.
pub(crate) struct Server {
    transport: Transport,
    address: SocketAddr,
    tls: Option<TlsClient>,
    http2: Http2Client,
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
            Transport::Http2 => listen(listener().http2(Http2Config::new())).await,
            Transport::Http2Tls => {
                let server = authority.server();
                let tls = TlsConfig::from_pem(server.certificate, server.key);
                listen(listener().http2(Http2Config::new()).tls(tls)).await
            }
            Transport::Axum | Transport::AxumHttp2 => in_axum(router()).await,
            Transport::AxumTls => in_axum_over_tls(router(), &authority).await,
            Transport::Hyper => in_hyper(router()).await,
            Transport::HyperHttp2 => in_hyper_over_http2(router()).await,
        };
        let tls = transport.is_secure().then(|| TlsClient::new(&authority));
        let tls = tls.map(|tls| if transport.is_http2() { tls.alpn(&["h2"]) } else { tls });
        Self { transport, address, tls, http2: Http2Client::default(), end, entries }
    }

    pub(crate) fn transport(&self) -> Transport {
        self.transport
    }

    /// Asks for a connection.
    pub(crate) async fn asks(&self, target: &str, headers: &[(&str, &str)]) -> (Response, Client) {
        if self.transport.is_http2() {
            return self.connects(target, "13", headers).await;
        }
        let lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.sends(&handshake(target, &lines.concat())).await
    }

    /// Asks for a connection of another version of the protocol.
    pub(crate) async fn asks_for_version(&self, target: &str, version: &str) -> Response {
        if self.transport.is_http2() {
            return self.connects(target, version, &[]).await.0;
        }
        self.sends(&handshake(target, "").replace("Version: 13", &format!("Version: {version}"))).await.0
    }

    /// Asks for a page.
    pub(crate) async fn gets(&self, target: &str) -> Response {
        if self.transport.is_http2() {
            let request = Request::get(format!("http://localhost{target}")).body(()).expect("the request is valid");
            return self.http2.asks(async || self.stream().await, request).await.0;
        }
        self.sends(&format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await.0
    }

    /// Opens a connection.
    pub(crate) async fn opens(&self, target: &str) -> Client {
        let (response, client) = self.asks(target, &[]).await;
        assert_eq!(response.status, self.transport.accepted(), "{response:?}");
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
        let mut client = RawClient::new(self.stream().await);
        client.send(request).await;
        (client.response().await, client)
    }

    /// Asks for a connection in HTTP/2.
    async fn connects(&self, target: &str, version: &str, headers: &[(&str, &str)]) -> (Response, Client) {
        let mut request = Request::connect(format!("http://localhost{target}"))
            .extension(Protocol::from_static("websocket"))
            .header("sec-websocket-version", version);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).expect("the request is valid");
        let (response, stream) = self.http2.asks(async || self.stream().await, request).await;
        (response, RawClient::new(Box::pin(stream)))
    }

    async fn stream(&self) -> Pin<Box<dyn Io>> {
        if let Some(tls) = &self.tls {
            return Box::pin(tls.connect(self.address).await);
        }
        let stream = TcpStream::connect(self.address).await.expect("it listens");
        stream.set_nodelay(true).expect("TCP_NODELAY is accepted");
        Box::pin(stream)
    }
}

impl Transport {
    /// Returns whether it is encrypted.
    pub(crate) fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::AxumTls | Self::Http2Tls)
    }

    /// Returns whether it is HTTP/2.
    pub(crate) fn is_http2(self) -> bool {
        matches!(self, Self::Http2 | Self::Http2Tls | Self::AxumHttp2 | Self::HyperHttp2)
    }

    /// Returns whether a service can know who its peer is.
    pub(crate) fn knows_peers(self) -> bool {
        !matches!(self, Self::AxumHttp2 | Self::HyperHttp2)
    }

    /// The status that opens a connection.
    pub(crate) fn accepted(self) -> u16 {
        if self.is_http2() { 200 } else { 101 }
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
    // HTTP/2 is slow without.
    let socket = socket.tap_io(|stream| stream.set_nodelay(true).expect("TCP_NODELAY is accepted"));
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

async fn in_hyper_over_http2(router: Router) -> (SocketAddr, End) {
    let (socket, address) = socket().await;
    let service = TowerToHyperService::new(router.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            stream.set_nodelay(true).expect("TCP_NODELAY is accepted");
            let mut serving = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            serving.enable_connect_protocol();
            tokio::spawn(serving.serve_connection(TokioIo::new(stream), service.clone()));
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
