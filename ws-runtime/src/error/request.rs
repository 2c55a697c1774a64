//! Why a request of a client has no answer.

/// Why a request of a client was not made, or has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The message has the field that carries the id already. Nothing was sent.
    #[error("request has a field `{field}` already, which is to carry its id")]
    HasId {
        /// The name of the field.
        field: String,
    },
    /// The connection was lost, or closed. The server may have received the request.
    #[error("connection was lost before the answer came")]
    Lost,
    /// The client does not know which field carries ids. Nothing was sent.
    #[error("set `dispatcher_stream_id` of the client to the field that carries the id of a request")]
    NoField,
    /// The message is no object in JSON, so that there is no place for an id. Nothing was sent.
    #[error("request is not a JSON object")]
    NotAnObject,
    /// No answer came within `request_timeout`. The server may have received the request.
    #[error("no answer came in time")]
    Timeout,
    /// So many requests wait already. Nothing was sent.
    #[error("{limit} requests wait for their answers already")]
    TooMany {
        /// The limit of the client.
        limit: usize,
    },
}
