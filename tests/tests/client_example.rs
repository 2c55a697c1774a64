//! The example `client`, end to end: the real program against the real chat, which stops and comes back.

use std::process::Stdio;

use tests::server::serve;
use tests::{Example, within};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use websocket::{Listener, UpgradeError};

/// Somebody at a terminal.
struct Person {
    name: &'static str,
    process: Child,
    keyboard: ChildStdin,
    screen: Lines<BufReader<ChildStdout>>,
    events: Lines<BufReader<ChildStderr>>,
}

impl Person {
    /// Starts the program, and waits for the greeting.
    async fn join(name: &'static str, port: u16) -> Self {
        let mut command = Example::command("client");
        command.args([name, &url(port)]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("it starts");
        let keyboard = process.stdin.take().expect("stdin is piped");
        let screen = BufReader::new(process.stdout.take().expect("stdout is piped")).lines();
        let events = BufReader::new(process.stderr.take().expect("stderr is piped")).lines();
        let mut person = Self { name, process, keyboard, screen, events };
        person.is_welcomed().await;
        person
    }

    async fn is_welcomed(&mut self) {
        self.hears(&format!("Hi {}! You have successfully connected to the chat", self.name)).await;
    }

    async fn says(&mut self, line: &str) {
        self.keyboard.write_all(format!("{line}\n").as_bytes()).await.expect("the program reads");
    }

    /// Waits until this line is on the screen.
    async fn hears(&mut self, line: &str) {
        shows(&mut self.screen, self.name, |shown| shown == line, line).await;
    }

    /// Waits until something is told about the connection that begins so.
    async fn is_told(&mut self, beginning: &str) {
        shows(&mut self.events, self.name, |shown| shown.starts_with(beginning), beginning).await;
    }

    async fn presses_ctrl_c(self) {
        let id = self.process.id().expect("it has not ended");
        let sent = Command::new("sh").args(["-c", &format!("kill -INT {id}")]).status().await.expect("`sh` starts");
        assert!(sent.success(), "the signal was not sent");
        let Self { name, process, keyboard, events, screen: _ } = self;
        ends(name, process, events).await;
        // The program does not wait for the next line.
        drop(keyboard);
    }

    async fn ends_the_input(self) {
        let Self { name, process, keyboard, events, screen: _ } = self;
        drop(keyboard);
        ends(name, process, events).await;
    }
}

fn url(port: u16) -> String {
    format!("ws://127.0.0.1:{port}")
}

/// Waits for a line.
async fn shows<R: AsyncRead + Unpin>(
    lines: &mut Lines<BufReader<R>>,
    name: &str,
    is_it: impl Fn(&str) -> bool,
    expected: &str,
) {
    let shown = async {
        while let Some(line) = lines.next_line().await.expect("it is UTF-8") {
            println!("{name}: {line}");
            if is_it(&line) {
                return;
            }
        }
        panic!("the program of {name} ended instead of `{expected}`");
    };
    within(format_args!("`{expected}` at {name}"), shown).await;
}

/// Waits for the end of a program that says goodbye.
async fn ends(name: &str, mut process: Child, mut events: Lines<BufReader<ChildStderr>>) {
    let goodbye = "* connection closed, server answered 1000";
    shows(&mut events, name, |shown| shown == goodbye, goodbye).await;
    let status = within("its end", process.wait()).await.expect("it can be waited for");
    assert!(status.success(), "{status}");
}

#[tokio::test]
async fn two_people_talk_and_come_back_when_the_server_does() {
    let chat = Example::start("chat").await;
    let port = chat.address().port();
    let mut ann = Person::join("Ann", port).await;
    ann.says("is anyone here?").await;
    ann.hears("Ann: is anyone here?").await;
    let mut bob = Person::join("Bob B/5%", port).await;
    ann.hears("Bob B/5% connected to chat").await;
    bob.says("I am").await;
    ann.hears("Bob B/5%: I am").await;
    bob.hears("Bob B/5%: I am").await;

    assert!(chat.interrupt().await.success());
    for person in [&mut ann, &mut bob] {
        person.is_told("* connection lost: server closed with 1001").await;
        person.is_told("* connecting again in ").await;
    }
    ann.says("is anyone still here?").await;
    let chat = Example::start_on(port, "chat").await;
    talk_again(&mut ann, &mut bob).await;

    chat.kill().await;
    for person in [&mut ann, &mut bob] {
        person.is_told("* connection lost: ").await;
        person.is_told("* could not connect: ").await;
    }
    ann.says("is anyone still here?").await;
    let _chat = Example::start_on(port, "chat").await;
    talk_again(&mut ann, &mut bob).await;

    bob.presses_ctrl_c().await;
    ann.hears("Bob B/5% left the chat").await;
    ann.ends_the_input().await;
}

/// What Ann said to nobody goes out when she is back.
async fn talk_again(ann: &mut Person, bob: &mut Person) {
    ann.is_welcomed().await;
    ann.hears("Ann: is anyone still here?").await;
    bob.is_welcomed().await;
    bob.says("I am, too").await;
    ann.hears("Bob B/5%: I am, too").await;
    bob.hears("Bob B/5%: I am, too").await;
}

struct Choosy;

#[websocket::service(path = "/chat/<name>")]
impl Choosy {
    #[upgrade]
    fn connect(name: String) -> Result<Self, UpgradeError> {
        if name == "Mallory" { Err(UpgradeError::forbidden("not you")) } else { Ok(Self) }
    }

    #[remote]
    fn on_text_message(&mut self, _text: &str) {}
}

#[tokio::test]
async fn what_is_final_is_explained() {
    let server = url(serve(Listener::new(0).service::<Choosy>()).await.port());
    let table = [
        (&["Mallory", &server][..], 1, "client: server refused the connection with status 403 Forbidden\n"),
        (&["", &server], 1, "client: server refused the connection with status 404 Not Found\n"),
        (&["Ann", "http://127.0.0.1"], 1, "client: invalid url `http://127.0.0.1/chat/Ann`: "),
        (&["Ann", "127.0.0.1:80"], 1, "client: invalid url `127.0.0.1:80/chat/Ann`: "),
        (&[], 2, "usage: client NAME [URL]"),
    ];
    for (arguments, code, explanation) in table {
        let output = within("its end", Example::command("client").args(arguments).output()).await.expect("it starts");
        let told = String::from_utf8(output.stderr).expect("stderr is UTF-8");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        assert!(told.contains(explanation), "{arguments:?}: {told}");
    }
}
