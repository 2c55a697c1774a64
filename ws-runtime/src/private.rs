//! What generated code names, and nothing else does. No part of the public interface: it changes without notice.

pub use std::marker::Send as Sendable;

pub use ws_core::dispatch::Route;

pub use crate::caller::Caller;
pub use crate::kind::Kind;
#[cfg(feature = "deflate")]
pub use crate::service::CompressionChoice;
#[cfg(feature = "client")]
pub use crate::service::Handler;
pub use crate::service::{
    AuthChoice, BytesPayload, Data, DefaultService, Descriptor, Event, Failure, FromError, FromReason, FromState,
    FromStatus, Handled, NoReply, OriginsChoice, Outcome, Payload, PongReply, Reply, Seconds, SendFuture, Service,
    Settings, Size, Source, State as Shareable, Target, TextPayload, UpgradeReply, UpgradeResult, answer, each, hand,
    permit, stages,
};
pub use crate::upgrade::{FromSegment, FromValues, UpgradeRequest};
pub use crate::{
    __accept as accept, __ended as ended, __payload as payload, __pong as pong, __reply as reply,
    __returned as returned, __unvalidated as unvalidated,
};

/// Says that a service has no callback for an event.
///
/// # Errors
/// None.
pub const fn unhandled() -> Outcome {
    Ok(Handled::Unhandled)
}
