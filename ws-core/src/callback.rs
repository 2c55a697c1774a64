//! The callbacks that a service can have besides its dispatched methods.
//!
//! The macro reads this table to recognise and check methods; the runtime raises one event per row.

/// A callback with a fixed name and a fixed meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Callback {
    /// Both text and binary messages.
    Message,
    /// Text messages.
    TextMessage,
    /// Binary messages.
    BinaryMessage,
    /// The connection is open.
    Open,
    /// A ping frame arrived.
    Ping,
    /// A pong frame arrived.
    Pong,
    /// Nothing came in or went out for a while.
    IdleTimeout,
    /// The connection is over.
    Close,
    /// Something went wrong on the connection.
    Error,
}

/// What a callback is given after the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Argument {
    /// Any payload type.
    Payload,
    /// A text type.
    Text,
    /// A byte type.
    Bytes,
    /// The close code.
    Status,
    /// The close reason.
    Reason,
    /// The error.
    Error,
}

impl Callback {
    /// Every callback, in the order in which messages should list them.
    pub const ALL: [Self; 9] = [
        Self::BinaryMessage,
        Self::Close,
        Self::Error,
        Self::IdleTimeout,
        Self::Message,
        Self::Open,
        Self::Ping,
        Self::Pong,
        Self::TextMessage,
    ];

    /// Finds the callback that a method of this name is.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|callback| callback.name() == name)
    }

    /// Returns the name of the method.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Message => "on_message",
            Self::TextMessage => "on_text_message",
            Self::BinaryMessage => "on_binary_message",
            Self::Open => "on_open",
            Self::Ping => "on_ping",
            Self::Pong => "on_pong",
            Self::IdleTimeout => "on_idle_timeout",
            Self::Close => "on_close",
            Self::Error => "on_error",
        }
    }

    /// Returns what the callback is given after the optional caller, in order.
    #[must_use]
    pub const fn arguments(self) -> &'static [Argument] {
        match self {
            Self::Message => &[Argument::Payload],
            Self::TextMessage => &[Argument::Text],
            Self::BinaryMessage | Self::Ping | Self::Pong => &[Argument::Bytes],
            Self::Open | Self::IdleTimeout => &[],
            Self::Close => &[Argument::Status, Argument::Reason],
            Self::Error => &[Argument::Error],
        }
    }

    /// Returns whether the arguments after the caller may be left out: only those of `on_close`.
    #[must_use]
    pub const fn has_optional_arguments(self) -> bool {
        matches!(self, Self::Close)
    }

    /// Returns whether the callback receives messages, so that it can have an error twin.
    #[must_use]
    pub const fn receives_messages(self) -> bool {
        matches!(self, Self::Message | Self::TextMessage | Self::BinaryMessage)
    }

    /// Returns the signature to show to a person.
    #[must_use]
    pub const fn signature(self) -> &'static str {
        match self {
            Self::Message => "async fn on_message(&mut self, caller: &Caller, message: Message)",
            Self::TextMessage => "async fn on_text_message(&mut self, caller: &Caller, text: &str)",
            Self::BinaryMessage => "async fn on_binary_message(&mut self, caller: &Caller, data: &[u8])",
            Self::Open => "async fn on_open(&mut self, caller: &Caller)",
            Self::Ping => "async fn on_ping(&mut self, caller: &Caller, data: &[u8])",
            Self::Pong => "async fn on_pong(&mut self, caller: &Caller, data: &[u8])",
            Self::IdleTimeout => "async fn on_idle_timeout(&mut self, caller: &Caller)",
            Self::Close => "async fn on_close(&mut self, caller: &Caller, status: CloseCode, reason: &str)",
            Self::Error => "async fn on_error(&mut self, caller: &Caller, error: &Error)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_callback_is_found_by_its_name_and_shows_it_in_its_signature() {
        for callback in Callback::ALL {
            assert_eq!(Callback::from_name(callback.name()), Some(callback));
            assert!(callback.signature().contains(&format!(" {}(", callback.name())));
        }
        assert_eq!(Callback::from_name("on_subscribe"), None);
    }
}
