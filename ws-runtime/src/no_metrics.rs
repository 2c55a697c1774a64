//! What stands for `metrics` without the feature of that name: nothing is counted, and nothing is kept for it.

use http::StatusCode;
use ws_core::dispatch::Route;
use ws_core::opcode::Opcode;

use crate::labels::{Callback, ErrorKind, Outcome};

pub(crate) const IS_ON: bool = false;

#[derive(Clone, Debug)]
pub(crate) struct Metrics {}

#[derive(Debug)]
pub(crate) struct Open;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Timer;

#[derive(Debug, Default)]
pub(crate) struct Backlog {}

pub(crate) fn count_request(_: Option<&'static str>, _: StatusCode) {}

#[expect(clippy::unused_self, reason = "as with the feature")]
impl Metrics {
    pub(crate) fn new(_: &'static str, _: &'static [Route]) -> Self {
        Self {}
    }

    pub(crate) fn open(&self) -> Open {
        Open
    }

    pub(crate) fn closed(&self, _: Outcome) {}

    #[inline]
    pub(crate) fn received(&self, _: Opcode, _: usize) {}

    #[inline]
    pub(crate) fn sent(&self, _: Opcode, _: usize) {}

    pub(crate) fn failed(&self, _: ErrorKind) {}

    #[inline]
    pub(crate) fn called(&self, _: Timer) {}

    #[inline]
    pub(crate) fn queued(&self, _: &mut Backlog, _: usize) {}
}

impl Timer {
    #[inline]
    pub(crate) fn start(_: Callback) -> Self {
        Self
    }
}
