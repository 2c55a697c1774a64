//! Who is on the road, and who wants to know: shared by the connections of both services.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use websocket::{Caller, ConnectionId, Prepared};

use crate::messages::{Location, News};

/// A handle to the fleet; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Fleet(Arc<Mutex<People>>);

#[derive(Default)]
struct People {
    /// Their names and where they were last.
    drivers: HashMap<ConnectionId, (String, Option<Location>)>,
    riders: HashMap<ConnectionId, Caller>,
}

impl Fleet {
    /// Tells the riders of a new driver.
    pub(crate) fn driver_joins(&self, caller: &Caller, name: &str) -> websocket::Result<()> {
        let mut people = self.people();
        people.drivers.insert(caller.connection_id(), (name.to_owned(), None));
        people.tell_riders(&News::Ready { driver: name })
    }

    /// Tells the riders where a driver is.
    pub(crate) fn driver_moves(&self, caller: &Caller, name: &str, location: Location) -> websocket::Result<()> {
        let mut people = self.people();
        people.drivers.insert(caller.connection_id(), (name.to_owned(), Some(location)));
        people.tell_riders(&News::Location { driver: name, location })
    }

    /// Tells the riders that a driver is gone.
    pub(crate) fn driver_leaves(&self, caller: &Caller) -> websocket::Result<()> {
        let mut people = self.people();
        match people.drivers.remove(&caller.connection_id()) {
            Some((name, _)) => people.tell_riders(&News::Gone { driver: &name }),
            None => Ok(()),
        }
    }

    /// Tells a rider of all drivers, and of all that becomes of them from now on.
    pub(crate) fn rider_joins(&self, caller: &Caller) -> websocket::Result<()> {
        let mut people = self.people();
        for (name, location) in people.drivers.values() {
            caller.try_write_message(&match *location {
                None => News::Ready { driver: name },
                Some(location) => News::Location { driver: name, location },
            })?;
        }
        people.riders.insert(caller.connection_id(), caller.clone());
        Ok(())
    }

    pub(crate) fn rider_leaves(&self, caller: &Caller) {
        self.people().riders.remove(&caller.connection_id());
    }

    /// Nobody waits while it is held.
    fn people(&self) -> MutexGuard<'_, People> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl People {
    /// Encodes once for all of them.
    fn tell_riders(&self, news: &News<'_>) -> websocket::Result<()> {
        let news = Prepared::json(news)?;
        for rider in self.riders.values() {
            // One who reads too slowly misses this, and hears the next; one who is gone is removed by its own `on_close`.
            let _ = rider.try_write_prepared(&news);
        }
        Ok(())
    }
}
