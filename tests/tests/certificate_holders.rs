//! Clients that are known by their certificates: by which name, with which scopes, and until when.

use std::net::SocketAddr;
use std::time::SystemTime;

use rcgen::{DnType, SanType};
use tests::certificates::{Authority, client};
use tests::raw::{RawClient, Response, TEXT, handshake};
use tests::server::serve;
use tests::tls::{Connected, TlsClient};
use websocket::{Auth, Caller, CertificateHolders, ClientCertificates, Listener, Rule, TlsConfig, UpgradeRequest};

struct Named(String);

#[websocket::service(path = "/")]
impl Named {
    #[upgrade]
    fn accept(request: &UpgradeRequest) -> Self {
        Self(request.identity().expect("there are rules").subject().to_owned())
    }

    #[remote(scopes = ["read", "write"])]
    fn on_text_message(&mut self, caller: &Caller, _text: &str) -> String {
        let identity = caller.identity().expect("there are rules");
        assert!(identity.expiry().is_some_and(|expiry| expiry > SystemTime::now()));
        format!("{} {:?}", self.0, identity.all_scopes().collect::<Vec<_>>())
    }
}

async fn start(authority: &Authority, holders: CertificateHolders) -> SocketAddr {
    let server = authority.server();
    let tls = TlsConfig::from_pem(server.certificate, server.key)
        .client_certificates(ClientCertificates::optional_pem(authority.pem()));
    let holders = holders.scopes(|name| if name.contains("ann") { vec!["write"] } else { vec!["mail"] });
    let auth = Auth::rule(Rule::new(holders).scopes(["write"]));
    serve(Listener::new(0).tls(tls).auth(auth).service::<Named>()).await
}

async fn ask(stream: Connected) -> (RawClient<Connected>, Response) {
    let mut client = RawClient::new(stream);
    client.send(handshake("/", "")).await;
    let response = client.response().await;
    (client, response)
}

/// Connects with a certificate of these names, `name` among them.
async fn connect(
    authority: &Authority,
    address: SocketAddr,
    name: &str,
    names: Vec<SanType>,
) -> (RawClient<Connected>, Response) {
    let mut params = client(name);
    params.subject_alt_names = names;
    let identity = authority.issue(&params);
    ask(TlsClient::new(authority).identity(&identity).connect(address).await).await
}

fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().expect("it is a name"))
}

fn uri(name: &str) -> SanType {
    SanType::URI(name.try_into().expect("it is a name"))
}

fn email(name: &str) -> SanType {
    SanType::Rfc822Name(name.try_into().expect("it is a name"))
}

#[tokio::test]
async fn the_name_that_is_asked_for_is_the_subject() {
    let authority = Authority::new("ca");
    let all = || {
        vec![dns("ann.example.com"), dns("other.example.com"), email("ann@a.example"), uri("spiffe://a.example/ann")]
    };
    let table = [
        (CertificateHolders::by_common_name(), "ann of a.example"),
        (CertificateHolders::by_dns_name(), "ann.example.com"),
        (CertificateHolders::by_email(), "ann@a.example"),
        (CertificateHolders::by_uri(), "spiffe://a.example/ann"),
    ];
    for (holders, expected) in table {
        let address = start(&authority, holders).await;
        let (mut client, response) = connect(&authority, address, "ann of a.example", all()).await;
        assert_eq!(response.status, 101);
        client.send_frame(TEXT, "who am I?").await;
        client.expects(TEXT, format!(r#"{expected} ["write"]"#)).await;
    }
}

#[tokio::test]
async fn whoever_has_no_certificate_no_such_name_or_no_scope_is_not_let_in() {
    let authority = Authority::new("ca");
    let challenge = Some(r#"Certificate realm="websocket""#);
    let address = start(&authority, CertificateHolders::by_dns_name()).await;
    let (_, response) = ask(TlsClient::new(&authority).connect(address).await).await;
    assert_eq!((response.status, response.header("www-authenticate")), (401, challenge));
    let (_, response) = connect(&authority, address, "ann", vec![email("ann@a.example")]).await;
    assert_eq!((response.status, response.header("www-authenticate")), (401, challenge));
    let (_, response) = connect(&authority, address, "ann", vec![dns("bob.example.com")]).await;
    assert_eq!(response.status, 403);

    // Of two common names, either could be meant.
    let address = start(&authority, CertificateHolders::by_common_name()).await;
    let mut params = client("ann");
    params.distinguished_name.push(DnType::CustomDnType(vec![2, 5, 4, 3, 0]), "eve");
    let one = TlsClient::new(&authority).identity(&authority.issue(&params)).connect(address).await;
    assert_eq!(ask(one).await.1.status, 101, "another attribute is no common name");
    let (_, response) = connect(&authority, address, "", Vec::new()).await;
    assert_eq!(response.status, 401);
}

#[tokio::test]
async fn without_tls_there_is_no_certificate() {
    let auth = Auth::rule(CertificateHolders::by_common_name());
    let address = serve(Listener::new(0).auth(auth).service::<Named>()).await;
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/", "")).await;
    assert_eq!(client.response().await.status, 401);
}
