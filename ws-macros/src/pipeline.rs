//! The way of a service, or of a client, through the macro: parse, check, expand.

use proc_macro2::TokenStream;

use crate::args::RawArgs;
use crate::check;
use crate::diag::Diagnostics;
use crate::expand;
use crate::item::RawItem;
use crate::side::Side;

/// Expands the attribute `service` or `client`.
///
/// Whatever is wrong, the user's own item is part of the output, so that its methods stay usable in an editor.
pub(crate) fn expand(side: Side, args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diags = Diagnostics::new();
    let args = RawArgs::parse(side, args, &mut diags);
    let item = RawItem::parse(side, item, &mut diags);
    let endpoint = check::endpoint(&args, &item, &mut diags);
    match (endpoint, diags.finish()) {
        (Some(endpoint), Ok(())) => expand::endpoint(&endpoint),
        (_, outcome) => expand::fallback(&args, &item, outcome.err().as_ref()),
    }
}
