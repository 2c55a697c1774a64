//! Our client over TLS: servers that we did not write, whom it trusts, and what it says when it does not.

use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use rcgen::{CertificateParams, date_time_ymd};
use tests::certificates::{Authority, Folder, Identity};
use tests::server::serve;
use tests::tls::TlsClient;
use tests::{ForeignServer, within};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::{AlertDescription, CertificateError, Error as Rustls, InvalidMessage, ServerConfig};
use tokio_tungstenite::accept_async;
use websocket::{
    Caller, Client, ClientBuilder, ClientCertificates, ClientTlsConfig, ConfigError, ConnectError, Error, Listener,
    Message, TlsConfig, TlsError, TlsVersion,
};

/// Says what the server sees of TLS.
#[derive(Default)]
struct Tls;

#[websocket::service(path = "/")]
impl Tls {
    #[remote]
    fn on_text_message(&mut self, caller: &Caller, _text: &str) -> String {
        let tls = caller.tls().expect("it is a connection over TLS");
        assert_eq!(tls.server_certificate(), None, "that is what the client has seen");
        let name = tls.server_name().unwrap_or("nobody");
        format!("{} {} {name} {}", tls.version(), tls.cipher_suite(), tls.client_certificate().is_some())
    }
}

/// An authority, a server's certificate, and their files.
struct Setup {
    folder: Folder,
    authority: Authority,
    server: Identity,
}

impl Setup {
    fn new() -> Self {
        let authority = Authority::new("ca");
        let server = authority.server();
        Self::with(authority, server)
    }

    fn with(authority: Authority, server: Identity) -> Self {
        let folder = Folder::new();
        folder.write("ca.pem", authority.pem());
        folder.write("server.pem", &server.certificate);
        folder.write("server-key.pem", &server.key);
        Self { folder, authority, server }
    }

    /// The server is `chat.example`, and was so until long ago.
    fn for_another_name_and_expired() -> Self {
        let mut params = CertificateParams::new(["chat.example".to_owned()]).expect("the name is valid");
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        let authority = Authority::new("ca");
        let server = authority.issue(&params);
        Self::with(authority, server)
    }

    fn for_another_name() -> Self {
        let params = CertificateParams::new(["chat.example".to_owned()]).expect("the name is valid");
        let authority = Authority::new("ca");
        let server = authority.issue(&params);
        Self::with(authority, server)
    }

    /// Certificate and key of the server, and the authority of its clients.
    fn files(&self) -> [PathBuf; 3] {
        ["server.pem", "server-key.pem", "ca.pem"].map(|name| self.folder.path(name))
    }

    /// Our own server.
    async fn serve(&self, set: impl FnOnce(TlsConfig) -> TlsConfig) -> SocketAddr {
        let tls = TlsConfig::from_pem(self.server.certificate.as_str(), self.server.key.as_str());
        serve(Listener::new(0).service::<Tls>().tls(set(tls))).await
    }

    /// What trusts the authority.
    fn tls(&self) -> ClientTlsConfig {
        ClientTlsConfig::new().authority_pem(self.authority.pem())
    }

    /// The same, with a client's certificate.
    fn with_certificate(&self, client: &Identity) -> ClientTlsConfig {
        self.tls().certificate_pem(client.certificate.as_str(), client.key.as_str())
    }
}

fn url(address: SocketAddr) -> String {
    format!("wss://localhost:{}/", address.port())
}

async fn connect(url: String, tls: &ClientTlsConfig) -> Client {
    within("the connection", Client::builder(url).tls(tls.clone()).connect()).await.expect("the server is trusted")
}

async fn ask(client: &mut Client, question: &str) -> String {
    client.write_text(question).await.expect("it is open");
    let answer = within("an answer", client.read()).await.expect("the connection is not broken");
    let Some(Message::Text(text)) = answer else { panic!("{answer:?}") };
    text.as_str().to_owned()
}

/// Why TLS does not come about.
async fn failure(builder: ClientBuilder) -> Rustls {
    let error = within("the end", builder.connect()).await.expect_err("there is no TLS");
    let Error::Connect(error) = error else { panic!("{error:?}") };
    assert!(!error.is_transient(), "{error:?}");
    assert!(error.to_string().starts_with("cannot speak TLS with "), "{error}");
    let ConnectError::Tls { source, .. } = error else { panic!("{error:?}") };
    source
}

