//! What keeps a client connected: as long as somebody holds it.

use std::ops::Deref;
use std::sync::Arc;

use ws_core::close::CloseFrame;

use crate::client::link::Link;

/// Held by both halves of a client. The tasks of the connections have the [`Link`] alone.
#[derive(Debug)]
pub(crate) struct Handle {
    link: Arc<Link>,
}

impl Handle {
    pub(crate) fn new(link: Arc<Link>) -> Arc<Self> {
        Arc::new(Self { link })
    }

    pub(crate) fn link(&self) -> &Arc<Link> {
        &self.link
    }
}

impl Deref for Handle {
    type Target = Link;

    fn deref(&self) -> &Link {
        &self.link
    }
}

impl Drop for Handle {
    /// Nobody reads or writes any more. The connection's task waits for the server's answer.
    fn drop(&mut self) {
        self.link.start_close(&CloseFrame::going_away());
    }
}
