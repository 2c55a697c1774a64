//! TLS with clients that we did not write: OpenSSL, Chromium, Python's `ssl` under `websockets`, and Node's `tls` under `ws`.

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::{Output, Stdio},
};

use axum::{Router, response::Html, routing::get};
use tests::{
    ForeignClient,
    certificates::{Authority, Folder, Identity},
    log::Log,
    raw::{CLOSE, RawClient, TEXT, close_payload},
    server::serve,
    within,
};
use tokio::process::{ChildStdin, ChildStdout, Command};
use websocket::{Caller, ClientCertificates, Listener, TlsConfig};

/// Greets, tells what it sees of the client, and echoes.
struct Chat {
    name: String,
}

#[websocket::service(path = "/chat/<name>")]
impl Chat {
    #[upgrade]
    fn accept(name: String) -> Self {
        Self { name }
    }

    #[remote]
    fn on_open(&mut self) -> String {
        format!("Hi {}!", self.name)
    }

    #[remote]
    fn on_text_message(&mut self, caller: &Caller, text: &str) -> String {
        match (text, caller.tls()) {
            ("tls", Some(tls)) => format!("TLS {}, certificate: {}", tls.version(), tls.client_certificate().is_some()),
            _ => text.to_owned(),
        }
    }
}

/// A server, and the files that its clients need.
struct Setup {
    address: SocketAddr,
    folder: Folder,
    authority: Authority,
}

impl Setup {
    /// With a certificate that everybody accepts; from clients it requires one too.
    async fn mutual() -> Self {
        let authority = Authority::new("ca");
        let required = ClientCertificates::required_pem(authority.pem());
        let server = authority.server();
        Self::new(authority, &server, |tls| tls.client_certificates(required)).await
    }

    async fn new(authority: Authority, server: &Identity, set: impl FnOnce(TlsConfig) -> TlsConfig) -> Self {
        let folder = Folder::new();
        folder.write("ca.pem", authority.pem());
        let client = authority.client("Ann");
        folder.write("client.pem", client.certificate);
        folder.write("client-key.pem", client.key);
        let page = Router::new().route("/", get(Html("<title>chat</title>")));
        let tls = set(TlsConfig::from_pem(server.certificate.as_str(), server.key.as_str()));
        let address = serve(Listener::new(0).service::<Chat>().fallback(page).tls(tls)).await;
        Self { address, folder, authority }
    }

    fn path(&self, name: &str) -> String {
        path(self.folder.path(name))
    }

    /// The authority, and the certificate of the client with its key.
    fn files(&self) -> [String; 3] {
        ["ca.pem", "client.pem", "client-key.pem"].map(|name| self.path(name))
    }