async fn certificate_error(url: String, tls: &ClientTlsConfig) -> CertificateError {
    match failure(Client::builder(url).tls(tls.clone())).await {
        Rustls::InvalidCertificate(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn node_ws_is_spoken_with() {
    let setup = Setup::new();
    let server = ForeignServer::node_ws_over_tls(&setup.files()[..2]).await;
    let tls = ClientTlsConfig::new().authority_file(setup.folder.path("ca.pem"));
    let mut client = connect(server.tls_url(), &tls).await;
    assert_eq!(ask(&mut client, "tls").await, "TLSv1.3 nobody localhost http/1.1 false");
    assert_eq!(ask(&mut client, &"long ".repeat(100_000)).await, "long ".repeat(100_000));
    let caller = client.caller();
    assert!(caller.is_secure());
    assert_eq!(caller.remote_addr(), Some(server.address()));
    let info = caller.tls().expect("it is a connection over TLS");
    assert_eq!(info.version(), TlsVersion::V1_3);
    assert_eq!(info.server_name(), Some("localhost"));
    assert_eq!(info.alpn(), Some(&b"http/1.1"[..]));
    assert_eq!(info.server_certificate(), Some(&*setup.server.certificate_der()));
    assert_eq!(info.server_certificate_chain().count(), 1);
    assert_eq!(info.client_certificate(), None);
    // An address is no name that could be asked for.
    let mut client = connect(server.url().replace("ws:", "wss:"), &tls.versions([TlsVersion::V1_2])).await;
    assert_eq!(ask(&mut client, "tls").await, "TLSv1.2 nobody false http/1.1 false");
    assert_eq!(client.caller().tls().expect("it is a connection over TLS").server_name(), None);
}

#[tokio::test]
async fn a_plain_connection_knows_no_tls() {
    let server = ForeignServer::node_ws().await;
    let client = Client::connect(server.url()).await.expect("it serves");
    assert!(!client.caller().is_secure());
    assert_eq!(client.caller().tls(), None);
}

#[tokio::test]
async fn node_ws_is_shown_a_certificate() {
    let setup = Setup::new();
    let server = ForeignServer::node_ws_over_tls(&setup.files()).await;
    let ann = setup.authority.client("Ann");
    for version in [TlsVersion::V1_3, TlsVersion::V1_2] {
        let tls = setup.with_certificate(&ann).versions([version]);
        let mut client = connect(server.tls_url(), &tls).await;
        assert_eq!(ask(&mut client, "tls").await, format!("TLSv{version} Ann localhost http/1.1 false"));
    }
    let failure = failure(Client::builder(server.tls_url()).tls(setup.tls())).await;
    assert_eq!(failure, Rustls::AlertReceived(AlertDescription::CertificateRequired));
}

#[tokio::test]
async fn python_websockets_is_shown_a_certificate() {
    let setup = Setup::new();
    let server = ForeignServer::python_websockets_over_tls(&setup.files()).await;
    let ann = setup.authority.client("Ann");
    let files = (setup.folder.write("ann.pem", &ann.certificate), setup.folder.write("ann-key.pem", &ann.key));
    let tls = setup.tls().certificate_files(files.0, files.1);
    let connecting = Client::builder(server.tls_url()).subprotocols(["echo.v1"]).tls(tls).connect();
    let mut client = within("the connection", connecting).await.expect("the server is trusted");
    assert_eq!(ask(&mut client, "tls").await, "TLSv1.3 Ann http/1.1 False");
}

/// An echo on tokio-tungstenite and rustls, without our code.
async fn tungstenite(setup: &Setup) -> SocketAddr {
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the versions are known")
        .with_no_client_auth()
        .with_single_cert(vec![setup.server.certificate_der()], setup.server.key_der())
        .expect("the key belongs to the certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("the client connects");
        let stream = Box::pin(acceptor.accept(stream)).await.expect("the client trusts us");
        let mut socket = Box::pin(accept_async(stream)).await.expect("the handshake is right");
        while let Some(Ok(message)) = socket.next().await {
            if message.is_text() {
                socket.send(message).await.expect("the client reads");
            }
        }
    });
    address
}

#[tokio::test]
async fn tungstenite_is_spoken_with() {
    let setup = Setup::new();
    // It agrees on no protocol (ALPN), which is as good.
    let mut client = connect(url(tungstenite(&setup).await), &setup.tls()).await;
    assert_eq!(ask(&mut client, "hello").await, "hello");
    assert_eq!(client.caller().tls().expect("it is a connection over TLS").alpn(), None);
}

/// In each version the server looks at the certificate at another time.
#[tokio::test]
async fn a_certificate_that_is_required_is_missing_or_wrong() {
    let setup = Setup::new();
    let stranger = Authority::new("another ca").client("Ann");
    for version in [TlsVersion::V1_3, TlsVersion::V1_2] {
        let required = ClientCertificates::required_pem(setup.authority.pem());
        let address = setup.serve(|tls| tls.client_certificates(required).versions([version])).await;
        for _ in 0..20 {
            for (tls, alert) in [
                (setup.tls(), AlertDescription::CertificateRequired),
                (setup.with_certificate(&stranger), AlertDescription::UnknownCA),
            ] {
                assert_eq!(failure(Client::builder(url(address)).tls(tls)).await, Rustls::AlertReceived(alert));
            }
        }
        let mut client = connect(url(address), &setup.with_certificate(&setup.authority.client("Ann"))).await;
        assert!(ask(&mut client, "tls").await.ends_with(" localhost true"));
    }
}

#[tokio::test]
async fn a_certificate_is_for_the_name_that_is_asked_for() {
    let setup = Setup::for_another_name();
    let address = setup.serve(|tls| tls).await;
    let error = certificate_error(url(address), &setup.tls()).await;
    assert!(matches!(error, CertificateError::NotValidForNameContext { .. }), "{error:?}");
    let error = certificate_error(url(address), &setup.tls().server_name("127.0.0.1")).await;
    assert!(matches!(error, CertificateError::NotValidForNameContext { .. }), "{error:?}");
    let mut client = connect(url(address), &setup.tls().server_name("chat.example")).await;
    assert_eq!(ask(&mut client, "tls").await, "1.3 TLS_AES_256_GCM_SHA384 chat.example false");
    assert_eq!(client.caller().tls().expect("it is a connection over TLS").server_name(), Some("chat.example"));
}

#[tokio::test]
async fn a_certificate_has_expired() {
    let authority = Authority::new("ca");
    let expired = authority.expired_server();
    let setup = Setup::with(authority, expired);
    let address = setup.serve(|tls| tls).await;
    let error = certificate_error(url(address), &setup.tls()).await;
    assert!(matches!(error, CertificateError::ExpiredContext { .. }), "{error:?}");
}

#[tokio::test]
async fn a_certificate_is_of_an_authority_that_is_not_trusted() {
    let setup = Setup::new();
    let address = setup.serve(|tls| tls).await;
    let other = Authority::new("another ca");
    let tls = ClientTlsConfig::new().authority_pem(other.pem());
    assert_eq!(certificate_error(url(address), &tls).await, CertificateError::UnknownIssuer);
    // Each one that is named is trusted.
    let (ours, others) = (setup.authority.pem(), other.pem());
    for tls in [
        tls.clone().authority_pem(ours.as_str()),
        setup.tls().authority_pem(others.as_str()),
        setup.tls().extra_authority_pem(others),
        tls.extra_authority_pem(ours),
    ] {
        drop(connect(url(address), &tls).await);
    }
}

/// The roots of the platform are in a file that the environment names, so this test runs itself again with one of its own.
#[tokio::test]
async fn the_platform_is_trusted_unless_an_authority_is_named() {
    const ITSELF: &str = "the_platform_is_trusted_unless_an_authority_is_named";
    if env::var_os("TESTS_PLATFORM").is_none() {
        let folder = Folder::new();
        let authority = Authority::new("platform");
        let server = authority.server();
        folder.write("server.pem", &server.certificate);
        folder.write("server-key.pem", &server.key);
        let run = Command::new(env::current_exe().expect("it runs"))
            .args([ITSELF, "--exact", "--nocapture"])
            .env("TESTS_PLATFORM", folder.as_ref())
            .env("SSL_CERT_FILE", folder.write("ca.pem", authority.pem()))
            .env_remove("SSL_CERT_DIR")
            .output();
        let output = within("the test itself", run).await.expect("it starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "the test has run");
        return;
    }
    let folder = PathBuf::from(env::var_os("TESTS_PLATFORM").expect("it is set"));
    let tls = TlsConfig::from_pem_files(folder.join("server.pem"), folder.join("server-key.pem"));
    let trusted = serve(Listener::new(0).service::<Tls>().tls(tls)).await;
    let setup = Setup::new();
    let own = setup.serve(|tls| tls).await;
    drop(within("the connection", Client::connect(url(trusted))).await.expect("the platform trusts it"));
    for tls in [ClientTlsConfig::new(), ClientTlsConfig::new().versions([TlsVersion::V1_2])] {
        drop(connect(url(trusted), &tls).await);
        assert_eq!(certificate_error(url(own), &tls).await, CertificateError::UnknownIssuer);
        let both = tls.clone().extra_authority_file(setup.folder.path("ca.pem"));
        drop(connect(url(trusted), &both).await);
        drop(connect(url(own), &both).await);
        let alone = tls.authority_file(setup.folder.path("ca.pem"));
        assert_eq!(certificate_error(url(trusted), &alone).await, CertificateError::UnknownIssuer);
        drop(connect(url(own), &alone).await);
    }
}

#[tokio::test]
async fn any_certificate_is_accepted_where_that_is_asked_for() {
    let setup = Setup::for_another_name_and_expired();
    let address = setup.serve(|tls| tls).await;
    for version in [TlsVersion::V1_3, TlsVersion::V1_2] {
        let tls = ClientTlsConfig::new().dangerously_accept_any_certificate().versions([version]);
        let mut client = connect(url(address), &tls).await;
        assert!(ask(&mut client, "tls").await.starts_with(&version.to_string()));
        let caller = client.caller();
        let info = caller.tls().expect("it is a connection over TLS");
        assert_eq!(info.server_certificate(), Some(&*setup.server.certificate_der()));
    }
}

#[tokio::test]
async fn versions_cipher_suites_and_cryptography_are_settings() {
    let setup = Setup::new();
    let address = setup.serve(|tls| tls).await;
    let small = CryptoProvider {
        cipher_suites: vec![aws_lc_rs::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256],
        ..aws_lc_rs::default_provider()
    };
    let v1_2 = [TlsVersion::V1_2];
    let suites = ["TLS_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"];
    let table = [
        (setup.tls(), "1.3 TLS_AES_256_GCM_SHA384"),
        (setup.tls().versions(v1_2), "1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
        (setup.tls().cipher_suites(suites), "1.3 TLS_AES_128_GCM_SHA256"),
        (setup.tls().cipher_suites(suites).versions(v1_2), "1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        (setup.tls().crypto_provider(small).versions([TlsVersion::V1_3]), "1.3 TLS_CHACHA20_POLY1305_SHA256"),
    ];
    for (tls, expected) in table {
        let mut client = connect(url(address), &tls).await;
        assert_eq!(ask(&mut client, "tls").await, format!("{expected} localhost false"));
    }
    let new_only = setup.serve(|tls| tls.versions([TlsVersion::V1_3])).await;
    let failure = failure(Client::builder(url(new_only)).tls(setup.tls().versions(v1_2))).await;
    assert_eq!(failure, Rustls::AlertReceived(AlertDescription::ProtocolVersion));
}

/// Clones share what they remember of earlier connections.
#[tokio::test]
async fn sessions_are_resumed_by_clones() {
    let setup = Setup::new();
    let server = ForeignServer::node_ws_over_tls(&setup.files()[..2]).await;
    let table = [(setup.tls(), "true"), (setup.tls().session_cache_size(0), "false")];
    for (tls, is_resumed) in table {
        let builder = Client::builder(server.tls_url()).tls(tls);
        for expected in ["false", is_resumed, is_resumed] {
            let mut client = within("the connection", builder.clone().connect()).await.expect("the server is trusted");
            let said = ask(&mut client, "tls").await;
            assert_eq!(said, format!("TLSv1.3 nobody localhost http/1.1 {expected}"));
            assert!(client.caller().tls().expect("it is a connection over TLS").server_certificate().is_some());
        }
    }
}

#[tokio::test]
async fn a_configuration_of_rustls_itself_is_taken() {
    let setup = Setup::new();
    let address = setup.serve(|tls| tls).await;
    let ours = TlsClient::new(&setup.authority).config();
    // The last one counts.
    let builder = Client::builder(url(address)).tls(ClientTlsConfig::new()).rustls_config(ours.clone());
    let mut client = within("the connection", builder.connect()).await.expect("the server is trusted");
    assert_eq!(ask(&mut client, "tls").await, "1.3 TLS_AES_256_GCM_SHA384 localhost false");
    assert_eq!(client.caller().tls().expect("it is a connection over TLS").alpn(), None);
    let other = ClientTlsConfig::new().authority_pem(Authority::new("another ca").pem());
    let error = failure(Client::builder(url(address)).rustls_config(ours).tls(other)).await;
    assert_eq!(error, Rustls::InvalidCertificate(CertificateError::UnknownIssuer));
}

#[tokio::test]
async fn a_server_without_tls_is_named() {
    let server = ForeignServer::node_ws().await;
    let failure = failure(Client::builder(server.tls_url()).tls(Setup::new().tls())).await;
    assert_eq!(failure, Rustls::InvalidMessage(InvalidMessage::InvalidContentType));
}

/// It breaks off: that may be another time.
#[tokio::test]
async fn a_server_that_hangs_up_is_an_error_of_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    let tls = Setup::new().tls();
    let connecting = Client::builder(url(address)).tls(tls).connect();
    let (connected, accepted) = tokio::join!(within("the end", connecting), async {
        let (stream, _) = listener.accept().await?;
        stream.readable().await
    });
    accepted.expect("the client begins");
    let Err(Error::Connect(error)) = connected else { panic!("{connected:?}") };
    assert!(error.is_transient() && matches!(error, ConnectError::Io { .. }), "{error:?}");
}

#[tokio::test]
async fn a_handshake_of_tls_has_its_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    let builder = Client::builder(url(address)).tls(Setup::new().tls()).handshake_timeout(Duration::from_secs(7));
    let silent = async {
        let accepted = listener.accept().await;
        // From here on, the time passes that somebody waits for.
        tokio::time::pause();
        accepted
    };
    let (connected, _accepted) = tokio::join!(builder.connect(), silent);
    assert!(matches!(connected, Err(Error::Connect(ConnectError::Timeout))), "{connected:?}");
}

#[tokio::test]
async fn a_wrong_setting_is_named() {
    let setup = Setup::new();
    let ann = setup.authority.client("Ann");
    let other = setup.authority.client("Bob");
    let pair = |certificate: &str, key: &str| setup.tls().certificate_pem(certificate, key);
    let encrypted = ann.key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let new = ClientTlsConfig::new;
    let table = [
        (new().authority_file(""), "invalid `authority_file` of TLS: the path of a file must be given".to_owned()),
        (new().authority_file("no.pem"), "invalid `authority_file` of TLS: there is no file `no.pem`".to_owned()),
        (new().authority_pem("hello"), "invalid `authority_pem` of TLS: the PEM holds no certificate".to_owned()),
        (
            new().authority_pem(setup.authority.pem()).authority_pem(&*ann.key),
            "invalid `authority_pem` of TLS: the PEM holds a private key, but no certificate".to_owned(),
        ),
        (
            new().extra_authority_file("no.pem"),
            "invalid `extra_authority_file` of TLS: there is no file `no.pem`".to_owned(),
        ),
        (new().extra_authority_pem(" "), "invalid `extra_authority_pem` of TLS: the PEM is empty".to_owned()),
        (
            setup.tls().certificate_files("no.pem", "no-key.pem"),
            "invalid `certificate` of TLS: there is no file `no.pem`".to_owned(),
        ),
        (
            pair(&ann.certificate, &encrypted),
            "invalid `key` of TLS: the PEM is encrypted; decrypt it with `openssl pkey -in key.pem -out decrypted.pem`"
                .to_owned(),
        ),
        (pair(&ann.certificate, "hello"), "invalid `key` of TLS: the PEM holds no private key".to_owned()),
        (
            pair(&ann.certificate, &other.key),
            "invalid `key` of TLS: the private key does not belong to the certificate".to_owned(),
        ),
        (
            setup.tls().server_name("not a name"),
            "invalid `server_name` of TLS: `not a name` is neither a DNS name nor an address".to_owned(),
        ),
        (setup.tls().versions([]), "invalid `versions` of TLS: at least one must be given".to_owned()),
        (
            setup.tls().cipher_suites(["TLS_AES_128_GCM_SHA256"]),
            "invalid `cipher_suites` of TLS: none is for TLS 1.2".to_owned(),
        ),
    ];
    for (tls, expected) in table {
        assert!(!format!("{tls:?}").contains("-----BEGIN"), "{tls:?}");
        let error = Client::builder("wss://localhost:1/").tls(tls).connect().await.expect_err(&expected);
        assert_eq!(error.to_string(), expected);
        assert!(matches!(error, Error::Config(ConfigError::Tls(_))), "{error:?}");
    }
    let error = Client::builder("wss://localhost:1/").tls(setup.tls().cipher_suites(["SECRET"])).connect().await;
    assert!(matches!(error, Err(Error::Config(ConfigError::Tls(TlsError::UnknownCipherSuite { .. })))), "{error:?}");
}
