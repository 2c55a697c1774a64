//! Connects, and connects again.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use crate::client::dial::{Opened, Plan};
use crate::client::ending::{Ended, Report, Witness};
use crate::client::link::Link;
use crate::client::retry::waits::{Attempts, retry_after};
use crate::client::retry::{ClientEvent, Courier, LossCause, RetryConfig};
use crate::client::start;
use crate::connection::Connection;
use crate::error::{ConnectError, Error};
use crate::service::Service;

/// Keeps a client connected.
#[derive(Debug)]
pub(crate) struct Supervisor {
    pub(crate) link: Arc<Link>,
    pub(crate) plan: Plan,
    pub(crate) config: RetryConfig,
    pub(crate) attempts: Attempts,
}

/// Connects, as often as need be and may be.
///
/// # Errors
/// The last one.
pub(crate) async fn connect(
    plan: &Plan,
    config: &RetryConfig,
    attempts: &mut Attempts,
) -> Result<Opened, ConnectError> {
    let opened = attempt(plan, config, attempts).await;
    if opened.is_err() {
        config.tell(ClientEvent::GaveUp { unsent: Vec::new() });
    }
    opened
}

async fn attempt(plan: &Plan, config: &RetryConfig, attempts: &mut Attempts) -> Result<Opened, ConnectError> {
    loop {
        config.tell(ClientEvent::Connecting { attempt: attempts.number() });
        let error = match plan.dial().await {
            Ok(opened) => {
                config.tell(ClientEvent::Open { connection: opened.established.info.id });
                return Ok(opened);
            }
            Err(error) => error,
        };
        let asked = error.response().and_then(|response| retry_after(response.headers()));
        let wait = if error.is_transient() { attempts.take_wait(config, asked) } else { None };
        config.tell(ClientEvent::Failed { error: error.clone() });
        let Some(wait) = wait else { return Err(error) };
        pause(config, wait).await;
    }
}

async fn pause(config: &RetryConfig, duration: Duration) {
    config.tell(ClientEvent::Waiting { duration });
    sleep(duration).await;
}

impl Supervisor {
    /// Runs connections until one has ended for good. `serve` makes the service of each; `None` if it cannot serve another one.
    pub(crate) async fn run<S: Service>(
        mut self,
        mut connection: Box<Connection>,
        mut serve: impl FnMut(Witness) -> Option<S> + Send,
    ) {
        let mut ending = Ending { link: Arc::clone(&self.link), ended: Some(Ended::untold()) };
        loop {
            let (report, reported) = oneshot::channel();
            let Some(service) = serve(Witness::new(Arc::clone(&self.link), Report::Supervisor(report))) else {
                return self.give_up();
            };
            let since = Instant::now();
            start::run(connection, service);
            let mut ended = self.watch(reported).await;
            if since.elapsed() >= self.config.stable_after {
                self.attempts = Attempts::default();
            }
            let opened = self.reconnect(&mut ended).await;
            ending.ended = Some(ended);
            let Some(opened) = opened else { return };
            ending.ended = Some(Ended::untold());
            connection = Box::new(Connection::new::<S>(opened.established));
            self.courier().connected(connection.caller().clone(), Arc::new(opened.response));
        }
    }

    fn courier(&self) -> &Courier {
        self.link.courier().expect("a client that connects again writes through a courier")
    }

    /// Waits for the end of a connection, and asks meanwhile what has arrived.
    async fn watch(&self, reported: oneshot::Receiver<Ended>) -> Ended {
        match select(reported, pin!(self.courier().ask_what_has_arrived())).await {
            Either::Left((ended, _)) => ended.unwrap_or_else(|_| Ended::untold()),
            Either::Right((never, _)) => match never {},
        }
    }

    /// Connects again after a connection has ended; not if that was for good.
    async fn reconnect(&mut self, ended: &mut Ended) -> Option<Opened> {
        let in_doubt = self.courier().lost();
        if ended.is_ours() {
            // The server has answered our close frame, and so it has read what came before.
            self.courier().give_up();
            self.config.tell(ClientEvent::Closed { code: ended.code });
            return None;
        }
        let cause = LossCause::of(ended);
        let is_worth_it = cause.is_transient() && !self.courier().is_stopped();
        self.config.tell(ClientEvent::Lost { cause, in_doubt });
        if let Some(requests) = &self.link.requests {
            let kept = self.courier().requests();
            requests.lose(|request| is_worth_it && kept.contains(&request));
        }
        let wait = if is_worth_it { self.attempts.take_wait(&self.config, None) } else { None };
        let opened = match wait {
            Some(wait) => self.connect_after(wait, ended).await,
            None => None,
        };
        if opened.is_none() {
            self.give_up();
        }
        opened
    }

    /// Waits, then connects, unless the client is closed meanwhile.
    async fn connect_after(&mut self, wait: Duration, ended: &mut Ended) -> Option<Opened> {
        let Self { link, plan, config, attempts } = self;
        let courier = link.courier()?;
        // Boxed: most of the time, the client is connected.
        let connecting = Box::pin(async {
            pause(config, wait).await;
            attempt(plan, config, attempts).await
        });
        match select(pin!(courier.stopped()), connecting).await {
            Either::Left(_) => None,
            Either::Right((Ok(opened), _)) => Some(opened),
            Either::Right((Err(error), _)) => {
                ended.error = Some(Error::Connect(error));
                None
            }
        }
    }

    fn give_up(&self) {
        let unsent = self.courier().give_up();
        self.config.tell(ClientEvent::GaveUp { unsent });
    }
}

/// Tells of the end, also when the runtime drops the supervisor.
struct Ending {
    link: Arc<Link>,
    ended: Option<Ended>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        if let Some(ended) = self.ended.take() {
            self.link.finish(ended);
        }
    }
}
