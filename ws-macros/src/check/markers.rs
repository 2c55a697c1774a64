//! Where our attributes stand, and in which company.

use syn::Attribute;
use syn::ext::IdentExt as _;

use crate::diag::Diagnostics;
use crate::item::{RawImpl, RawMember, RawMethod};
use crate::marker::Marker;
use crate::message;
use crate::side::Side;

pub(super) fn check(block: &RawImpl, side: Side, diags: &mut Diagnostics) {
    for attr in &block.header.attrs {
        report_hidden(&Marker::ON_BLOCKS, attr, diags);
    }
    for member in &block.members {
        match member {
            RawMember::Method(method) => check_method(method, side, diags),
            RawMember::Other { attrs, .. } => check_other(attrs, diags),
        }
    }
}

fn check_method(method: &RawMethod, side: Side, diags: &mut Diagnostics) {
    let mut found: Vec<Marker> = Vec::new();
    for attr in &method.attrs {
        for marker in Marker::ON_METHODS {
            if marker.is_hidden_in(attr) {
                diags.report(attr, message::marker_in_cfg_attr(marker));
            }
            if !marker.is(attr) {
                continue;
            }
            if found.contains(&marker) {
                diags.report(attr, message::duplicate_attribute(marker.name()));
            } else if let Some(&earlier) = found.first() {
                diags.report(attr, message::attributes_exclude(marker, earlier));
            }
            found.push(marker);
        }
    }
    for attr in method.arguments().flat_map(|argument| &argument.attrs) {
        report_hidden(&Marker::ON_ARGUMENTS, attr, diags);
    }
    if !method.is_marked(Marker::Upgrade) {
        check_extractors(method, side, diags);
    }
}

fn report_hidden(markers: &[Marker], attr: &Attribute, diags: &mut Diagnostics) {
    for marker in markers.iter().filter(|marker| marker.is_hidden_in(attr)) {
        diags.report(attr, message::marker_in_cfg_attr(*marker));
    }
}

/// Reports the markers of upgrade arguments on another method.
fn check_extractors(method: &RawMethod, side: Side, diags: &mut Diagnostics) {
    let is_unmarked_upgrade = side == Side::Service && method.receiver().is_none() && !method.is_marked(Marker::Remote);
    let function = is_unmarked_upgrade.then(|| method.signature.ident.unraw().to_string());
    for attr in method.arguments().flat_map(|argument| &argument.attrs) {
        for marker in Marker::ON_ARGUMENTS {
            if marker.is(attr) {
                diags.report(attr, message::extractor_outside_upgrade(marker, function.as_deref()));
            }
        }
    }
}

fn check_other(attrs: &[Attribute], diags: &mut Diagnostics) {
    for attr in attrs {
        for marker in Marker::ON_METHODS {
            if marker.is(attr) || marker.is_hidden_in(attr) {
                diags.report(attr, message::marker_on_non_method(marker));
            }
        }
    }
}
