//! Lints of clippy about what the framework asks of a signature.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{ReturnType, Type, Visibility};

use crate::item::RawMethod;
use crate::marker::Marker;
use crate::types;

/// `#[allow(clippy::unused_async, clippy::unused_self)]`, with what clippy can find in the signature of a callback or of the upgrade
/// function: the user did not choose it, and cannot change it. Nothing where there is nothing to find.
pub(crate) fn allow(method: &RawMethod) -> Option<TokenStream> {
    let is_callback = method.is_marked(Marker::Remote);
    let is_upgrade = method.is_marked(Marker::Upgrade);
    if !is_callback && !is_upgrade {
        return None;
    }
    let is_async = method.signature.asyncness.is_some();
    let types: Vec<&Type> = method.arguments().map(|argument| &*argument.ty).collect();
    let has_output = matches!(method.signature.output, ReturnType::Type(..));
    let lints = [
        (is_upgrade && types.iter().any(|ty| is_reference_to(ty, &["Box"]))).then(|| quote!(clippy::borrowed_box)),
        (types.iter().filter(|ty| types::is_named(ty, "bool")).count() > MANY_BOOLS)
            .then(|| quote!(clippy::fn_params_excessive_bools)),
        (!matches!(method.visibility(), Visibility::Inherited) && has_output)
            .then(|| quote!(clippy::must_use_candidate)),
        types.iter().any(|ty| is_taken(ty)).then(|| quote!(clippy::needless_pass_by_value)),
        (is_upgrade && types.iter().any(|ty| is_reference_to(ty, &["PathBuf", "String", "Vec"])))
            .then(|| quote!(clippy::ptr_arg)),
        (types.len() > MANY).then(|| quote!(clippy::too_many_arguments)),
        (is_upgrade && !is_async && types.iter().any(|ty| types::reference(ty).is_some()))
            .then(|| quote!(clippy::trivially_copy_pass_by_ref)),
        (is_async && !awaits(method.body())).then(|| quote!(clippy::unused_async)),
        (is_callback && !mentions(method.body(), "self")).then(|| quote!(clippy::unused_self)),
    ];
    let lints: Vec<_> = lints.iter().flatten().collect();
    (!lints.is_empty()).then(|| quote!(#[allow(#(#lints),*)]))
}

/// Returns whether an argument may be one that need not be taken by value: no reference, and nothing that is copied.
fn is_taken(ty: &Type) -> bool {
    types::reference(ty).is_none() && !COPIED.iter().any(|name| types::is_named(ty, name))
}

/// Returns whether a type is a reference to one of these: the state is taken so, whatever it is.
fn is_reference_to(ty: &Type, names: &[&str]) -> bool {
    types::reference(ty).is_some() && names.iter().any(|name| types::is_named(ty, name))
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Literal(_) | TokenTree::Punct(_) => false,
    })
}

/// Returns whether a body waits itself: what stands in an `async` block or closure waits elsewhere.
fn awaits(tokens: TokenStream) -> bool {
    let mut is_elsewhere = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => !std::mem::take(&mut is_elsewhere) && awaits(group.stream()),
        TokenTree::Ident(ident) => {
            is_elsewhere |= ident == "async";
            ident == "await"
        }
        TokenTree::Literal(_) | TokenTree::Punct(_) => false,
    })
}

/// Of more arguments than these, clippy complains.
const MANY: usize = 7;

/// Of more arguments that are `bool`, too.
const MANY_BOOLS: usize = 3;

const COPIED: [&str; 16] = [
    "CloseCode",
    "bool",
    "char",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_of_the_body_itself_count() {
        let table = [
            ("{ self.hub.join().await }", true),
            ("{ if x { y(z.await) } }", true),
            ("{ spawn(async move { x.await }) }", false),
            ("{ spawn(async { x.await }); y.await }", true),
            ("{ \"await\" }", false),
        ];
        for (body, expected) in table {
            assert_eq!(awaits(body.parse().unwrap()), expected, "{body}");
        }
    }
}
