//! Certificate and key from PKCS#12, as OpenSSL writes it: a client connects through it, and whatever is wrong is told when the listener
//! binds.

use std::{fs, io, net::SocketAddr, path::PathBuf};

use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
use tests::{
    certificates::{Authority, Folder, Identity, openssl},
    polite::PoliteClient,
    tls::TlsClient,
};
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use websocket::{
    ConfigError, Error, Listener, ListenerConfig, Pkcs12Error, Pkcs12Password, TlsConfig, TlsError, TlsReloader,
};

const PASSWORD: &str = "pässword";

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/echo")]
impl Echo {
    #[remote]
    fn on_text_message(&mut self, text: &str) -> String {
        text.to_owned()
    }
}

/// A server's certificate and key, and what OpenSSL makes of them.
struct Files {
    folder: Folder,
    authority: Authority,
    server: Identity,
}

impl Files {
    fn new() -> Self {
        let (folder, authority) = (Folder::new(), Authority::new("ca"));
        let server = authority.server();
        folder.write("cert.pem", &server.certificate);
        folder.write("key.pem", &server.key);
        // Not in the order of TLS, and with one that has nothing to do with it.
        folder.write("others.pem", format!("{}{}", Authority::new("other").pem(), authority.pem()));
        Self { folder, authority, server }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path(name).display().to_string()
    }

    /// Writes `server.p12`.
    fn export(&self, options: &str) -> PathBuf {
        let [cert, key, others] = ["cert.pem", "key.pem", "others.pem"].map(|name| self.path(name));
        self.export_of(&format!("-in {cert} -inkey {key} -certfile {others} {options}"))
    }

    fn export_of(&self, options: &str) -> PathBuf {
        let path = self.folder.path("server.p12");
        openssl(&format!("pkcs12 -export -out {} -passout pass:{PASSWORD} {options}", path.display()));
        path
    }

    /// Talks over TLS to a server that has this certificate and shows those above it.
    async fn are_served(&self, address: SocketAddr) {
        let stream = TlsClient::new(&self.authority).connect(address).await;
        let chain = stream.get_ref().1.peer_certificates().expect("the server shows certificates");
        assert_eq!(chain, [self.server.certificate_der(), self.authority.der()]);
        let (mut client, _) = PoliteClient::upgrade(stream, "wss://localhost/echo").await;
        client.send("hello").await;
        client.hears("hello").await;
    }
}

async fn serve(tls: TlsConfig) -> (SocketAddr, TlsReloader) {
    let bound = Listener::new(0).host("127.0.0.1").service::<Echo>().tls(tls).bind().await.expect("it binds");
    let address = bound.local_addr();
    let reloader = bound.tls_reloader().expect("there is TLS");
    tokio::spawn(bound.serve());
    (address, reloader)
}

async fn mistake(tls: TlsConfig) -> TlsError {
    match Listener::new(0).host("127.0.0.1").tls(tls).bind().await {
        Err(Error::Config(ConfigError::Tls(error))) => error,
        other => panic!("the configuration is refused, not {other:?}"),
    }
}

/// What is wrong with these bytes.
async fn reason(bytes: impl Into<Vec<u8>>, password: &str) -> Pkcs12Error {
    match mistake(TlsConfig::from_pkcs12(bytes, password)).await {
        TlsError::InvalidPkcs12 { path: None, reason } => reason,
        other => panic!("the PKCS#12 is refused, not {other:?}"),
    }
}

#[tokio::test]
async fn a_client_connects_through_each_kind() {
    let files = Files::new();
    for options in [
        "",
        "-legacy",
        "-keypbe AES-128-CBC -certpbe NONE -macalg sha512",
        "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1",
        "-nomac",
    ] {
        let path = files.export(options);
        let (address, _) = serve(TlsConfig::from_pkcs12_file(&path, PASSWORD)).await;
        files.are_served(address).await;
        let bytes = fs::read(&path).expect("OpenSSL has written it");
        let (address, _) = serve(TlsConfig::from_pkcs12(bytes, PASSWORD.to_owned())).await;
        files.are_served(address).await;
    }
}

#[tokio::test]
async fn a_password_is_wrong() {
    let files = Files::new();
    let path = files.export("");
    for wrong in ["", "password", "pässword\n"] {
        let error = mistake(TlsConfig::from_pkcs12_file(&path, wrong)).await;
        let reason = Pkcs12Error::WrongPassword;
        assert_eq!(error, TlsError::InvalidPkcs12 { path: Some(path.clone()), reason });
        let text = format!("invalid `pkcs12` of TLS: `{}` does not open with this password", path.display());
        assert_eq!(error.to_string(), text);
    }
    let bytes = fs::read(path).expect("OpenSSL has written it");
    assert_eq!(reason(bytes, "p😀").await, Pkcs12Error::PasswordCharacter);

    // Without a MAC it is only known by what comes out, which one time in 256 looks like something.
    let bytes = fs::read(files.export("-nomac")).expect("OpenSSL has written it");
    let mut reasons = Vec::new();
    for wrong in ["a", "b", "c", "d", "e", "f"] {
        reasons.push(reason(bytes.as_slice(), wrong).await);
    }
    assert!(reasons.contains(&Pkcs12Error::WrongPassword), "{reasons:?}");
}

