//! The `impl` block itself.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{GenericParam, Lifetime};
use ws_core::callback::Callback;

use crate::diag::{self, Diagnostics};
use crate::item::{RawImpl, RawMethod};
use crate::marker::Marker;
use crate::message;
use crate::types;

pub(super) fn check(block: &RawImpl, has_path: bool, diags: &mut Diagnostics) {
    if !has_path {
        diags.report_at(diag::attribute_span(&block.header.to_token_stream()), message::missing_path());
    }
    if let Some(attr) = block.header.attrs.iter().find(|attr| Marker::Service.is(attr)) {
        diags.report(attr, message::duplicate_attribute(Marker::Service.name()));
    }
    if let Some((implemented, _)) = &block.header.trait_ {
        diags.report(implemented, message::trait_impl(&types::name(block.self_ty())));
        return;
    }
    check_lifetimes(block, diags);
    if !block.methods().any(|method| method.is_marked(Marker::Remote)) {
        check_has_callback(block, diags);
    }
}

/// Returns whether the compiler explains a mistake of the block itself, and would explain each use in the expansion too.
pub(super) fn is_for_the_compiler(block: &RawImpl) -> bool {
    has_duplicate_names(block) || has_unsized_arguments(block)
}

fn has_unsized_arguments(block: &RawImpl) -> bool {
    let is_ours = |method: &&RawMethod| method.is_marked(Marker::Remote) || method.is_marked(Marker::Upgrade);
    let mut arguments = block.methods().filter(is_ours).flat_map(RawMethod::arguments);
    arguments.any(|argument| types::is_unsized(&argument.ty))
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

/// Reports the first lifetime: the declared one, or one that stands in the type.
fn check_lifetimes(block: &RawImpl, diags: &mut Diagnostics) {
    let declared = block.header.generics.params.iter().find_map(|parameter| match parameter {
        GenericParam::Lifetime(parameter) => Some(parameter.lifetime.clone()),
        _ => None,
    });
    let lifetime = declared.or_else(|| find_lifetime(block.self_ty().to_token_stream()));
    if let Some(lifetime) = lifetime {
        diags.report(&lifetime, message::lifetime_of_service(&lifetime));
    }
}

fn find_lifetime(tokens: TokenStream) -> Option<Lifetime> {
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(quote) if quote.as_char() == '\'' => {
                let TokenTree::Ident(ident) = tokens.next()? else { continue };
                if ident != "static" {
                    return Some(Lifetime { apostrophe: quote.span(), ident });
                }
            }
            TokenTree::Group(group) => {
                let inner = find_lifetime(group.stream());
                if inner.is_some() {
                    return inner;
                }
            }
            _ => {}
        }
    }
    None
}

/// Reports a service without callback, and the method that looks like one.
fn check_has_callback(block: &RawImpl, diags: &mut Diagnostics) {
    let mut names = block.methods().map(|method| method.signature.ident.unraw().to_string());
    let unmarked = names.find(|name| Callback::from_name(name).is_some());
    let service = block.self_ty();
    diags.report(service, message::no_callback(&types::name(service), unmarked.as_deref()));
}
