//! `remote` and `upgrade` where no block takes them away.

use proc_macro2::TokenStream;
use quote::quote;

use crate::diag::{self, Diagnostics};
use crate::marker::Marker;
use crate::message;

/// Leaves the item as it is and explains where the marker belongs.
pub(crate) fn expand(marker: Marker, item: &TokenStream) -> TokenStream {
    let mut diags = Diagnostics::new();
    diags.report_at(diag::attribute_span(item), message::stray_marker(marker));
    let errors = diags.finish().err();
    quote!(#item #errors)
}
