//! The chat, end to end: the real program, used by clients that we did not write.
//!
//! Every step begins when the one before it has been heard, so that each participant's texts have one possible order;
//! each text is compared, and nothing else may arrive until the end of the connection. Whoever joins speaks at once: he
//! joins the room only after his greeting, and hears himself only when that is done.

use std::borrow::BorrowMut;

use tests::{Client, Example, Participant, within};
use tokio::net::TcpStream;
use tokio_tungstenite::client_async;

#[tokio::test]
async fn tokio_tungstenite_clients_chat() {
    two_people_chat(Client::Tungstenite).await;
}

#[tokio::test]
async fn node_ws_clients_chat() {
    two_people_chat(Client::NodeWs).await;
}

#[tokio::test]
async fn python_websockets_clients_chat() {
    two_people_chat(Client::PythonWebsockets).await;
}

#[tokio::test]
async fn browser_pages_chat() {
    two_people_chat(Client::BrowserPage).await;
}

async fn two_people_chat(client: Client) {
    let chat = Example::start("chat").await;
    let mut ann = Participant::join(client, &chat, "Ann").await;
    ann.say("is anyone here?");
    ann.hears("Ann: is anyone here?").await;

    let mut bob = Participant::join(client, &chat, ODD_NAME).await;
    ann.hears(&format!("{ODD_NAME} connected to chat")).await;
    bob.say("<b>I</b> am: 日本 😀");
    everybody_hears([&mut bob, &mut ann], &format!("{ODD_NAME}: <b>I</b> am: 日本 😀")).await;
    ann.say("good");
    everybody_hears([&mut ann, &mut bob], "Ann: good").await;

    ann.leave().await;
    bob.hears("Ann left the chat").await;
    bob.say("alone again");
    bob.hears(&format!("{ODD_NAME}: alone again")).await;
    bob.leave().await;
}

#[tokio::test]
async fn different_clients_share_a_room() {
    let chat = Example::start("chat").await;
    let people = [(Client::Tungstenite, "rust"), (Client::NodeWs, "node"), (Client::PythonWebsockets, "python")];
    let [mut rust, mut node, mut python] = room(&chat, people).await;
    rust.say("all here");
    everybody_hears([&mut rust, &mut node, &mut python], "rust: all here").await;

    node.leave().await;
    everybody_hears([&mut rust, &mut python], "node left the chat").await;
    python.say("and off");
    everybody_hears([&mut python, &mut rust], "python: and off").await;
    python.leave().await;
    rust.hears("python left the chat").await;
    rust.leave().await;
}

#[tokio::test]
async fn a_page_shows_a_lost_connection_and_reconnects() {
    let chat = Example::start("chat").await;
    let port = chat.address().port();
    let [mut ann] = room(&chat, [(Client::BrowserPage, "Ann")]).await;
    chat.kill().await;
    ann.ends("Connection lost").await;

    let _chat = Example::start_on(port, "chat").await;
    ann.reconnects().await;
    ann.say("back again");
    ann.hears("Ann: back again").await;
    ann.leave().await;
}

#[tokio::test]
async fn ctrl_c_closes_every_connection_with_1001() {
    let chat = Example::start("chat").await;
    let people = [(Client::Tungstenite, "Ann"), (Client::NodeWs, "Bob"), (Client::PythonWebsockets, "Carol")];
    let people = room(&chat, people).await;
    assert!(chat.interrupt().await.success());
    for mut participant in people {
        // One may be gone before another one is told to go.
        while let Some(text) = participant.hears_or_ends("1001").await {
            assert!(text.ends_with(" left the chat"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_receiver_that_vanishes_does_not_stop_a_broadcast() {
    let chat = Example::start("chat").await;
    let [mut ann, bob, mut carol] = room(&chat, ["Ann", "Bob", "Carol"].map(|name| (Client::Tungstenite, name))).await;
    drop(bob);
    everybody_hears([&mut ann, &mut carol], "Bob left the chat").await;
    carol.say("where is he?");
    everybody_hears([&mut ann, &mut carol], "Carol: where is he?").await;
}

#[tokio::test]
async fn a_receiver_that_never_reads_is_sent_away() {
    let chat = Example::start("chat").await;
    let [mut ann] = room(&chat, [(Client::Tungstenite, "Ann")]).await;
    let socket = TcpStream::connect(chat.address()).await.expect("the server listens");
    let url = format!("ws://{}/chat/Sloth", chat.address());
    let (_sloth, _) = client_async(url, socket).await.expect("the server accepts");
    ann.hears("Sloth connected to chat").await;

    let long = "x".repeat(60_000);
    let echo = format!("Ann: {long}");
    let mut heard = echo.clone();
    while heard == echo {
        ann.say(&long);
        heard = ann.hears_or_ends("1000").await.expect("Ann stays");
    }
    assert_eq!(heard, "Sloth left the chat");
}

#[tokio::test]
async fn a_bad_argument_is_explained() {
    for (arguments, mistake) in [
        (&["--port", "65536"][..], "chat: `65536` is not a port number\n"),
        (&["--port"], "chat: `--port` needs a number\n"),
        (&["9090"], "chat: unknown argument `9090`\n"),
    ] {
        let output = within("its end", Example::command("chat").args(arguments).output()).await.expect("it starts");
        let stderr = String::from_utf8(output.stderr).expect("stderr is UTF-8");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr.starts_with(mistake), "{arguments:?}: {stderr}");
    }
}

/// Lets `people` join and speak, one after the other.
async fn room<const N: usize>(chat: &Example, people: [(Client, &str); N]) -> [Participant; N] {
    let mut room: Vec<Participant> = Vec::new();
    for (client, name) in people {
        let newcomer = Participant::join(client, chat, name).await;
        everybody_hears(&mut room, &format!("{name} connected to chat")).await;
        newcomer.say("here");
        room.push(newcomer);
        everybody_hears(&mut room, &format!("{name}: here")).await;
    }
    room.try_into().expect("everybody has joined")
}

async fn everybody_hears(room: impl IntoIterator<Item = impl BorrowMut<Participant>>, text: &str) {
    for mut participant in room {
        participant.borrow_mut().hears(text).await;
    }
}

/// Every kind of character that an address, a page or a shell might take for something else.
const ODD_NAME: &str = "Zoë/5% & <i>Co</i>?#;:\"'+ é";
