//! Somebody in the chat, on any client: the same steps for all of them.

use std::fmt::Debug;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::{Example, script, tungstenite, within};

/// What somebody chats with.
#[derive(Clone, Copy, Debug)]
pub enum Client {
    /// Chromium on the page of the example.
    BrowserPage,
    /// The npm package `ws`.
    NodeWs,
    /// The Python package `websockets`.
    PythonWebsockets,
    /// The crate `tokio-tungstenite`.
    Tungstenite,
}

/// Somebody in the chat. Whoever is dropped vanishes without a close frame.
#[derive(Debug)]
pub struct Participant {
    name: String,
    client: Client,
    commands: UnboundedSender<Command>,
    reports: UnboundedReceiver<Report>,
}

/// What a participant is told to do.
#[derive(Debug)]
pub(crate) enum Command {
    Leave,
    Reconnect,
    Say(String),
}

/// What happens to a participant.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Report {
    Opened,
    Heard(String),
    /// With the close code, or with the status that the page shows.
    Ended(String),
}

impl Participant {
    /// Connects to the chat as `name` and waits for the greeting.
    pub async fn join(client: Client, chat: &Example, name: &str) -> Self {
        let (commands, reports) = match client {
            Client::BrowserPage => script::start("node", "browser_page.mjs", chat.address(), name),
            Client::NodeWs => script::start("node", "node_ws.mjs", chat.address(), name),
            Client::PythonWebsockets => script::start(".venv/bin/python", "python_websockets.py", chat.address(), name),
            Client::Tungstenite => tungstenite::start(chat.address(), name),
        };
        let mut participant = Self { name: name.to_owned(), client, commands, reports };
        participant.is_welcomed().await;
        participant
    }

    /// Sends a message.
    pub fn say(&self, text: &str) {
        self.tell(Command::Say(text.to_owned()));
    }

    /// Waits for the next text, which must be exactly this.
    pub async fn hears(&mut self, text: &str) {
        self.expects(Report::Heard(text.to_owned())).await;
    }

    /// Waits for the next text, `None` when the connection ended as in [`Self::ends`].
    ///
    /// # Panics
    ///
    /// When it ended in another way.
    pub async fn hears_or_ends(&mut self, how: &str) -> Option<String> {
        match self.next(&format_args!("a text or the end with {how}")).await {
            Report::Heard(text) => Some(text),
            report => {
                assert_eq!(report, Report::Ended(how.to_owned()), "how the connection of {} ends", self.name);
                None
            }
        }
    }

    /// Closes the connection properly. Nothing else may be heard until it ends, and nothing after that.
    ///
    /// # Panics
    ///
    /// When something else happens.
    pub async fn leave(mut self) {
        self.tell(Command::Leave);
        self.ends(if matches!(self.client, Client::BrowserPage) { "You left the chat" } else { "1000" }).await;
        drop(self.commands);
        let more = within(format_args!("the client of {} to end", self.name), self.reports.recv()).await;
        assert_eq!(more, None, "what {} got after the end", self.name);
    }

    /// Waits for the end of the connection: its close code, or the status that the page shows.
    pub async fn ends(&mut self, how: &str) {
        self.expects(Report::Ended(how.to_owned())).await;
    }

    /// Presses the page's button after a lost connection and waits for the greeting.
    pub async fn reconnects(&mut self) {
        self.tell(Command::Reconnect);
        self.is_welcomed().await;
    }

    async fn is_welcomed(&mut self) {
        self.expects(Report::Opened).await;
        self.hears(&format!("Hi {}! You have successfully connected to the chat", self.name)).await;
    }

    fn tell(&self, command: Command) {
        self.commands.send(command).unwrap_or_else(|_| panic!("the client of {} has ended", self.name));
    }

    async fn expects(&mut self, expected: Report) {
        let report = self.next(&expected).await;
        assert_eq!(report, expected, "what {} on {:?} gets next", self.name, self.client);
    }

    async fn next(&mut self, expected: &dyn Debug) -> Report {
        let next =
            within(format_args!("{expected:?} at {} on {:?}", self.name, self.client), self.reports.recv()).await;
        next.unwrap_or_else(|| panic!("the client of {} ended instead of {expected:?}", self.name))
    }
}
