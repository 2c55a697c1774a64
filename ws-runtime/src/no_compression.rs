//! What stands for `compression` without the feature `deflate`: nothing is negotiated.

use http::HeaderMap;
use ws_core::deflate::Inflation;
#[cfg(feature = "client")]
use ws_core::extension::InvalidAnswer;

/// The only choice: none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Compression {}

/// Never made.
#[derive(Debug)]
pub(crate) struct Negotiated {
    pub(crate) inflation: Inflation,
    pub(crate) compressor: Compressor,
    pub(crate) answer: String,
}

/// Never made.
#[derive(Debug)]
pub(crate) enum Compressor {}

impl Compression {
    #[expect(clippy::unused_self, clippy::trivially_copy_pass_by_ref, reason = "as with the feature")]
    pub(crate) fn mistake(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    #[expect(clippy::unused_self, clippy::trivially_copy_pass_by_ref, reason = "as with the feature")]
    pub(crate) fn negotiate(&self, _: &HeaderMap) -> Option<Negotiated> {
        None
    }

    #[cfg(feature = "client")]
    #[expect(clippy::unused_self, clippy::trivially_copy_pass_by_ref, reason = "as with the feature")]
    pub(crate) fn offer(&self) -> Option<String> {
        None
    }

    #[cfg(feature = "client")]
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "as with the feature"
    )]
    pub(crate) fn accept(&self, _: &mut HeaderMap) -> Result<Option<Negotiated>, InvalidAnswer> {
        Ok(None)
    }
}

impl Compressor {
    pub(crate) fn compress(&mut self, _: &[u8], _: &mut Vec<u8>) -> bool {
        match *self {}
    }
    pub(crate) fn recipe(&self) -> Option<Recipe> {
        match *self {}
    }
}

/// How a message is coded: as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recipe {
    Plain,
}

impl Recipe {
    #[expect(clippy::unused_self, clippy::trivially_copy_pass_by_ref, reason = "as with the feature")]
    pub(crate) fn compress(&self, _: &[u8], _: &mut Vec<u8>) -> bool {
        false
    }
}
