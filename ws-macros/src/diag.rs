//! The mistakes found so far.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Error;

/// Collects mistakes, so that one build reports all of them.
///
/// Must be [finished](Self::finish): mistakes that are dropped would let a wrong service through.
#[derive(Debug)]
pub(crate) struct Diagnostics {
    // `None` once finished.
    errors: Option<Vec<Error>>,
}

impl Diagnostics {
    pub(crate) const fn new() -> Self {
        Self { errors: Some(Vec::new()) }
    }

    /// Reports a mistake that all of these tokens are part of.
    pub(crate) fn report(&mut self, tokens: impl ToTokens, message: String) {
        self.push(Error::new_spanned(tokens, message));
    }

    /// Reports a mistake at one place.
    pub(crate) fn report_at(&mut self, span: Span, message: String) {
        self.push(Error::new(span, message));
    }

    /// Passes on what a parser found.
    pub(crate) fn push(&mut self, error: Error) {
        self.errors.get_or_insert_default().push(error);
    }

    /// Returns the reported mistakes as tokens that the compiler shows, in the order of the source.
    pub(crate) fn finish(mut self) -> Result<(), TokenStream> {
        let mut errors = self.errors.take().unwrap_or_default();
        if errors.is_empty() {
            return Ok(());
        }
        errors.sort_by_key(|error| position(error.span()));
        let errors = errors.iter().map(Error::to_compile_error);
        Err(quote!(#(#errors)*))
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        // A second panic would abort the compiler and hide the first.
        let is_finished = self.errors.is_none() || std::thread::panicking();
        assert!(is_finished, "diagnostics were dropped before they were finished");
    }
}

/// The place of the attribute itself, for what is wrong with no token of the user.
///
/// The user's hygiene keeps the compiler from adding that the error originates in a macro.
pub(crate) fn attribute_span(item: &TokenStream) -> Span {
    let call_site = Span::call_site();
    item.clone().into_iter().next().map_or(call_site, |token| call_site.resolved_at(token.span()))
}

/// Returns line and column. Only the compiler knows them.
fn position(span: Span) -> (usize, usize) {
    if !proc_macro::is_available() {
        return (0, 0);
    }
    let span = span.unwrap();
    (span.line(), span.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "dropped before they were finished")]
    fn unfinished_diagnostics_panic() {
        drop(Diagnostics::new());
    }

    #[test]
    #[should_panic(expected = "the first panic")]
    fn unfinished_diagnostics_do_not_hide_a_panic() {
        let _diags = Diagnostics::new();
        panic!("the first panic");
    }

    #[test]
    fn every_mistake_is_kept() {
        let mut diags = Diagnostics::new();
        diags.report(quote!(a), "first".to_owned());
        diags.report_at(Span::call_site(), "second".to_owned());
        let errors = diags.finish().unwrap_err().to_string();
        assert!(errors.contains("first") && errors.contains("second"), "{errors}");
        assert!(Diagnostics::new().finish().is_ok());
    }
}
