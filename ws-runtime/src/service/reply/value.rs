//! Values that go out as they are.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use ws_core::close::CloseFrame;

use crate::caller::outbox::Outgoing;
use crate::message::Message;
use crate::prepared::Prepared;
use crate::service::reply::{Reply, Target};
use crate::service::{Handled, Outcome};

// `do_not_recommend` on each: an error says what the trait says, and lists nothing of ours.

#[diagnostic::do_not_recommend]
impl Reply for () {
    fn send(self, _: Target<'_>) -> Outcome {
        Ok(Handled::Done)
    }
}

macro_rules! impl_replies {
    ($([$($generics:tt)*] $value:ty => |$this:ident, $target:ident| $send:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> Reply for $value {
            #[inline]
            fn send(self, $target: Target<'_>) -> Outcome {
                let $this = self;
                $send;
                Ok(Handled::Done)
            }
        }
    )*};
}

impl_replies! {
    [] &str => |text, target| target.push_text(text);
    [] &&str => |text, target| target.push_text(text);
    [] &mut str => |text, target| target.push_text(text);
    [] &mut String => |text, target| target.push_text(text);
    [] &String => |text, target| target.push_text(text);
    [] &Box<str> => |text, target| target.push_text(text);
    [] &Arc<str> => |text, target| target.push_text(text);
    [] &Cow<'_, str> => |text, target| target.push_text(text);
    [] String => |text, target| target.push_text(&text);
    [] Box<str> => |text, target| target.push_text(&text);
    [] Arc<str> => |text, target| target.push_text(&text);
    [] Cow<'_, str> => |text, target| target.push_text(&text);
    [] &[u8] => |data, target| target.push_bytes(data);
    [] &&[u8] => |data, target| target.push_bytes(data);
    [] &mut [u8] => |data, target| target.push_bytes(data);
    [] &mut Vec<u8> => |data, target| target.push_bytes(data);
    [] &Vec<u8> => |data, target| target.push_bytes(data);
    [] &Box<[u8]> => |data, target| target.push_bytes(data);
    [] &Arc<[u8]> => |data, target| target.push_bytes(data);
    [] &Bytes => |data, target| target.push_bytes(data);
    [] &Cow<'_, [u8]> => |data, target| target.push_bytes(data);
    [] Vec<u8> => |data, target| target.push_bytes(&data);
    [] Box<[u8]> => |data, target| target.push_bytes(&data);
    [] Arc<[u8]> => |data, target| target.push_bytes(&data);
    [] BytesMut => |data, target| target.push_bytes(&data);
    [] Bytes => |data, target| target.push_bytes(&data);
    [] Cow<'_, [u8]> => |data, target| target.push_bytes(&data);
    [const N: usize] [u8; N] => |data, target| target.push_bytes(&data);
    [const N: usize] &[u8; N] => |data, target| target.push_bytes(data);
    [] &Message => |message, target| target.push_message(message);
    [] Message => |message, target| target.push_message(&message);
    [] Prepared => |prepared, target| target.push(Outgoing::Prepared(&prepared));
    [] &Prepared => |prepared, target| target.push(Outgoing::Prepared(prepared));
    [] CloseFrame => |frame, target| target.caller.start_close(&frame);
}
