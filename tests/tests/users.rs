//! Users with passwords, from a file that changes while the server runs.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use tests::event_table::is_listed;
use tests::log::Log;
use tests::raw::{RawClient, Response, TEXT, handshake};
use tests::server::serve;
use tests::within;
use websocket::{Auth, Caller, Error, Listener, Rule, Users, hash_password};

#[derive(Default)]
struct Guarded;

#[websocket::service(path = "/")]
impl Guarded {
    #[remote]
    fn on_text_message(&mut self, caller: &Caller, _text: &str) -> Option<String> {
        caller.identity().map(|identity| identity.subject().to_owned())
    }
}

/// A folder of this test's own, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("users-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("it can be made");
        Self(path)
    }

    /// Writes the users, each with a password and a scope, and replaces the file in one step.
    fn write(&self, users: &[(&str, &str, &str)]) -> PathBuf {
        let entries = users.iter().map(|(name, password, scope)| {
            let hash = hash_password(password);
            format!("[[users]]\nname = \"{name}\"\npassword = \"{hash}\"\nscopes = [\"{scope}\"]\n")
        });
        self.write_text(&entries.collect::<String>())
    }

    fn write_text(&self, text: &str) -> PathBuf {
        let (new, path) = (self.0.join("new.toml"), self.0.join("users.toml"));
        fs::write(&new, text).and_then(|()| fs::rename(&new, &path)).expect("it can be written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

async fn start(users: Users) -> (SocketAddr, Arc<AtomicU64>) {
    let checks = users.checks();
    let auth = Auth::rule(Rule::new(users).scopes(["chat"]));
    (serve(Listener::new(0).auth(auth).service::<Guarded>()).await, checks)
}

async fn ask(address: SocketAddr, user: &str, password: &str) -> (RawClient, Response) {
    let pair = STANDARD.encode(format!("{user}:{password}"));
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/", &format!("Authorization: Basic {pair}\r\n"))).await;
    let response = client.response().await;
    (client, response)
}

async fn status(address: SocketAddr, user: &str, password: &str) -> u16 {
    ask(address, user, password).await.1.status
}

#[tokio::test]
async fn users_with_the_right_password_and_scope_are_let_in() {
    let folder = Folder::new("matrix");
    let path = folder.write(&[("ann", "sesame:é", "chat"), ("bob", "", "chat"), ("eve", "apple", "mail")]);
    let (address, _) = start(Users::from_file(path)).await;
    for (user, password) in [("ann", "sesame:é"), ("bob", "")] {
        let (mut client, response) = ask(address, user, password).await;
        assert_eq!(response.status, 101);
        client.send_frame(TEXT, "who am I?").await;
        client.expects(TEXT, user).await;
    }
    let table = [
        ("ann", "sesame", 401),
        ("ann", "", 401),
        ("Ann", "sesame:é", 401),
        ("nobody", "sesame:é", 401),
        ("", "", 401),
        ("eve", "apple", 403),
        ("eve", "pear", 401),
    ];
    for (user, password, expected) in table {
        let (_, response) = ask(address, user, password).await;
        assert_eq!(response.status, expected, "{user}");
        assert_eq!(response.header("www-authenticate"), Some(r#"Basic realm="websocket", charset="UTF-8""#));
    }
}

#[tokio::test]
async fn a_password_is_checked_whoever_asks() {
    let folder = Folder::new("constant");
    let (address, checks) = start(Users::from_file(folder.write(&[("ann", "sesame", "chat")]))).await;
    for (user, password) in [("ann", "sesame"), ("ann", "wrong"), ("nobody", "sesame"), ("", "")] {
        let before = checks.load(Relaxed);
        status(address, user, password).await;
        assert_eq!(checks.load(Relaxed), before + 1, "{user}");
    }
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/", "Authorization: Bearer sesame\r\n")).await;
    assert_eq!(client.response().await.status, 401);
    assert_eq!(checks.load(Relaxed), 4, "a token is no password");
}

#[tokio::test]
async fn many_may_ask_at_once() {
    let folder = Folder::new("many");
    let (address, checks) =
        start(Users::from_file(folder.write(&[("ann", "sesame", "chat")])).max_parallel_checks(1)).await;
    let statuses = join_all((0..20).map(|index| async move {
        if index % 2 == 0 { status(address, "ann", "sesame").await } else { status(address, "ann", "apple").await }
    }));
    let statuses = within("all answers", statuses).await;
    assert!(statuses.iter().enumerate().all(|(index, status)| *status == [101, 401][index % 2]), "{statuses:?}");
    assert_eq!(checks.load(Relaxed), 20);
}

#[tokio::test]
async fn a_file_that_changes_is_read_again_and_a_wrong_one_changes_nothing() {
    let (log, _guard) = Log::listen();
    let folder = Folder::new("change");
    let (address, _) = start(Users::from_file(folder.write(&[("ann", "sesame", "chat")]))).await;
    assert_eq!(status(address, "ann", "sesame").await, 101);
    assert_eq!(status(address, "bob", "sesame").await, 401);

    folder.write(&[("bob", "sesame", "chat")]);
    within("the new users", async { while status(address, "bob", "sesame").await != 101 {} }).await;
    assert_eq!(status(address, "ann", "sesame").await, 401, "she is gone");

    folder.write_text("[[users]]\nname = \"ann\"\npassword = \"in plain text\"\n");
    let told = async {
        while !log.text().contains("users could not be read: they stay as they were") {
            assert_eq!(status(address, "bob", "sesame").await, 101);
        }
    };
    within("the mistake to be told", told).await;
    let entry = log.expects("users could not be read: they stay as they were").await;
    is_listed(&entry.record);
    assert!(entry.record.field("error").contains("the password of `ann` is no hash"), "{}", entry.record);
    assert!(!log.text().contains("in plain text'"), "{}", log.text());
    assert_eq!(status(address, "ann", "in plain text").await, 401);
    assert_eq!(status(address, "bob", "sesame").await, 101);
}

#[tokio::test]
async fn a_file_that_is_wrong_or_missing_is_refused_at_bind() {
    let folder = Folder::new("wrong");
    let missing = folder.0.join("nowhere.toml");
    let wrong = folder.write_text("[[users]]\nname = \"ann\"\npassword = \"sesame\"\n");
    for (path, expected) in
        [(missing, "nowhere.toml: No such file"), (wrong, "users.toml: the password of `ann` is no hash")]
    {
        let listener = Listener::new(0).host("127.0.0.1").auth(Auth::rule(Users::from_file(path)));
        match listener.service::<Guarded>().bind().await {
            Err(Error::Config(error)) => {
                let error = error.to_string();
                assert!(error.starts_with("invalid `auth` of the listener: ") && error.contains(expected), "{error}");
            }
            other => panic!("{other:?}"),
        }
    }
}
