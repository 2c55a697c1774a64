//! Methods that not everybody may call.

use crate::caller::Caller;
use crate::error::Error;
use crate::service::Failure;

/// Checks that whoever is at the other end has one of these scopes; nobody has where there are no rules.
///
/// # Errors
/// The message does not reach its callback.
pub fn permit(caller: &Caller, scopes: &'static [&'static str]) -> Result<(), Failure> {
    let identity = caller.identity();
    let is_permitted = identity.is_some_and(|identity| scopes.iter().any(|scope| identity.has_scope(scope)));
    if is_permitted { Ok(()) } else { Err(Failure::rejected(Error::Forbidden { scopes })) }
}
