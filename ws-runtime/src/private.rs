//! What generated code names, and nothing else does. No part of the public interface: it changes without notice.

pub use std::option::Option::{None, Some};
pub use std::result::Result::{Err, Ok};

pub use ws_core::dispatch::Route;

pub use crate::caller::Caller;
pub use crate::kind::Kind;
pub use crate::service::{
    AcceptValue, BindJson, BindRaw, BytesPayload, CheckPayload, Data, Descriptor, Event, Failure, Handled, KeepOption,
    KeepPayload, KeepValue, NoReply, Outcome, Payload, PongReply, Reply, SendJson, SendPong, SendStream, SendValue,
    Service, Settings, Source, Target, TextPayload, Unbindable, UnfitAccept, UnpackResult, Unsendable, UpgradeReply,
    UpgradeResult, WrapOption,
};
pub use crate::upgrade::extract::{
    ExtractMany, ExtractOne, ExtractOptional, ExtractSegment, Place, Unfit as UnfitArgument,
};
pub use crate::upgrade::{FromSegment, FromValues, UpgradeRequest};
pub use crate::{
    __accept as accept, __ended as ended, __header as header, __path as path, __payload as payload, __pong as pong,
    __query as query, __reply as reply, __unvalidated as unvalidated,
};

/// Says that a service has no callback for an event.
///
/// # Errors
/// None.
pub const fn unhandled() -> Outcome {
    Ok(Handled::Unhandled)
}
