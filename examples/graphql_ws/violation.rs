//! What closes a connection.

use websocket::CloseFrame;

use crate::messages::Id;

/// What a client did that the protocol does not allow. The connection closes with the code that the protocol has for it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Violation {
    #[error("Connection initialisation timeout")]
    InitialisationTimeout,
    #[error("Invalid message: {0}")]
    InvalidMessage(String),
    #[error("Subprotocol not acceptable")]
    SubprotocolNotAcceptable,
    #[error("Subscriber for {0} already exists")]
    SubscriberExists(Id),
    #[error("Too many initialisation requests")]
    TooManyInitialisationRequests,
    #[error("Unauthorized")]
    Unauthorized,
}

impl From<&Violation> for CloseFrame {
    fn from(violation: &Violation) -> Self {
        let code = match violation {
            Violation::InvalidMessage(_) => 4400,
            Violation::Unauthorized => 4401,
            Violation::SubprotocolNotAcceptable => 4406,
            Violation::InitialisationTimeout => 4408,
            Violation::SubscriberExists(_) => 4409,
            Violation::TooManyInitialisationRequests => 4429,
        };
        Self::new(code, violation.to_string()).expect("the codes of an application may be sent")
    }
}

impl From<Violation> for CloseFrame {
    fn from(violation: Violation) -> Self {
        Self::from(&violation)
    }
}
