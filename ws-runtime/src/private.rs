//! What generated code names, and nothing else does. No part of the public interface: it changes without notice.

pub use std::option::Option::{None, Some};
pub use std::result::Result::{Err, Ok};

pub use ws_core::dispatch::Route;

pub use crate::caller::Caller;
pub use crate::kind::Kind;
pub use crate::service::{
    AcceptValue, BindRaw, Data, Descriptor, Event, Failure, Handled, KeepOption, KeepValue, Outcome, SendPong,
    SendValue, Service, Settings, Source, UnfitAccept, UnfitPayload, UnfitReply, UnpackResult, UpgradeResult,
    WrapOption,
};
pub use crate::upgrade::UpgradeRequest;
pub use crate::upgrade::extract::{
    ExtractMany, ExtractOne, ExtractOptional, ExtractSegment, Place, Unfit as UnfitArgument,
};
pub use crate::{
    __accept as accept, __ended as ended, __header as header, __path as path, __payload as payload, __pong as pong,
    __query as query, __reply as reply,
};

/// Says that a service has no callback for an event.
///
/// # Errors
/// None.
pub const fn unhandled() -> Outcome {
    Ok(Handled::Unhandled)
}
