//! The messages of the protocol, by their direction. The field `type` is read and written by others.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::executor::{GraphqlError, Request, Response};

/// The name of an operation among those of its connection.
#[derive(Clone, Debug, Deserialize, Eq, Hash, PartialEq)]
#[serde(try_from = "String")]
pub(crate) struct Id(String);

/// Client to server: `connection_init`, `ping`, `pong`. In a pong of ours the same comes back.
#[derive(Deserialize, Serialize)]
pub(crate) struct Note {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payload: Option<Map<String, Value>>,
}

/// Client to server: `subscribe`.
#[derive(Deserialize)]
pub(crate) struct Subscribe {
    pub(crate) id: Id,
    pub(crate) payload: Request,
}

/// Client to server: `complete`.
#[derive(Deserialize)]
pub(crate) struct Complete {
    pub(crate) id: Id,
}

/// Server to client. What belongs to an operation carries its `id`, too: that is added for us.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Answer {
    Complete,
    ConnectionAck,
    Error { payload: Vec<GraphqlError> },
    Next { payload: Response },
    Pong(Note),
}

impl TryFrom<String> for Id {
    type Error = &'static str;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        if id.is_empty() { Err("must not be empty") } else { Ok(Self(id)) }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
