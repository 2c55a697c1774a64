//! Certificates that are read again while the listener serves.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rcgen::date_time_ymd;
use tests::{
    certificates::{self, Authority, Folder, Identity},
    log::Log,
    polite::PoliteClient,
    tls::{Connected, TlsClient, connect},
    within,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::rustls::{
    ClientConfig, HandshakeKind, SupportedProtocolVersion,
    version::{TLS12, TLS13},
};
use websocket::{ClientCertificates, Listener, TlsConfig, TlsError, TlsReloader};

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/echo")]
impl Echo {
    #[remote]
    fn on_text_message(&mut self, text: &str) -> String {
        text.to_owned()
    }
}

/// The files of a listener.
struct Files(Folder);

impl Files {
    fn new(server: &Identity, client_authority: &Authority) -> Self {
        let files = Self(Folder::new());
        files.set_server(server);
        files.set_client_authority(client_authority);
        files
    }

    fn set_server(&self, server: &Identity) {
        self.0.write("cert.pem", &server.certificate);
        self.0.write("key.pem", &server.key);
    }

    fn set_client_authority(&self, authority: &Authority) {
        self.0.write("ca.pem", authority.pem());
    }

    fn config(&self) -> TlsConfig {
        TlsConfig::from_pem_files(self.0.path("cert.pem"), self.0.path("key.pem"))
    }

    fn mutual(&self) -> TlsConfig {
        self.config().client_certificates(ClientCertificates::required(self.0.path("ca.pem")))
    }
}

async fn serve(tls: TlsConfig) -> (SocketAddr, TlsReloader) {
    let bound = Listener::new(0).host("127.0.0.1").service::<Echo>().tls(tls).bind().await.expect("it binds");
    let address = bound.local_addr();
    let reloader = bound.tls_reloader().expect("there is TLS");
    tokio::spawn(bound.serve());
    (address, reloader)
}

/// Talks, so that the tickets that come behind the handshake are read, and tells how the session began.
async fn begins(config: &Arc<ClientConfig>, address: SocketAddr) -> HandshakeKind {
    let stream = connect(Arc::clone(config), address).await.expect("the handshake succeeds");
    let kind = stream.get_ref().1.handshake_kind().expect("the handshake is over");
    let mut client = over(stream).await;
    client.send("hello").await;
    client.hears("hello").await;
    kind
}

async fn over(stream: Connected) -> PoliteClient<Connected> {
    PoliteClient::upgrade(stream, "wss://localhost/echo").await.0
}

/// Waits for what the server says against the connection: with TLS 1.3 the client is done before the server has seen its certificate.
async fn refusal(config: &Arc<ClientConfig>, address: SocketAddr) -> io::Error {
    match connect(Arc::clone(config), address).await {
        Err(error) => error,
        Ok(mut stream) => {
            let read = within("the server's refusal", stream.read(&mut [0])).await;
            read.expect_err("the server refuses")
        }
    }
}

/// Tells whether a request is answered.
async fn is_served(config: &Arc<ClientConfig>, address: SocketAddr) -> bool {
    let Ok(mut stream) = connect(Arc::clone(config), address).await else { return false };
    let asked = stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    asked.is_ok() && within("an answer", stream.read(&mut [0])).await.is_ok_and(|count| count > 0)
}

fn certificate(stream: &Connected) -> Vec<u8> {
    stream.get_ref().1.peer_certificates().expect("the server has one")[0].to_vec()
}

const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

#[tokio::test]
async fn new_connections_get_the_new_certificate() {
    let authority = Authority::new("ca");
    let (first, second) = (authority.server(), authority.server());
    let files = Files::new(&first, &authority);
    let (address, reloader) = serve(files.config()).await;
    let client = TlsClient::new(&authority);
    let stream = client.connect(address).await;
    assert_eq!(certificate(&stream), first.certificate_der().to_vec());
    let mut open = over(stream).await;

    files.set_server(&second);
    assert_eq!(certificate(&client.connect(address).await), first.certificate_der().to_vec(), "not before it is told");
    reloader.reload().expect("the files are right");
    assert_eq!(certificate(&client.connect(address).await), second.certificate_der().to_vec());
    open.send("still here").await;
    open.hears("still here").await;
}

#[tokio::test]
async fn broken_files_change_nothing() {
    let authority = Authority::new("ca");
    let (first, second) = (authority.server(), authority.server());
    let files = Files::new(&first, &authority);
    let (address, reloader) = serve(files.mutual()).await;
    let client = TlsClient::new(&authority).identity(&authority.client("Ann"));

    files.0.write("cert.pem", &second.certificate);
    assert_eq!(reloader.reload(), Err(TlsError::KeyMismatch), "half of a change");
    files.0.write("ca.pem", "");
    files.set_server(&second);
    let path = Some(files.0.path("ca.pem"));
    assert_eq!(reloader.reload(), Err(TlsError::Empty { key: "client_certificates", path }));
    assert_eq!(certificate(&client.connect(address).await), first.certificate_der().to_vec());

    files.set_client_authority(&authority);
    reloader.clone().reload().expect("the files are right");
    assert_eq!(certificate(&client.connect(address).await), second.certificate_der().to_vec());
}

#[tokio::test]
async fn sessions_survive_a_new_certificate() {
    let authority = Authority::new("ca");
    let files = Files::new(&authority.server(), &authority);
    let (address, reloader) = serve(files.mutual()).await;
    for version in VERSIONS {
        let client = TlsClient::new(&authority).version(version).identity(&authority.client("Ann"));
        let config = client.resuming().config();
        assert_eq!(begins(&config, address).await, HandshakeKind::Full);
        files.set_server(&authority.server());
        reloader.reload().expect("the files are right");
        assert_eq!(begins(&config, address).await, HandshakeKind::Resumed);
    }
}

#[tokio::test]
async fn no_session_survives_a_new_client_authority() {
    let (authority, renewed) = (Authority::new("ca"), Authority::new("renewed ca"));
    for version in VERSIONS {
        let files = Files::new(&authority.server(), &authority);
        let (address, reloader) = serve(files.mutual()).await;
        let client = TlsClient::new(&authority).version(version);
        let config = client.clone().identity(&authority.client("Ann")).resuming().config();
        assert_eq!(begins(&config, address).await, HandshakeKind::Full);
        assert_eq!(begins(&config, address).await, HandshakeKind::Resumed);

        files.set_client_authority(&renewed);
        reloader.reload().expect("the files are right");
        let error = refusal(&config, address).await;
        assert!(error.to_string().contains("UnknownCA"), "{error}");
        let config = client.identity(&renewed.client("Ann")).resuming().config();
        assert_eq!(begins(&config, address).await, HandshakeKind::Full);
    }
}

/// The certificate of the session is verified again, though the client does not show it a second time.
#[tokio::test]
async fn no_session_outlives_its_client_certificate() {
    let authority = Authority::new("ca");
    let files = Files::new(&authority.server(), &authority);
    let (log, _guard) = Log::listen();
    let (address, _) = serve(files.mutual()).await;
    for version in VERSIONS {
        let mut params = certificates::client("Ann");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right");
        params.not_after = date_time_ymd(1970, 1, 1) + now + Duration::from_secs(2);
        let client = TlsClient::new(&authority).version(version).identity(&authority.issue(&params));
        let config = client.clone().resuming().config();
        assert_eq!(begins(&config, address).await, HandshakeKind::Full);
        assert_eq!(begins(&config, address).await, HandshakeKind::Resumed);

        let anew = client.config();
        within("the certificate to expire", async { while is_served(&anew, address).await {} }).await;
        log.tells("invalid peer certificate: certificate expired").await;
        let error = refusal(&config, address).await;
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        log.tells("in a resumed session").await;
    }
}

#[tokio::test]
async fn a_plain_listener_has_nothing_to_reload() {
    let bound = Listener::new(0).host("127.0.0.1").bind().await.expect("it binds");
    assert!(bound.tls_reloader().is_none());
}
