//! From valid settings to a client whose connection runs.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::client::delivery::Delivery;
use crate::client::dial::Plan;
use crate::client::ending::{Report, Witness};
use crate::client::handle::Handle;
use crate::client::handling::Handling;
use crate::client::link::{Link, Way};
use crate::client::queue::queue;
use crate::client::requests::{RequestConfig, Requests};
use crate::client::retry::{self, Attempts, Courier, RetryConfig, Supervisor};
use crate::client::{Client, ClientReader, ClientWriter};
use crate::connection::{self, Connection};
use crate::error::ConnectError;
use crate::service::{Handler, Service};

/// Everything that a client needs. Its settings are valid.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) plan: Plan,
    pub(crate) retry: Option<RetryConfig>,
    pub(crate) requests: Option<RequestConfig>,
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) write_timeout: Option<Duration>,
    /// Bytes.
    pub(crate) max_unread_size: u32,
}

impl Start {
    /// Connects. The messages go to whoever reads them.
    pub(crate) async fn connect(self) -> Result<Client, ConnectError> {
        let read_timeout = self.read_timeout;
        let (feeder, inbox) = queue(self.max_unread_size);
        let link = self.begin(move |witness| Some(Delivery::new(witness, feeder.clone()))).await?;
        let handle = Handle::new(link);
        let reader = ClientReader::new(inbox, Arc::clone(&handle), read_timeout);
        Ok(Client { reader, writer: ClientWriter::new(handle) })
    }

    /// Connects. The messages go to a handler.
    pub(crate) async fn connect_with<H: Handler>(self, handler: H) -> Result<Client, ConnectError> {
        let home = Arc::new(Mutex::new(Some(handler)));
        let (feeder, inbox) = queue(self.max_unread_size);
        let link = self.begin(move |witness| Handling::new(&home, witness, feeder.clone())).await?;
        let handle = Handle::new(link);
        // Nothing comes in but the end.
        let reader = ClientReader::new(inbox, Arc::clone(&handle), None);
        Ok(Client { reader, writer: ClientWriter::new(handle) })
    }

    /// Connects, and starts the tasks. `serve` makes the service of each connection; `None` if it cannot serve another one.
    async fn begin<S: Service>(
        self,
        mut serve: impl FnMut(Witness) -> Option<S> + Send + 'static,
    ) -> Result<Arc<Link>, ConnectError> {
        let Self { plan, retry, requests, write_timeout, .. } = self;
        let mut attempts = Attempts::default();
        let opened = match &retry {
            Some(config) => retry::connect(&plan, config, &mut attempts).await?,
            None => plan.dial().await?,
        };
        let connection = Box::new(Connection::new::<S>(opened.established));
        let (caller, response) = (connection.caller().clone(), Arc::new(opened.response));
        let way = match &retry {
            Some(config) => Way::Retried(Box::new(Courier::new(config, caller, response))),
            None => Way::Direct(caller, response),
        };
        let link = Arc::new(Link::new(way, write_timeout, requests.map(Requests::new)));
        match retry {
            Some(config) => {
                let supervisor = Supervisor { link: Arc::clone(&link), plan, config, attempts };
                tokio::spawn(supervisor.run(connection, serve));
            }
            None => {
                if let Some(service) = serve(Witness::new(Arc::clone(&link), Report::Reader)) {
                    run(connection, service);
                }
            }
        }
        Ok(link)
    }
}

/// Starts the task of a connection.
pub(crate) fn run<S: Service>(mut connection: Box<Connection>, service: S) {
    let mut service = Some(service);
    tokio::spawn(async move { connection::run(&mut service, &mut connection).await });
}
