//! The keys of the attributes `service` and `client`.

/// A key of the `service` attribute; some are keys of the `client` attribute too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Auth,
    Compression,
    ConnectionClosureTimeout,
    Crate,
    Dispatcher,
    DispatcherStreamId,
    IdleTimeout,
    MaxFrameSize,
    MaxMessageSize,
    Origins,
    Path,
    PingInterval,
    PongTimeout,
    State,
    Subprotocols,
    Validation,
}

impl Key {
    pub(crate) const ALL: [Self; 16] = [
        Self::Auth,
        Self::Compression,
        Self::ConnectionClosureTimeout,
        Self::Crate,
        Self::Dispatcher,
        Self::DispatcherStreamId,
        Self::IdleTimeout,
        Self::MaxFrameSize,
        Self::MaxMessageSize,
        Self::Origins,
        Self::Path,
        Self::PingInterval,
        Self::PongTimeout,
        Self::State,
        Self::Subprotocols,
        Self::Validation,
    ];

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Compression => "compression",
            Self::ConnectionClosureTimeout => "connection_closure_timeout",
            Self::Crate => "crate",
            Self::Dispatcher => "dispatcher_key",
            Self::DispatcherStreamId => "dispatcher_stream_id",
            Self::IdleTimeout => "idle_timeout",
            Self::MaxFrameSize => "max_frame_size",
            Self::MaxMessageSize => "max_message_size",
            Self::Origins => "origins",
            Self::Path => "path",
            Self::PingInterval => "ping_interval",
            Self::PongTimeout => "pong_timeout",
            Self::State => "state",
            Self::Subprotocols => "subprotocols",
            Self::Validation => "validation",
        }
    }

    /// Where a client has what this key says of a service. `None`: in the same key.
    pub(crate) const fn in_client(self) -> Option<&'static str> {
        match self {
            Self::Auth => Some("show who you are with `ClientBuilder::bearer_token` or `ClientBuilder::basic_auth`"),
            Self::Compression => Some("set it with `ClientBuilder::compression`"),
            Self::ConnectionClosureTimeout => Some("set it with `ClientBuilder::connection_closure_timeout`"),
            Self::Crate | Self::Dispatcher | Self::DispatcherStreamId | Self::IdleTimeout | Self::Validation => None,
            Self::MaxFrameSize => Some("set it with `ClientBuilder::max_frame_size`"),
            Self::MaxMessageSize => Some("set it with `ClientBuilder::max_message_size`"),
            Self::Origins => Some("send the header `Origin` with `ClientBuilder::header`"),
            Self::Path => Some("write it in the url that is given to `Client::builder`"),
            Self::PingInterval => Some("set it with `ClientBuilder::ping_interval`"),
            Self::PongTimeout => Some("set it with `ClientBuilder::pong_timeout`"),
            Self::State => Some("keep it in a field of the type"),
            Self::Subprotocols => Some("offer them with `ClientBuilder::subprotocols`"),
        }
    }

    /// What a value of the key is, for the sentence "`path` must be …".
    pub(crate) const fn expected(self) -> &'static str {
        match self {
            Self::Auth => "an `Auth`",
            Self::Compression => "a `Compression`",
            Self::ConnectionClosureTimeout | Self::IdleTimeout | Self::PingInterval | Self::PongTimeout => {
                "a number of seconds or a `Duration`"
            }
            Self::Crate => "a path",
            Self::Dispatcher | Self::DispatcherStreamId | Self::Path => "a string literal",
            Self::MaxFrameSize | Self::MaxMessageSize => "a whole number of bytes",
            Self::Origins => "an array of origins or an `Origins`",
            Self::State => "a type",
            Self::Subprotocols => "an array of string literals",
            Self::Validation => "`true` or `false`",
        }
    }

    /// The key with a value, as a person would write it.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Auth => "auth = Auth::rule(…)",
            Self::Compression => "compression = Compression::off()",
            Self::ConnectionClosureTimeout => "connection_closure_timeout = 60",
            Self::Crate => "crate = ::websocket",
            Self::Dispatcher => "dispatcher_key = \"event\"",
            Self::DispatcherStreamId => "dispatcher_stream_id = \"id\"",
            Self::IdleTimeout => "idle_timeout = 30",
            Self::MaxFrameSize => "max_frame_size = 65536",
            Self::MaxMessageSize => "max_message_size = 1048576",
            Self::Origins => "origins = [\"https://example.com\"]",
            Self::Path => "path = \"/chat\"",
            Self::PingInterval => "ping_interval = 30",
            Self::PongTimeout => "pong_timeout = 20",
            Self::State => "state = Hub",
            Self::Subprotocols => "subprotocols = [\"chat.v1\"]",
            Self::Validation => "validation = false",
        }
    }
}