#[tokio::test]
async fn something_else_or_a_part_of_it() {
    let files = Files::new();
    for empty in ["", " \n"] {
        assert_eq!(reason(empty, PASSWORD).await, Pkcs12Error::Empty);
    }
    let error = mistake(TlsConfig::from_pkcs12(files.server.certificate.as_str(), PASSWORD)).await;
    let text = "invalid `pkcs12` of TLS: the PKCS#12 is PEM instead of PKCS#12; give it as `certificate` and as `key`";
    assert_eq!(error.to_string(), text);

    let whole = fs::read(files.export("")).expect("OpenSSL has written it");
    for length in 1..whole.len() {
        let refused = reason(&whole[..length], PASSWORD).await;
        assert!(matches!(refused, Pkcs12Error::Damaged { .. }), "{length} bytes: {refused:?}");
    }
    for other in [b"hello".as_slice(), &files.server.certificate_der()] {
        let refused = reason(other, PASSWORD).await.to_string();
        assert!(refused.starts_with("is damaged, or no PKCS#12 in DER: "), "{refused}");
        assert!(refused.ends_with("`openssl pkcs12 -in server.p12 -nodes -out both.pem`"), "{refused}");
    }
}

#[tokio::test]
async fn something_is_missing_or_too_much() {
    let files = Files::new();
    let [cert, key, others] = ["cert.pem", "key.pem", "others.pem"].map(|name| files.path(name));
    let read = |path| fs::read(path).expect("OpenSSL has written it");
    let without_key = read(files.export_of(&format!("-nokeys -in {cert}")));
    assert_eq!(reason(without_key, PASSWORD).await, Pkcs12Error::NoKey);
    let without_certificate = read(files.export_of(&format!("-nocerts -inkey {key}")));
    assert_eq!(reason(without_certificate, PASSWORD).await, Pkcs12Error::NoCertificate);

    let entry = |Identity { certificate, key }: Identity| {
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("it is a key");
        let key = PrivateKey::from_der(key.secret_der()).expect("it is a key");
        let certificate = Identity { certificate, key: String::new() }.certificate_der();
        PrivateKeyChain::new("id", key, [Certificate::from_der(&certificate).expect("it is a certificate")])
    };
    let written = |chains: Vec<PrivateKeyChain>| {
        let mut store = KeyStore::new();
        for (number, chain) in chains.into_iter().enumerate() {
            store.add_entry(&number.to_string(), KeyStoreEntry::PrivateKeyChain(chain));
        }
        store.writer(PASSWORD).write().expect("it can be written")
    };
    let (one, two) = (files.authority.server(), files.authority.server());
    let mixed = Identity { certificate: one.certificate.clone(), key: two.key.clone() };
    assert_eq!(reason(written(vec![entry(mixed)]), PASSWORD).await, Pkcs12Error::NoCertificate);
    let refused = reason(written(vec![entry(one), entry(two)]), PASSWORD).await;
    assert_eq!(refused, Pkcs12Error::SeveralKeys { count: 2 });
    let command = "`openssl pkcs12 -export -in cert.pem -inkey key.pem -out server.p12`";
    assert_eq!(refused.to_string(), format!("holds 2 private keys; export that of the server alone: {command}"));

    // Ed448 is unknown to the cryptography.
    openssl(&format!("req -x509 -newkey ed448 -nodes -subj /CN=localhost -keyout {key} -out {cert}"));
    let refused = reason(read(files.export_of(&format!("-in {cert} -inkey {key} -certfile {others}"))), PASSWORD).await;
    assert!(matches!(refused, Pkcs12Error::InvalidKey { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_protection_that_is_not_read() {
    let files = Files::new();
    for (options, what) in
        [("-macalg md5", "Unsupported encryption scheme"), ("-nomac -iter 1000001", "more than 1 000 000 iterations")]
    {
        let bytes = fs::read(files.export(options)).expect("OpenSSL has written it");
        let refused = reason(bytes, PASSWORD).await;
        assert_eq!(refused, Pkcs12Error::Unsupported { what: what.to_owned() });
        let text = format!(
            "is protected in a way that is not read: {what}; make PEM of it: `openssl pkcs12 -in server.p12 -nodes -out both.pem`, and give \
             `both.pem` as `certificate` and as `key`"
        );
        assert_eq!(refused.to_string(), text);
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read() {
    let files = Files::new();
    let path = files.export("");
    let missing = files.folder.path("missing");
    for (file, blank, absent) in [("pkcs12", "", "missing"), ("password_file", " ", "missing")] {
        let with = |other: &str| match file {
            "pkcs12" => TlsConfig::from_pkcs12_file(other, PASSWORD),
            _ => TlsConfig::from_pkcs12_file(&path, Pkcs12Password::file(other)),
        };
        assert_eq!(mistake(with(blank)).await, TlsError::Blank { key: file });
        let error = mistake(with(&files.path(absent))).await;
        assert_eq!(error, TlsError::Missing { key: file, path: missing.clone() });
        let kind = io::ErrorKind::IsADirectory;
        let folder = files.folder.as_ref().to_owned();
        let error = mistake(with(&folder.display().to_string())).await;
        assert_eq!(error, TlsError::Unreadable { key: file, path: folder, kind });
    }
    let latin1 = files.folder.write("password", b"p\xe4ssword");
    let error = mistake(TlsConfig::from_pkcs12_file(&path, Pkcs12Password::file(&latin1))).await;
    let kind = io::ErrorKind::InvalidData;
    assert_eq!(error, TlsError::Unreadable { key: "password_file", path: latin1, kind });
}

#[tokio::test]
async fn a_password_from_a_file() {
    let files = Files::new();
    let path = files.export("");
    for end in ["", "\n", "\r\n"] {
        let password = files.folder.write("password", format!("{PASSWORD}{end}"));
        let (address, _) = serve(TlsConfig::from_pkcs12_file(&path, Pkcs12Password::file(password))).await;
        files.are_served(address).await;
    }
    let password = files.folder.write("password", format!("{PASSWORD}\n\n"));
    let error = mistake(TlsConfig::from_pkcs12_file(&path, Pkcs12Password::file(password))).await;
    assert_eq!(error, TlsError::InvalidPkcs12 { path: Some(path), reason: Pkcs12Error::WrongPassword });
}

#[tokio::test]
async fn a_configuration_file() {
    let files = Files::new();
    let path = files.export("");
    let password = files.folder.write("password", PASSWORD);
    let (file, password_file) = (path.display(), password.display());
    for (text, built) in [
        (
            format!("pkcs12 = {{ file = '{file}', password = '{PASSWORD}' }}"),
            TlsConfig::from_pkcs12_file(&path, PASSWORD),
        ),
        (
            format!("pkcs12 = {{ file = '{file}', password_file = '{password_file}' }}"),
            TlsConfig::from_pkcs12_file(&path, Pkcs12Password::file(&password)),
        ),
    ] {
        let settings: TlsConfig = toml::from_str(&text).expect("the settings are known");
        assert_eq!(format!("{settings:?}"), format!("{built:?}"));
        let (address, _) = serve(settings).await;
        files.are_served(address).await;
        let listener: ListenerConfig = toml::from_str(&format!("[tls]\n{text}")).expect("the settings are known");
        let [with, without] = [Listener::new(0).config(listener), Listener::new(0).tls(built)];
        assert_eq!(format!("{with:?}"), format!("{without:?}"));
    }
    let either = "`pkcs12` needs either `password` or `password_file`";
    let alone = "`pkcs12` holds the certificate and its key: leave out `certificate` and `key`";
    for (text, error) in [
        ("pkcs12 = { file = 'a.p12' }", either),
        ("pkcs12 = { file = 'a.p12', password = '', password_file = 'b' }", either),
        ("certificate = 'a.pem'\npkcs12 = { file = 'a.p12', password = '' }", alone),
        ("key = 'a.pem'\npkcs12 = { file = 'a.p12', password = '' }", alone),
        ("pkcs12 = { path = 'a.p12' }", "unknown field `path`, expected one of `file`, `password`, `password_file`"),
    ] {
        let refused = toml::from_str::<TlsConfig>(text).expect_err("the settings are refused").to_string();
        assert!(refused.contains(error), "{text}: {refused}");
    }
    let blank: TlsConfig = toml::from_str("pkcs12 = { password = '' }").expect("the file is checked when it is read");
    assert_eq!(mistake(blank).await, TlsError::Blank { key: "pkcs12" });
}

#[test]
fn no_password_is_shown() {
    for settings in [TlsConfig::from_pkcs12_file("a.p12", "hunter2"), TlsConfig::from_pkcs12(*b"hunter2", "hunter2")] {
        let shown = format!("{settings:?} {:?}", Listener::new(0).tls(settings.clone()));
        assert!(shown.contains("Pkcs12Password"), "{shown}");
        assert!(!shown.contains("hunter2") && !shown.contains("104, 117"), "{shown}");
    }
}

#[tokio::test]
async fn it_is_read_again() {
    let mut files = Files::new();
    let path = files.export("");
    let password = files.folder.write("password", PASSWORD);
    let (address, reloader) = serve(TlsConfig::from_pkcs12_file(&path, Pkcs12Password::file(&password))).await;
    files.are_served(address).await;

    files.folder.write("server.p12", "");
    let damaged = TlsError::InvalidPkcs12 { path: Some(path.clone()), reason: Pkcs12Error::Empty };
    assert_eq!(reloader.reload(), Err(damaged));
    files.are_served(address).await;

    files.server = files.authority.server();
    files.folder.write("cert.pem", &files.server.certificate);
    files.folder.write("key.pem", &files.server.key);
    let [cert, key, others] = ["cert.pem", "key.pem", "others.pem"].map(|name| files.path(name));
    files.folder.write("password", "another");
    openssl(&format!(
        "pkcs12 -export -out {} -passout file:{} -in {cert} -inkey {key} -certfile {others}",
        path.display(),
        password.display()
    ));
    reloader.reload().expect("the file and its password are right");
    files.are_served(address).await;
}
