//! The TLS settings: every mistake is told when the listener binds, from the builder and from a file alike, and each setting has an
//! effect.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use tests::{
    certificates::{Authority, Folder, Identity, openssl},
    raw::RawClient,
    server::serve,
    tls::{TlsClient, connect},
};
use tokio_rustls::rustls::{
    HandshakeKind,
    crypto::{CryptoProvider, aws_lc_rs},
    version::{TLS12, TLS13},
};
use websocket::{ClientCertificates, ConfigError, Error, Listener, ListenerConfig, TlsConfig, TlsError, TlsVersion};

async fn mistake(tls: TlsConfig) -> TlsError {
    match Listener::new(0).host("127.0.0.1").tls(tls).bind().await {
        Err(Error::Config(ConfigError::Tls(error))) => error,
        other => panic!("the configuration is refused, not {other:?}"),
    }
}

/// A valid certificate and its key, and files to put in their place.
struct Files {
    folder: Folder,
    server: Identity,
    certificate: PathBuf,
    key: PathBuf,
}

impl Files {
    fn new() -> Self {
        let (folder, server) = (Folder::new(), Authority::new("ca").server());
        let certificate = folder.write("cert.pem", &server.certificate);
        let key = folder.write("key.pem", &server.key);
        Self { folder, server, certificate, key }
    }

    fn good(&self) -> TlsConfig {
        TlsConfig::from_pem_files(&self.certificate, &self.key)
    }

    /// With another file as certificate, as key, and as client authority.
    fn with_each(&self, path: impl Into<PathBuf>) -> [TlsConfig; 3] {
        let path = path.into();
        [
            TlsConfig::from_pem_files(&path, &self.key),
            TlsConfig::from_pem_files(&self.certificate, &path),
            self.good().client_certificates(ClientCertificates::required(&path)),
        ]
    }

    /// With other bytes as certificate, as key, and as client authority.
    fn with_each_pem(&self, pem: &str) -> [TlsConfig; 3] {
        [
            TlsConfig::from_pem(pem, self.server.key.as_str()),
            TlsConfig::from_pem(self.server.certificate.as_str(), pem),
            self.good().client_certificates(ClientCertificates::optional_pem(pem)),
        ]
    }
}

/// The three settings that name a file, in the order of [`Files::with_each`].
const SETTINGS: [&str; 3] = ["certificate", "key", "client_certificates"];

