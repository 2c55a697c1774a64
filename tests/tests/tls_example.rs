//! The example `tls`, end to end: the real program, with certificates that it makes, and with those that it is given.

use std::{fs, path::Path};

use tests::{
    Example,
    certificates::{Authority, Folder, Identity},
    polite::PoliteClient,
    raw::{RawClient, handshake},
    tls::{Connected, TlsClient},
    within,
};
use tokio::process::Command;
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject};

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("the example has written it")
}

/// What `/echo` greets with, after it has echoed.
async fn echo(stream: Connected) -> String {
    let (mut client, _) = PoliteClient::upgrade(stream, "wss://localhost/echo").await;
    let greeting = client.next().await.into_text().expect("it is text").to_string();
    client.send("hello").await;
    client.hears("hello").await;
    client.close(1000, "").await;
    greeting
}

async fn is_member(stream: Connected) -> bool {
    let mut client = RawClient::new(stream);
    client.send(handshake("/members", "")).await;
    match client.response().await.status {
        101 => true,
        status => {
            assert_eq!(status, 403);
            false
        }
    }
}

#[tokio::test]
async fn with_certificates_that_it_makes() {
    let folder = Folder::new();
    let path = folder.as_ref();
    let example = Example::start_with("tls", &["--port", "0", "--folder", path.to_str().expect("it is UTF-8")]).await;
    let address = example.address();
    let authority = CertificateDer::from_pem_slice(read(path, "ca.pem").as_bytes()).expect("it is a certificate");
    let client = TlsClient::trusting(authority);
    let greeting = echo(client.connect(address).await).await;
    assert_eq!(greeting, "TLS 1.3, TLS_AES_256_GCM_SHA384, no certificate of yours");
    assert!(!is_member(client.connect(address).await).await);

    let member = Identity { certificate: read(path, "client.pem"), key: read(path, "client-key.pem") };
    let client = client.identity(&member);
    let greeting = echo(client.connect(address).await).await;
    assert_eq!(greeting, "TLS 1.3, TLS_AES_256_GCM_SHA384, a certificate of yours");
    assert!(is_member(client.connect(address).await).await);

    let mut page = RawClient::new(client.connect(address).await);
    page.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(page.response().await.body.contains("Echo over TLS"));
    assert!(example.interrupt().await.success());
}

#[tokio::test]
async fn with_certificates_that_change() {
    let folder = Folder::new();
    let (first, second) = (Authority::new("first"), Authority::new("second"));
    let write = |identity: &Identity| {
        let files = [folder.write("cert.pem", &identity.certificate), folder.write("key.pem", &identity.key)];
        files.map(|path| path.into_os_string().into_string().expect("the path is UTF-8"))
    };
    let [certificate, key] = write(&first.server());
    let example = Example::start_with("tls", &["--port", "0", "--certificate", &certificate, "--key", &key]).await;
    let address = example.address();
    echo(TlsClient::new(&first).connect(address).await).await;
    // Nobody is a member.
    assert!(!is_member(TlsClient::new(&first).connect(address).await).await);

    write(&second.server());
    let sent = Command::new("sh").args(["-c", &format!("kill -HUP {}", example.id())]).status().await;
    assert!(sent.expect("`sh` starts").success());
    let client = TlsClient::new(&second);
    let renewed = async { while client.try_connect(address).await.is_err() {} };
    within("the new certificate", renewed).await;
    echo(client.connect(address).await).await;
}
