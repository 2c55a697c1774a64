//! The way of a service through the macro: parse, check, expand.

use proc_macro2::TokenStream;

use crate::args::RawArgs;
use crate::check;
use crate::diag::Diagnostics;
use crate::expand;
use crate::item::RawItem;

/// Expands the `service` attribute.
///
/// Whatever is wrong, the user's own item is part of the output, so that its methods stay usable in an editor.
pub(crate) fn service(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diags = Diagnostics::new();
    let args = RawArgs::parse(args, &mut diags);
    let item = RawItem::parse(item, &mut diags);
    let service = check::service(&args, &item, &mut diags);
    match (service, diags.finish()) {
        (Some(service), Ok(())) => expand::service(&service),
        (_, outcome) => expand::fallback(&args, &item, outcome.err().as_ref()),
    }
}
