//! Participants on tokio-tungstenite.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{
        Message,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

use crate::participant::{Command, Report};

/// Connects as `name`.
pub(crate) fn start(address: SocketAddr, name: &str) -> (UnboundedSender<Command>, UnboundedReceiver<Report>) {
    let url = format!("ws://{address}/chat/{}", utf8_percent_encode(name, NON_ALPHANUMERIC));
    let (commands, to_do) = mpsc::unbounded_channel();
    let (happened, reports) = mpsc::unbounded_channel();
    tokio::spawn(run(url, to_do, happened));
    (commands, reports)
}

/// Obeys and reports until the connection ends, or until the participant is dropped: then the socket is closed without a word.
async fn run(url: String, mut to_do: UnboundedReceiver<Command>, happened: UnboundedSender<Report>) {
    let (mut socket, _) = connect_async(url).await.expect("the server accepts");
    let report = |report| drop(happened.send(report)); // whoever vanished needs no reports
    report(Report::Opened);
    loop {
        tokio::select! {
            command = to_do.recv() => match command {
                None => return,
                Some(Command::Leave) => {
                    let frame = CloseFrame { code: CloseCode::Normal, reason: "".into() };
                    socket.close(Some(frame)).await.expect("the close frame is sent");
                }
                Some(Command::Reconnect) => unreachable!("only the page has a button for this"),
                Some(Command::Say(text)) => socket.send(Message::text(text)).await.expect("the message is sent"),
            },
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => report(Report::Heard(text.to_string())),
                Some(Ok(Message::Close(Some(frame)))) => report(Report::Ended(u16::from(frame.code).to_string())),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(other)) => panic!("{other:?} arrived"),
                Some(Err(error)) => panic!("the connection failed: {error}"),
                None => return,
            },
        }
    }
}
