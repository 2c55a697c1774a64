//! The path of a service.

use syn::LitStr;
use ws_core::path::Template;

use crate::diag::Diagnostics;
use crate::message;

/// A valid path.
pub(super) struct Path<'a> {
    pub(super) literal: &'a LitStr,
    pub(super) text: String,
    /// The names of the parameters, from left to right.
    pub(super) parameters: Vec<String>,
}

pub(super) fn check<'a>(literal: &'a LitStr, diags: &mut Diagnostics) -> Option<Path<'a>> {
    let text = literal.value();
    match Template::parse(&text) {
        Ok(template) => {
            let parameters = template.parameters().map(str::to_owned).collect();
            Some(Path { literal, text, parameters })
        }
        Err(error) => {
            diags.report(literal, message::invalid_path(&text, &error));
            None
        }
    }
}
