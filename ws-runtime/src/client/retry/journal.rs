//! What a client that reconnects has written, until it is known to have arrived.
//!
//! ```text
//!   push ──▶ waiting ──into the outbox──▶ placed ──the pong to a later ping──▶ gone
//!               ▲                            │ the connection is lost
//!               └──── no byte was sent ──────┴──── a byte was sent: in doubt
//! ```

use std::collections::{HashSet, VecDeque};

use crate::client::requests::RequestId;
use crate::message::Message;

/// Messages in the order in which they were written: first those that are placed, then those that wait.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    /// How many of the first entries are in the outbox of the present connection.
    placed: usize,
    /// Bytes, with what each entry costs beside its message.
    size: usize,
    /// How many of the first entries a ping has gone out behind, which has not been answered.
    pinged: Option<usize>,
}

#[derive(Debug)]
struct Entry {
    message: Message,
    /// The request that the message makes.
    request: Option<RequestId>,
    /// How many bytes the outbox had taken when the message was placed.
    start: u64,
}

impl Journal {
    pub(crate) fn push(&mut self, message: Message, request: Option<RequestId>) {
        self.size += size(&message);
        self.entries.push_back(Entry { message, request, start: 0 });
    }

    /// Returns whether a message fits. One that is larger than all of the room fits when it is alone.
    pub(crate) fn has_room(&self, length: usize, room: usize) -> bool {
        self.entries.is_empty() || self.size + length + OVERHEAD <= room
    }

    /// Bytes.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Returns the first message that waits.
    pub(crate) fn waiting(&self) -> Option<&Message> {
        self.entries.get(self.placed).map(|entry| &entry.message)
    }

    /// Notes that the first message that waits is in the outbox, behind so many bytes.
    pub(crate) fn place(&mut self, start: u64) {
        if let Some(entry) = self.entries.get_mut(self.placed) {
            entry.start = start;
            self.placed += 1;
        }
    }

    /// Returns whether something is placed that no ping has gone out behind, and no ping is on its way.
    pub(crate) fn wants_ping(&self) -> bool {
        self.placed > 0 && self.pinged.is_none()
    }

    /// Notes that a ping has gone out behind everything that is placed.
    pub(crate) fn pinged(&mut self) {
        self.pinged = Some(self.placed);
    }

    /// Notes that the ping was answered: everything in front of it has arrived.
    pub(crate) fn arrived(&mut self) {
        let count = self.pinged.take().unwrap_or_default();
        self.placed -= count;
        self.remove_first(count);
    }

    /// Notes that the connection is lost, whose socket has taken so many bytes. What is in doubt waits again, if it is to be sent
    /// again; otherwise it is returned.
    pub(crate) fn lost(&mut self, sent: u64, resend: bool) -> Vec<Message> {
        let placed = std::mem::take(&mut self.placed);
        self.pinged = None;
        if resend {
            return Vec::new();
        }
        let in_doubt = self.entries.iter().take(placed).take_while(|entry| entry.start < sent).count();
        self.remove_first(in_doubt)
    }

    /// Returns the requests whose messages are still there.
    pub(crate) fn requests(&self) -> HashSet<RequestId> {
        self.entries.iter().filter_map(|entry| entry.request).collect()
    }

    /// Takes a request back, unless it is placed.
    pub(crate) fn withdraw(&mut self, request: RequestId) {
        let waiting = self.entries.iter().skip(self.placed).position(|entry| entry.request == Some(request));
        if let Some(entry) = waiting.and_then(|index| self.entries.remove(self.placed + index)) {
            self.size -= size(&entry.message);
        }
    }

    /// Takes everything that is there.
    pub(crate) fn clear(&mut self) -> Vec<Message> {
        (self.placed, self.pinged) = (0, None);
        self.remove_first(self.entries.len())
    }

    fn remove_first(&mut self, count: usize) -> Vec<Message> {
        let removed: Vec<Message> = self.entries.drain(..count).map(|entry| entry.message).collect();
        self.size -= removed.iter().map(size).sum::<usize>();
        removed
    }
}

fn size(message: &Message) -> usize {
    message.as_bytes().len() + OVERHEAD
}

/// What an entry costs beside the bytes of its message.
const OVERHEAD: usize = size_of::<Entry>();

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(texts: &[&str]) -> Journal {
        let mut journal = Journal::default();
        for text in texts {
            journal.push(Message::text(*text), None);
        }
        journal
    }

    fn texts(messages: &[Message]) -> Vec<&str> {
        messages.iter().filter_map(Message::as_text).collect()
    }

    #[test]
    fn what_no_byte_was_sent_of_waits_again() {
        let mut journal = journal(&["a", "b", "c", "d"]);
        for start in [0, 10, 20] {
            journal.place(start);
        }
        assert_eq!(journal.waiting(), Some(&Message::text("d")));
        assert_eq!(texts(&journal.lost(11, false)), ["a", "b"]);
        assert_eq!(journal.waiting(), Some(&Message::text("c")));
        assert_eq!(texts(&journal.clear()), ["c", "d"]);
        assert_eq!(journal.size(), 0);
    }

    #[test]
    fn a_message_that_begins_where_the_socket_stopped_was_not_sent() {
        let mut journal = journal(&["a", "b"]);
        journal.place(0);
        journal.place(10);
        assert_eq!(texts(&journal.lost(10, false)), ["a"]);
        assert_eq!(texts(&journal.clear()), ["b"]);
    }

    #[test]
    fn what_is_in_doubt_waits_in_its_place_if_it_is_to_be_sent_again() {
        let mut journal = journal(&["a", "b", "c"]);
        journal.place(0);
        journal.place(10);
        assert!(journal.lost(15, true).is_empty());
        assert_eq!(journal.waiting(), Some(&Message::text("a")));
        assert_eq!(texts(&journal.clear()), ["a", "b", "c"]);
    }

    #[test]
    fn a_pong_says_what_has_arrived() {
        let mut journal = journal(&["a", "b", "c"]);
        assert!(!journal.wants_ping());
        journal.place(0);
        journal.place(10);
        assert!(journal.wants_ping());
        journal.pinged();
        journal.place(30);
        assert!(!journal.wants_ping());
        journal.arrived();
        assert!(journal.wants_ping());
        assert_eq!(texts(&journal.lost(31, false)), ["c"]);
        assert_eq!(journal.size(), 0);
    }

    #[test]
    fn a_ping_of_a_lost_connection_says_nothing() {
        let mut journal = journal(&["a", "b"]);
        journal.place(0);
        journal.pinged();
        assert!(journal.lost(5, true).is_empty());
        journal.arrived();
        assert_eq!(texts(&journal.clear()), ["a", "b"]);
    }

    #[test]
    fn a_large_message_fits_when_it_is_alone() {
        let mut journal = Journal::default();
        assert!(journal.has_room(1000, 500));
        journal.push(Message::text("a"), None);
        assert!(!journal.has_room(1000, 500));
        assert!(journal.has_room(100, 500));
    }

    #[test]
    fn a_request_is_withdrawn_while_it_waits() {
        let mut journal = Journal::default();
        let [first, second] = [RequestId::new(1), RequestId::new(2)];
        journal.push(Message::text("a"), Some(first));
        journal.push(Message::text("b"), Some(second));
        journal.place(0);
        journal.withdraw(first);
        journal.withdraw(second);
        assert_eq!(journal.requests(), HashSet::from([first]));
        assert_eq!(texts(&journal.clear()), ["a"]);
        assert_eq!(journal.size(), 0);
    }
}
