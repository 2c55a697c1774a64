//! What a server logs, for a test to look at.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
    subscriber::DefaultGuard,
};

use crate::within;

/// What has been logged on this thread. Clones are the same log.
#[derive(Clone, Debug)]
pub struct Log {
    pages: Arc<Mutex<Pages>>,
    grown: Arc<Notify>,
    listens: fn(&Metadata<'_>) -> bool,
}

#[derive(Debug, Default)]
struct Pages {
    /// In the order of their numbers, from 1.
    spans: Vec<Record>,
    /// Those that are entered, the innermost last.
    entered: Vec<u64>,
    entries: Vec<Entry>,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it says of itself.
    pub record: Record,
    /// The span in which it happened.
    pub span: Option<Record>,
}

/// What an event or a span says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its target.
    pub target: String,
    /// Its level.
    pub level: Level,
    /// The name of a span, the message of an event.
    pub name: String,
    /// Its fields that have a value.
    pub fields: Vec<(&'static str, String)>,
}

impl Log {
    /// Listens to everything but payloads, until the guard is dropped.
    #[must_use]
    pub fn listen() -> (Self, DefaultGuard) {
        Self::listen_to(|metadata| metadata.target() != "websocket::traffic")
    }

    /// Listens to what `listens`, until the guard is dropped.
    #[must_use]
    pub fn listen_to(listens: fn(&Metadata<'_>) -> bool) -> (Self, DefaultGuard) {
        let log = Self { pages: Arc::default(), grown: Arc::default(), listens };
        let guard = tracing::subscriber::set_default(log.clone());
        (log, guard)
    }

    /// Returns all events so far.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        self.pages().entries.clone()
    }

    /// Returns all spans so far.
    #[must_use]
    pub fn spans(&self) -> Vec<Record> {
        self.pages().spans.clone()
    }

    /// Waits for the first event with this message.
    pub async fn expects(&self, message: &str) -> Entry {
        let found = async {
            loop {
                if let Some(entry) = self.entries().into_iter().find(|entry| entry.record.name == message) {
                    return entry;
                }
                self.grown.notified().await;
            }
        };
        within(format_args!("the event `{message}`"), found).await
    }

    /// Waits until these words are told.
    pub async fn tells(&self, words: &str) {
        let told = async {
            while !self.text().contains(words) {
                self.grown.notified().await;
            }
        };
        within(format_args!("`{words}` in the log"), told).await;
    }

    /// Returns everything as text, one line for an event or a span.
    #[must_use]
    pub fn text(&self) -> String {
        let pages = self.pages();
        let records = pages.entries.iter().map(|entry| &entry.record).chain(&pages.spans);
        records.map(Record::to_string).collect::<Vec<_>>().join("\n")
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    fn new(metadata: &Metadata<'_>) -> Self {
        let (target, name) = (metadata.target().to_owned(), metadata.name().to_owned());
        Self { target, level: *metadata.level(), name, fields: Vec::new() }
    }

    /// Returns the value of a field.
    ///
    /// # Panics
    ///
    /// When there is none.
    #[must_use]
    pub fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(field, _)| *field == name);
        &found.unwrap_or_else(|| panic!("there is no `{name}` in {self:?}")).1
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.level, self.name)?;
        self.fields.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

impl Visit for Record {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let value = format!("{value:?}");
        if field.name() == "message" {
            self.name = value;
        } else {
            self.fields.push((field.name(), value));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        (self.listens)(metadata)
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let mut record = Record::new(attributes.metadata());
        attributes.record(&mut record);
        let mut pages = self.pages();
        pages.spans.push(record);
        span::Id::from_u64(pages.spans.len() as u64)
    }

    fn record(&self, id: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.pages().spans[place(id.into_u64())]);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut record = Record::new(event.metadata());
        event.record(&mut record);
        let mut pages = self.pages();
        let span = pages.entered.last().map(|id| pages.spans[place(*id)].clone());
        pages.entries.push(Entry { record, span });
        self.grown.notify_one();
    }

    fn enter(&self, id: &span::Id) {
        self.pages().entered.push(id.into_u64());
    }

    fn exit(&self, id: &span::Id) {
        let last = self.pages().entered.pop();
        assert_eq!(last, Some(id.into_u64()), "spans are left in the order in which they were entered");
    }
}

fn place(id: u64) -> usize {
    usize::try_from(id - 1).expect("few spans")
}
