use std::sync::OnceLock;
use std::task::{Wake, Waker};
use std::time::Duration;

use tokio::io::{DuplexStream, duplex};
use ws_core::protocol::{Limits, Role};

use super::*;
use crate::metrics::Metrics;
use crate::terms::Bounds;
use crate::transport::split_boxed;

/// A driver that looks at once whether there is something for it to do.
#[derive(Default)]
struct Driver {
    shared: OnceLock<Arc<Shared>>,
    has_work: AtomicBool,
}

impl Wake for Driver {
    fn wake(self: Arc<Self>) {
        let is_at_rest = self.shared.get().is_some_and(|shared| shared.is_at_rest());
        self.has_work.store(!is_at_rest, Ordering::Relaxed);
    }
}

/// A connection whose stream takes 16 bytes, and the other end of the stream.
fn shared() -> (Arc<Shared>, DuplexStream) {
    let limits = Limits { max_frame_size: 1 << 20, max_message_size: 1 << 20, max_fragments: 1 };
    let terms = Terms {
        idle_timeout: None,
        closure_timeout: None,
        ping_interval: None,
        pong_timeout: Duration::ZERO,
        service_answers_pings: false,
        limits: Arc::new(limits),
        bounds: Bounds::new(),
        metrics: Metrics::new("/", &[]),
    };
    let id = ConnectionId::random().expect("there are random numbers");
    let info = ConnectionInfo { id, subprotocol: None, remote_addr: None, is_secure: false, tls: None, login: None };
    let (ours, theirs) = duplex(16);
    let outbox = Outbox::new(split_boxed(Box::new(ours)).1, Role::Server, Arc::clone(&terms.limits), None, None);
    (Arc::new(Shared::new(info, outbox, Arc::new(terms))), theirs)
}

#[test]
fn a_driver_is_woken_when_its_work_is_there_to_be_seen() {
    let driver = Arc::new(Driver::default());
    let (shared, _theirs) = shared();
    assert!(driver.shared.set(Arc::clone(&shared)).is_ok());
    let waker = Waker::from(Arc::clone(&driver));
    assert!(shared.uncork(&mut Context::from_waker(&waker), Outbox::poll_flush).is_ready());
    assert!(shared.is_at_rest());
    shared.push_payload(Opcode::Text, &[b'x'; 1000], Admission::BelowMark).expect("it is open");
    assert!(driver.has_work.load(Ordering::Relaxed), "the driver was woken too early, and sleeps on");
}