    fn openssl(&self, options: &[&str]) -> Command {
        let mut command = Command::new("openssl");
        command
            .args(["s_client", "-quiet", "-verify_return_error", "-servername", "localhost", "-alpn", "http/1.1"])
            .args(["-connect", &self.address.to_string(), "-CAfile", &self.path("ca.pem")])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// What OpenSSL says about a handshake that fails.
    async fn openssl_fails(&self, options: &[&str]) -> String {
        let process = self.openssl(options).spawn().expect("`openssl` starts");
        let Output { status, stderr, .. } =
            within("the end of openssl", process.wait_with_output()).await.expect("it can be waited for");
        assert!(!status.success());
        String::from_utf8(stderr).expect("stderr is UTF-8")
    }
}

fn path(path: PathBuf) -> String {
    path.into_os_string().into_string().expect("the path is UTF-8")
}

type Pipes = tokio::io::Join<ChildStdout, ChildStdin>;

/// Talks WebSocket through a running OpenSSL, and waits for its end.
async fn openssl_talks(setup: &Setup, options: &[&str], tls: &str) {
    let mut process = setup.openssl(options).spawn().expect("`openssl` starts");
    let pipes = (process.stdout.take().expect("stdout is piped"), process.stdin.take().expect("stdin is piped"));
    let mut client: RawClient<Pipes> = RawClient::new(tokio::io::join(pipes.0, pipes.1));
    client.upgrades("/chat/openssl").await;
    client.expects(TEXT, "Hi openssl!").await;
    client.send_frame(TEXT, "tls").await;
    client.expects(TEXT, tls).await;
    client.send_frame(CLOSE, close_payload(1000, "")).await;
    client.is_closed_with(1000).await;
    let end = within("the end of openssl", process.wait()).await.expect("it can be waited for");
    assert!(end.success(), "the end of TLS was a proper one");
}

async fn talks(mut client: ForeignClient, name: &str, tls: &str) {
    client.expects("opened", ()).await;
    client.expects("heard", format!("Hi {name}!")).await;
    client.tell("say", "日本 😀").await;
    client.expects("heard", "日本 😀").await;
    client.tell("say", "tls").await;
    client.expects("heard", tls).await;
    client.tell("leave", ()).await;
    client.expects("ended", "1000").await;
}

async fn fails(mut client: ForeignClient, words: &str) {
    let (event, text) = client.reports().await;
    assert!(event == "failed" && text.as_str().is_some_and(|text| text.contains(words)), "{event} {text}");
}

#[tokio::test]
async fn openssl_speaks_each_version() {
    let setup = Setup::mutual().await;
    let [_, certificate, key] = setup.files();
    for (version, tls) in [("-tls1_2", "TLS 1.2, certificate: true"), ("-tls1_3", "TLS 1.3, certificate: true")] {
        openssl_talks(&setup, &[version, "-cert", &certificate, "-key", &key], tls).await;
    }
}

#[tokio::test]
async fn openssl_is_refused_for_its_version_or_its_certificate() {
    let (log, _guard) = Log::listen();
    let setup = Setup::mutual().await;
    let said = setup.openssl_fails(&["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"]).await;
    assert!(said.contains("alert handshake failure"), "{said}");
    log.tells("the peer's TLS is too old; a client speaks at least TLS 1.2").await;

    let said = setup.openssl_fails(&[]).await;
    assert!(said.contains("alert certificate required"), "{said}");
    log.tells("peer sent no certificates: `client_certificates` requires one; configure it in the client").await;

    let stranger = Authority::new("another ca").client("Ann");
    let certificate = path(setup.folder.write("stranger.pem", stranger.certificate));
    let key = path(setup.folder.write("stranger-key.pem", stranger.key));
    let said = setup.openssl_fails(&["-cert", &certificate, "-key", &key]).await;
    assert!(said.contains("alert unknown ca"), "{said}");
    log.tells("UnknownIssuer: the client's certificate is of an authority that `client_certificates` does not name")
        .await;
}

#[tokio::test]
async fn openssl_refuses_a_certificate() {
    let (log, _guard) = Log::listen();
    let authority = Authority::new("ca");
    let expired = authority.expired_server();
    let setup = Setup::new(authority, &expired, |tls| tls).await;
    let said = setup.openssl_fails(&[]).await;
    assert!(said.contains("certificate has expired"), "{said}");
    log.tells("CertificateExpired: the client says that `certificate` has expired; renew it").await;

    let foreign = Authority::new("another ca").server();
    let setup = Setup::new(setup.authority, &foreign, |tls| tls).await;
    let said = setup.openssl_fails(&[]).await;
    assert!(said.contains("unable to get local issuer certificate"), "{said}");
    log.tells("UnknownCA: the client does not trust the authority of `certificate`").await;
}

#[tokio::test]
async fn node_ws_talks() {
    let setup = Setup::mutual().await;
    let [authority, certificate, key] = setup.files();
    let client = ForeignClient::node_ws(setup.address, "node", &[&authority, &certificate, &key]);
    talks(client, "node", "TLS 1.3, certificate: true").await;
    let client = ForeignClient::node_ws(setup.address, "node", &[&authority]);
    fails(client, "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED").await;
    let client = ForeignClient::node_ws(setup.address, "node", &[&certificate]);
    fails(client, "UNABLE_TO_VERIFY_LEAF_SIGNATURE").await;
}

#[tokio::test]
async fn python_websockets_talks() {
    let (log, _guard) = Log::listen();
    let setup = Setup::mutual().await;
    let [authority, certificate, key] = setup.files();
    let client = ForeignClient::python_websockets(setup.address, "python", &[&authority, &certificate, &key]);
    talks(client, "python", "TLS 1.3, certificate: true").await;
    let client = ForeignClient::python_websockets(setup.address, "python", &[&authority]);
    // In TLS 1.3 the client is done before the server has seen that there is no certificate, and `websockets` does not tell why TLS ended.
    fails(client, "did not receive a valid HTTP response").await;
    log.tells("peer sent no certificates").await;
    let client = ForeignClient::python_websockets(setup.address, "python", &[&certificate]);
    fails(client, "certificate verify failed").await;
}

#[tokio::test]
async fn chromium_talks() {
    let authority = Authority::new("ca");
    let server = authority.server();
    let setup = Setup::new(authority, &server, |tls| tls).await;
    let client = ForeignClient::browser(setup.address, "/chat/page", &[&server.public_key_hash()]);
    talks(client, "page", "TLS 1.3, certificate: false").await;
}

#[tokio::test]
async fn chromium_talks_with_a_certificate_of_its_own() {
    let (log, _guard) = Log::listen();
    let authority = Authority::new("ca");
    let server = authority.server();
    let required = ClientCertificates::required_pem(authority.pem());
    let setup = Setup::new(authority, &server, |tls| tls.client_certificates(required)).await;
    let [_, certificate, key] = setup.files();
    let client = ForeignClient::browser(setup.address, "/chat/page", &[&server.public_key_hash(), &certificate, &key]);
    talks(client, "page", "TLS 1.3, certificate: true").await;
    let mut client = ForeignClient::browser(setup.address, "/chat/page", &[&server.public_key_hash()]);
    // In TLS 1.3 it is done before the server has seen that there is none: what it says then depends on what it notices first.
    let (event, error) = client.reports().await;
    assert!(event == "ended" && error.as_str().is_some_and(|error| error.starts_with("ERR_")), "{event} {error}");
    log.tells("peer sent no certificates").await;
}

#[tokio::test]
async fn chromium_refuses_a_certificate() {
    let (log, _guard) = Log::listen();
    let authority = Authority::new("ca");
    let server = authority.server();
    let setup = Setup::new(authority, &server, |tls| tls).await;
    let other = setup.authority.server().public_key_hash();
    let mut client = ForeignClient::browser(setup.address, "/chat/page", &[&other]);
    client.expects("ended", "ERR_CERT_AUTHORITY_INVALID").await;
    log.tells("CertificateUnknown: the client does not accept `certificate`; its own log says why").await;
}
