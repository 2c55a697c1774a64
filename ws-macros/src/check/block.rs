//! The `impl` block itself.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{Attribute, GenericParam, Lifetime, PatType, ReturnType, Type};
use ws_core::callback::Callback;

use super::sources;
use crate::args::RawArgs;
use crate::diag::{self, Diagnostics};
use crate::elide;
use crate::item::{RawImpl, RawMethod};
use crate::key::Key;
use crate::marker::Marker;
use crate::message;
use crate::side::Side;
use crate::suggest;
use crate::types;

pub(super) fn check(block: &RawImpl, args: &RawArgs, diags: &mut Diagnostics) {
    let side = args.side;
    if side == Side::Service && !args.has(Key::Path) {
        diags.report_at(diag::attribute_span(&block.header.to_token_stream()), message::missing_path());
    }
    check_other_attributes(block, side, diags);
    if let Some((implemented, _)) = &block.header.trait_ {
        diags.report(implemented, message::trait_impl(side, &types::name(block.self_ty())));
        return;
    }
    if !matches!(types::peel(block.self_ty()), Type::Path(_)) {
        diags.report(block.self_ty(), message::service_of_another_kind(side));
        return;
    }
    check_lifetimes(block, side, diags);
    if block.has_unread_callback() || block.methods().any(has_misspelt_marker) {
        return;
    }
    if !block.methods().any(|method| method.is_marked(Marker::Remote)) {
        check_has_callback(block, side, diags);
    }
}

/// A block has one attribute of ours.
fn check_other_attributes(block: &RawImpl, side: Side, diags: &mut Diagnostics) {
    let this = side.marker();
    let found = |attr: &Attribute| Marker::ON_BLOCKS.into_iter().find(|marker| marker.is(attr));
    if let Some((attr, marker)) = block.header.attrs.iter().find_map(|attr| Some((attr, found(attr)?))) {
        let text = if marker == this {
            message::duplicate_attribute(marker.name())
        } else {
            message::attributes_exclude(marker, this)
        };
        diags.report(attr, text);
    }
}

/// Returns whether the compiler explains a mistake of the block itself, and would explain each use in the expansion too.
pub(super) fn is_for_the_compiler(block: &RawImpl) -> bool {
    let is_ours = |method: &&RawMethod| method.is_marked(Marker::Remote) || method.is_marked(Marker::Upgrade);
    has_duplicate_names(block) || block.methods().filter(is_ours).any(has_impossible_argument)
}

/// An argument without a size, a type that is left out, or an attribute that does not exist.
fn has_impossible_argument(method: &RawMethod) -> bool {
    let is_left_out = |ty: &Type| matches!(types::peel(ty), Type::Infer(_));
    let is_impossible = |argument: &PatType| {
        types::is_unsized(&argument.ty) || is_left_out(&argument.ty) || sources::has_misspelt_marker(argument)
    };
    method.arguments().any(is_impossible)
        || matches!(&method.signature.output, ReturnType::Type(_, output) if is_left_out(output))
}

/// Returns whether two methods have one name, where no configuration chooses between them.
fn has_duplicate_names(block: &RawImpl) -> bool {
    let methods: Vec<_> = block.methods().collect();
    methods.iter().enumerate().any(|(index, later)| {
        methods[..index].iter().any(|earlier| {
            let is_chosen = !earlier.cfgs().is_empty() && !later.cfgs().is_empty();
            earlier.signature.ident == later.signature.ident && !is_chosen
        })
    })
}

/// The compiler explains an attribute that it does not know.
fn has_misspelt_marker(method: &RawMethod) -> bool {
    let mut names = method.attrs.iter().filter_map(|attr| attr.path().get_ident());
    names.any(|name| suggest::similar(&name.to_string(), Marker::ON_METHODS.map(Marker::name)).is_some())
}

/// Reports the first lifetime: the declared one, or one that stands in the type.
fn check_lifetimes(block: &RawImpl, side: Side, diags: &mut Diagnostics) {
    let declared = block.header.generics.params.iter().find_map(|parameter| match parameter {
        GenericParam::Lifetime(parameter) => Some(parameter.lifetime.clone()),
        _ => None,
    });
    let self_ty = block.self_ty().to_token_stream();
    let bound = elide::bound_lifetimes(self_ty.clone());
    if let Some(lifetime) = declared.or_else(|| find_lifetime(self_ty, &bound)) {
        diags.report(&lifetime, message::lifetime_of_service(side, &lifetime));
    } else if let Some(ampersand) = find_elided(block.self_ty().to_token_stream()) {
        diags.report(ampersand, message::lifetime_of_service(side, &"'_"));
    }
}

/// Finds the `&` of a reference without lifetime. In parentheses, those of a function type are its own.
fn find_elided(tokens: TokenStream) -> Option<TokenTree> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |index: usize, char| matches!(tokens.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == char);
    let elided = (0..tokens.len()).find(|&index| is(index, '&') && !is(index + 1, '\''));
    let in_group = || {
        tokens.iter().find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() != Delimiter::Parenthesis => find_elided(group.stream()),
            _ => None,
        })
    };
    elided.map(|index| tokens[index].clone()).or_else(in_group)
}

fn find_lifetime(tokens: TokenStream, bound: &[String]) -> Option<Lifetime> {
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(quote) if quote.as_char() == '\'' => {
                let TokenTree::Ident(ident) = tokens.next()? else { continue };
                if ident != "static" && !bound.iter().any(|bound| ident == bound) {
                    return Some(Lifetime { apostrophe: quote.span(), ident });
                }
            }
            TokenTree::Group(group) => {
                let inner = find_lifetime(group.stream(), bound);
                if inner.is_some() {
                    return inner;
                }
            }
            _ => {}
        }
    }
    None
}

/// Reports a block without callback, and the method that looks like one.
fn check_has_callback(block: &RawImpl, side: Side, diags: &mut Diagnostics) {
    let mut names = block.methods().map(|method| method.signature.ident.unraw().to_string());
    let unmarked = names.find(|name| Callback::from_name(name).is_some());
    let ty = block.self_ty();
    diags.report(ty, message::no_callback(side, &types::name(ty), unmarked.as_deref()));
}
