//! How much a client takes, and how long it waits.

use std::time::Duration;

use crate::client::ClientBuilder;

impl ClientBuilder {
    /// Limits the payload of one frame: a larger one that comes in closes the connection with 1009, a longer message that goes out is
    /// fragmented. Bytes, at least 1; default 65 536.
    pub fn max_frame_size(mut self, bytes: usize) -> Self {
        self.max_frame_size = bytes;
        self
    }

    /// Limits one message that comes in, all its frames together, decompressed: a larger one closes the connection with 1009. Bytes, at
    /// least 1; default 1 MiB.
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.max_message_size = bytes;
        self
    }

    /// Limits the frames of one message: more of them close the connection with 1008. At least 1; default 65 536.
    pub fn max_fragments(mut self, count: u32) -> Self {
        self.bounds.max_fragments = count;
        self
    }

    /// Limits how long [`connect`](Self::connect) may take, from fetching credentials and looking up the name to the server's
    /// answer. Default 300 s; [`Duration::ZERO`] is no limit.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// Limits how long the server may take to answer a close frame. Default 60 s; [`Duration::ZERO`] does not wait for it.
    pub fn connection_closure_timeout(mut self, timeout: Duration) -> Self {
        self.connection_closure_timeout = timeout;
        self
    }

    /// Limits how long [`Client::read`](crate::Client::read) and its kin wait for a message: then they fail with
    /// [`Error::ReadTimeout`](crate::Error::ReadTimeout), and may be called again. Default [`Duration::ZERO`], no limit.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.read_timeout = timeout;
        self
    }

    /// Limits how long [`Client::write`](crate::Client::write) and its kin wait for room: then they fail with
    /// [`Error::WriteTimeout`](crate::Error::WriteTimeout), and nothing was written. Default [`Duration::ZERO`], no limit.
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.write_timeout = timeout;
        self
    }

    /// Pings the server after so much silence, to notice that it is gone. Default: off, and 30 s with [`retry`](Self::retry);
    /// [`Duration::ZERO`] is off.
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.ping_interval = Some(interval);
        self
    }

    /// Limits how long a server may stay silent after such a ping, until it counts as gone. Greater than zero; default 20 s.
    pub fn pong_timeout(mut self, timeout: Duration) -> Self {
        self.pong_timeout = timeout;
        self
    }

    /// Limits what is queued to be sent: above it, writers wait, until a quarter of it is left. Bytes; default 64 KiB. With
    /// [`retry`](Self::retry), [`RetryConfig::max_queue_size`](crate::RetryConfig::max_queue_size) is the limit instead.
    pub fn high_water_mark(mut self, bytes: usize) -> Self {
        self.bounds.high_water_mark = bytes;
        self
    }

    /// Limits the messages that wait to be read, with the one that was read last; those of each subscription have as much for
    /// themselves. Then the server is held back. A larger message waits until it is alone. Bytes, at least 1 and at most 256 MiB;
    /// default 64 KiB.
    pub fn max_unread_size(mut self, bytes: usize) -> Self {
        self.max_unread_size = bytes;
        self
    }

    /// Limits how long a request may take, from when it is made to its answer. Default 60 s; [`Duration::ZERO`] is no limit.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// Limits the requests that wait for their answers, and the subscriptions, together. At least 1; default 10 000.
    pub fn max_requests(mut self, count: usize) -> Self {
        self.max_requests = count;
        self
    }
}