async fn are_refused(settings: [TlsConfig; 3], texts: [&str; 3]) {
    for ((settings, text), key) in settings.into_iter().zip(texts).zip(SETTINGS) {
        assert_eq!(mistake(settings).await.to_string(), format!("invalid `{key}` of TLS: {text}"));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read() {
    let files = Files::new();
    for blank in ["", " "] {
        are_refused(files.with_each(blank), ["the path of a file must be given"; 3]).await;
    }
    let missing = files.folder.path("missing.pem");
    let text = format!("there is no file `{}`", missing.display());
    are_refused(files.with_each(missing), [&text; 3]).await;

    let folder = files.folder.as_ref();
    let text = format!("`{}` cannot be read: is a directory", folder.display());
    are_refused(files.with_each(folder), [&text; 3]).await;

    let empty = files.folder.write("empty.pem", " \n");
    let text = format!("`{}` is empty", empty.display());
    are_refused(files.with_each(empty), [&text; 3]).await;
    are_refused(files.with_each_pem(""), ["the PEM is empty"; 3]).await;
}

#[tokio::test]
async fn a_file_with_something_else() {
    let files = Files::new();
    let neither = ["the PEM holds no certificate", "the PEM holds no private key", "the PEM holds no certificate"];
    are_refused(files.with_each_pem("hello"), neither).await;

    let swapped = "the PEM holds a private key, but no certificate";
    let [certificate, _, authority] = files.with_each_pem(&files.server.key);
    let [_, key, _] = files.with_each_pem(&files.server.certificate);
    are_refused([certificate, key, authority], [swapped, "the PEM holds a certificate, but no private key", swapped])
        .await;

    let der = files.folder.write("cert.der", files.server.certificate_der());
    let holds = format!("`{}` holds DER instead of PEM, but no", der.display());
    let (certificate, key) = (format!("{holds} certificate"), format!("{holds} private key"));
    are_refused(files.with_each(der), [&certificate, &key, &certificate]).await;

    let [certificate, _, authority] = files.with_each_pem(&files.server.certificate.replace("MII", "M?I"));
    let [_, key, _] = files.with_each_pem(&files.server.key.replace("MIG", "M?G"));
    are_refused([certificate, key, authority], ["the PEM is damaged PEM"; 3]).await;

    let nonsense = |kind: &str| format!("-----BEGIN {kind}-----\nAAAA\n-----END {kind}-----\n");
    let [certificate, _, authority] = files.with_each_pem(&nonsense("CERTIFICATE"));
    let [_, key, _] = files.with_each_pem(&nonsense("PRIVATE KEY"));
    let text = "the PEM holds a certificate that cannot be used: invalid peer certificate: BadEncoding";
    let key_text = "the PEM holds a private key that cannot be used: unexpected error: failed to parse private key as \
                    RSA, ECDSA, or EdDSA";
    are_refused([certificate, key, authority], [text, key_text, text]).await;
}

#[tokio::test]
async fn a_key_that_is_encrypted_or_anothers() {
    let files = Files::new();
    let pkcs8 = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let path = files.folder.write("encrypted.pem", pkcs8);
    let [_, settings, _] = files.with_each(&path);
    let path = path.display();
    let text = format!(
        "invalid `key` of TLS: `{path}` is encrypted; decrypt it with `openssl pkey -in {path} -out decrypted.pem`"
    );
    assert_eq!(mistake(settings).await.to_string(), text);

    let pkcs1 = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIE\n\
                 -----END RSA PRIVATE KEY-----\n";
    let [_, settings, _] = files.with_each_pem(pkcs1);
    let text =
        "invalid `key` of TLS: the PEM is encrypted; decrypt it with `openssl pkey -in key.pem -out decrypted.pem`";
    assert_eq!(mistake(settings).await.to_string(), text);

    let [_, settings, _] = files.with_each_pem(&Authority::new("ca").server().key);
    let text = "invalid `key` of TLS: the private key does not belong to the certificate";
    assert_eq!(mistake(settings).await.to_string(), text);
}

#[tokio::test]
async fn what_is_under_a_password_is_converted_as_the_error_says() {
    let files = Files::new();
    let (certificate, key) = (files.certificate.display(), files.key.display());
    let [p12, encrypted, pem] = ["both.p12", "encrypted.pem", "both.pem"].map(|name| files.folder.path(name));
    openssl(&format!("pkcs12 -export -in {certificate} -inkey {key} -out {} -passout pass:secret", p12.display()));
    let is_p12 = format!("`{}` is PKCS#12 instead of PEM; ", p12.display());
    let command = format!("pkcs12 -in {} -nodes", p12.display());
    let identity = format!(
        "{is_p12}read it with `TlsConfig::from_pkcs12_file`, which the feature `pkcs12` adds, or convert it with `openssl {command} -out \
         both.pem`, and give `both.pem` as `certificate` and as `key`"
    );
    let without_keys = format!("pkcs12 -in {} -nokeys", p12.display());
    let authority = format!("{is_p12}take the certificates out with `openssl {without_keys} -out ca.pem`");
    are_refused(files.with_each(&p12), [&identity, &identity, &authority]).await;
    openssl(&format!("{without_keys} -out {} -passin pass:secret", pem.display()));
    let mutual = files.good().client_certificates(ClientCertificates::required(&pem));
    Listener::new(0).tls(mutual).bind().await.expect("the certificate has been taken out");
    openssl(&format!("{command} -out {} -passin pass:secret", pem.display()));
    Listener::new(0).tls(TlsConfig::from_pem_files(&pem, &pem)).bind().await.expect("it has been converted");

    openssl(&format!("pkey -in {key} -aes256 -out {} -passout pass:secret", encrypted.display()));
    let [_, settings, _] = files.with_each(&encrypted);
    let command = format!("pkey -in {} -out", encrypted.display());
    let error = mistake(settings).await.to_string();
    assert!(error.contains(&format!("decrypt it with `openssl {command} decrypted.pem`")), "{error}");
    openssl(&format!("{command} {} -passin pass:secret", pem.display()));
    let settings = TlsConfig::from_pem_files(&files.certificate, &pem);
    Listener::new(0).tls(settings).bind().await.expect("it has been decrypted");
}

#[tokio::test]
async fn what_does_not_fit_together() {
    let files = Files::new();
    let no_groups = CryptoProvider { kx_groups: Vec::new(), ..aws_lc_rs::default_provider() };
    let table = [
        (files.good().versions([]), "invalid `versions` of TLS: at least one must be given"),
        (files.good().cipher_suites(["TLS_AES_128_GCM_SHA256"]), "invalid `cipher_suites` of TLS: none is for TLS 1.2"),
        (
            files.good().cipher_suites(["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"]),
            "invalid `cipher_suites` of TLS: none is for TLS 1.3",
        ),
        (
            files.good().cipher_suites(["TLS_RSA_WITH_RC4_128_MD5"]),
            "invalid `cipher_suites` of TLS: `TLS_RSA_WITH_RC4_128_MD5` is unknown, known are TLS_AES_256_GCM_SHA384, \
             TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, \
             TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, \
             TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, \
             TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        ),
        (
            files.good().crypto_provider(no_groups),
            "invalid `crypto_provider` of TLS: unexpected error: no kx groups configured",
        ),
    ];
    for (settings, text) in table {
        assert_eq!(mistake(settings).await.to_string(), text);
    }
    // Only without a provider that is compiled in, which the tests have.
    let text = "TLS needs a crypto provider: enable the feature `tls` or `tls-ring`, or set `crypto_provider`";
    assert_eq!(TlsError::NoProvider.to_string(), text);
    Listener::new(0).tls(files.good()).bind().await.expect("nothing is wrong with the rest");
}

#[tokio::test]
async fn a_mistake_can_be_matched() {
    let error = mistake(TlsConfig::from_pem_files("/nowhere/cert.pem", "key.pem")).await;
    assert_eq!(error, TlsError::Missing { key: "certificate", path: "/nowhere/cert.pem".into() });
    let folder = Folder::new();
    let error = mistake(TlsConfig::from_pem_files(folder.as_ref(), "key.pem")).await;
    let kind = io::ErrorKind::IsADirectory;
    assert_eq!(error, TlsError::Unreadable { key: "certificate", path: folder.as_ref().to_owned(), kind });
}

#[test]
fn no_key_is_shown() {
    let server = Authority::new("ca").server();
    let shown = format!("{:?}", TlsConfig::from_pem(server.certificate.as_str(), server.key.as_str()));
    assert!(!shown.contains("PRIVATE") && !shown.contains("45, 45"), "{shown}");
}

#[tokio::test]
async fn one_file_for_both() {
    let folder = Folder::new();
    let authority = Authority::new("ca");
    let server = authority.server();
    let both = folder.write("both.pem", format!("{}{}{}", server.key, server.certificate, authority.pem()));
    let address = serve(Listener::new(0).tls(TlsConfig::from_pem_files(&both, &both))).await;
    let stream = TlsClient::new(&authority).connect(address).await;
    let chain = stream.get_ref().1.peer_certificates().expect("the server shows certificates");
    assert_eq!(chain, [server.certificate_der(), authority.der()]);
}

#[tokio::test]
async fn a_configuration_file() {
    let folder = Folder::new();
    let authority = Authority::new("ca");
    let server = authority.server();
    folder.write("cert.pem", &server.certificate);
    folder.write("key.pem", &server.key);
    folder.write("ca.pem", authority.pem());
    let text = r#"
        certificate = "DIR/cert.pem"
        key = "DIR/key.pem"
        versions = ["1.3"]
        cipher_suites = ["TLS_CHACHA20_POLY1305_SHA256"]
        client_certificates = { authority = "DIR/ca.pem" }
        session_cache_size = 0
        handshake_timeout = 0.5
    "#;
    let text = text.replace("DIR", &folder.as_ref().display().to_string());
    let settings: TlsConfig = toml::from_str(&text).expect("the settings are known");
    let built = TlsConfig::from_pem_files(folder.path("cert.pem"), folder.path("key.pem"))
        .versions([TlsVersion::V1_3])
        .cipher_suites(["TLS_CHACHA20_POLY1305_SHA256"])
        .client_certificates(ClientCertificates::required(folder.path("ca.pem")))
        .session_cache_size(0)
        .handshake_timeout(Duration::from_millis(500));
    assert_eq!(format!("{settings:?}"), format!("{built:?}"));

    // Alone, and as a part of the listener's file.
    let listener: ListenerConfig = toml::from_str(&format!("[tls]\n{text}")).expect("the settings are known");
    let [with, without] = [Listener::new(0).config(listener), Listener::new(0).tls(settings)];
    assert_eq!(format!("{with:?}"), format!("{without:?}"));
    let address = serve(with).await;
    let stream = TlsClient::new(&authority).identity(&authority.client("Ann")).connect(address).await;
    let suite = stream.get_ref().1.negotiated_cipher_suite().expect("the handshake is over").suite();
    assert_eq!(suite.as_str(), Some("TLS13_CHACHA20_POLY1305_SHA256"));
}

#[tokio::test]
async fn a_configuration_file_with_mistakes() {
    for (text, error) in [
        ("", "invalid `certificate` of TLS: the path of a file must be given"),
        ("certificate = 'a.pem'", "invalid `certificate` of TLS: there is no file `a.pem`"),
    ] {
        let settings = toml::from_str(text).expect("the settings are known");
        assert_eq!(mistake(settings).await.to_string(), error);
    }
    for (text, error) in [
        ("certficate = 'a.pem'", "unknown field `certficate`, expected one of `certificate`, `key`"),
        ("versions = ['1.1']", "unknown variant `1.1`, expected `1.2` or `1.3`"),
        ("handshake_timeout = -1", "must be a number of seconds, 0 or more"),
        ("client_certificates = { optional = true }", "unknown field `optional`"),
    ] {
        let refused = toml::from_str::<TlsConfig>(text).expect_err("the settings are refused").to_string();
        assert!(refused.contains(error), "{text}: {refused}");
    }
    let defaults: TlsConfig = toml::from_str("certificate = 'a.pem'\nkey = 'b.pem'").expect("the rest has defaults");
    assert_eq!(format!("{defaults:?}"), format!("{:?}", TlsConfig::from_pem_files("a.pem", "b.pem")));
}

#[tokio::test]
async fn the_cipher_suites_and_the_provider_are_those_chosen() {
    let authority = Authority::new("ca");
    let server = authority.server();
    let settings = TlsConfig::from_pem(server.certificate, server.key)
        .cipher_suites(["TLS_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"]);
    let provider =
        Arc::new(CryptoProvider { kx_groups: vec![aws_lc_rs::kx_group::SECP384R1], ..aws_lc_rs::default_provider() });
    let address = serve(Listener::new(0).tls(settings.crypto_provider(provider))).await;
    for (version, suite) in
        [(&TLS13, "TLS13_AES_128_GCM_SHA256"), (&TLS12, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256")]
    {
        let stream = TlsClient::new(&authority).version(version).connect(address).await;
        let connection = stream.get_ref().1;
        let agreed = connection.negotiated_cipher_suite().expect("the handshake is over").suite();
        assert_eq!(agreed.as_str(), Some(suite));
        let group = connection.negotiated_key_exchange_group().expect("the handshake is over");
        assert_eq!(format!("{:?}", group.name()), "secp384r1");
    }
}

#[tokio::test]
async fn sessions_are_resumed_unless_that_is_off() {
    let authority = Authority::new("ca");
    let server = authority.server();
    for version in [&TLS12, &TLS13] {
        for (size, resumed) in [(10, true), (0, false)] {
            let settings = TlsConfig::from_pem(server.certificate.as_str(), server.key.as_str());
            let pages = axum::Router::new().route("/", axum::routing::get(|| async { "index" }));
            let listener = Listener::new(0).fallback(pages).tls(settings.session_cache_size(size));
            let address = serve(listener).await;
            let config = TlsClient::new(&authority).version(version).resuming().config();
            let mut kinds = Vec::new();
            for _ in 0..2 {
                let stream = connect(Arc::clone(&config), address).await.expect("the handshake succeeds");
                let mut client = RawClient::new(stream);
                // The tickets come behind the handshake.
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
                assert_eq!(client.response().await.body, "index");
                kinds.push(client.into_stream().get_ref().1.handshake_kind());
            }
            let second = if resumed { HandshakeKind::Resumed } else { HandshakeKind::Full };
            assert_eq!(kinds, [Some(HandshakeKind::Full), Some(second)], "{version:?} {size}");
        }
    }
}
