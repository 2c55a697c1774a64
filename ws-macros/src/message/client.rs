//! What a client does not have.

use super::Lines as _;

/// A client takes only the keys that are about its callbacks.
pub(crate) fn key_of_service(key: &str, instead: &str) -> String {
    format!("the `client` attribute cannot have the key `{key}`").help(instead)
}

/// A client answers no upgrade requests.
pub(crate) fn upgrade_in_client() -> String {
    "a client cannot have an `upgrade` function"
        .to_owned()
        .help("make it an ordinary function, and call it where the client is made")
        .note("it would answer requests, and a client receives none")
}

/// A client does not know what its server is allowed to do.
pub(crate) fn scopes_in_client() -> String {
    "a callback of a client cannot ask for `scopes`".to_owned().help("leave them out").note("a server has no identity")
}
