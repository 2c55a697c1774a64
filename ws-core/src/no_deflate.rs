//! What stands for [`deflate`](https://docs.rs/ws-core) without the feature of that name: types that have no value, so that nothing
//! is compressed and the compiler leaves out what would be needed for it.

use crate::error::ProtocolError;

/// Never made.
#[derive(Debug)]
pub enum Inflation {}

impl Inflation {
    /// Is never called.
    ///
    /// # Errors
    /// None.
    pub fn inflate(&mut self, _: &[u8], _: &mut Vec<u8>, _: usize) -> Result<(), ProtocolError> {
        match *self {}
    }
}

/// Never made.
#[derive(Debug)]
pub enum Deflation {}

impl Deflation {
    /// Is never called.
    pub fn deflate(&mut self, _: &[u8], _: &mut Vec<u8>) -> bool {
        match *self {}
    }
}
