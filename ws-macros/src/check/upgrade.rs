//! The upgrade function and what it takes.

use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{Attribute, LitStr, Meta, Pat, PatType, Type};

use super::literal;
use super::path::Path;
use super::signature::{self, Noun};
use crate::diag::Diagnostics;
use crate::item::{RawImpl, RawMethod};
use crate::marker::Marker;
use crate::message;
use crate::model::{ArgumentSource, Upgrade, UpgradeArgument};
use crate::suggest;
use crate::types;

pub(super) fn check<'a>(
    block: &'a RawImpl,
    path: Option<&Path<'_>>,
    state: Option<&Type>,
    diags: &mut Diagnostics,
) -> Option<Upgrade<'a>> {
    let mut functions = block.methods().filter(|method| method.is_marked(Marker::Upgrade));
    let Some(method) = functions.next() else {
        check_path_without_upgrade(path, diags);
        return None;
    };
    let name = method.signature.ident.unraw().to_string();
    for second in functions {
        diags.report(&second.signature.ident, message::second_upgrade(&name));
    }
    check_function(method, &name, diags);
    let arguments =
        Arguments { function: &name, path, has_state: state.is_some(), found: Vec::new(), unmatched: Vec::new() };
    let arguments = arguments.check(method, diags);
    Some(Upgrade { function: signature::function(&method.signature), arguments })
}

fn check_path_without_upgrade(path: Option<&Path<'_>>, diags: &mut Diagnostics) {
    if let Some(path) = path
        && let Some(parameter) = path.parameters.first()
    {
        diags.report(path.literal, message::parameter_without_upgrade(parameter));
    }
}

fn check_function(method: &RawMethod, name: &str, diags: &mut Diagnostics) {
    for attr in method.markers(Marker::Upgrade).filter(|attr| !matches!(attr.meta, Meta::Path(_))) {
        diags.report(attr, message::takes_no_arguments(Marker::Upgrade));
    }
    if let Some(attr) = method.cfgs().first() {
        diags.report(attr, message::upgrade_with_cfg(name));
    }
    signature::check(Noun::Upgrade, &method.signature, diags);
    // A method that is also marked as a callback has one mistake, not two.
    if method.is_marked(Marker::Remote) {
        return;
    }
    if let Some(receiver) = method.receiver() {
        diags.report(receiver, message::upgrade_with_receiver(name));
    }
    if matches!(method.signature.output, syn::ReturnType::Default) {
        diags.report(&method.signature.ident, message::upgrade_without_service(name));
    }
}

/// The arguments, as far as they are checked.
struct Arguments<'a, 'cx> {
    function: &'cx str,
    path: Option<&'cx Path<'cx>>,
    has_state: bool,
    found: Vec<(UpgradeArgument<'a>, &'a PatType)>,
    /// Arguments that match nothing, and what they are called.
    unmatched: Vec<(&'a PatType, String)>,
}

impl<'a> Arguments<'a, '_> {
    fn check(mut self, method: &'a RawMethod, diags: &mut Diagnostics) -> Vec<UpgradeArgument<'a>> {
        for argument in method.arguments() {
            signature::check_argument(Noun::Upgrade, &method.signature, &argument.ty, diags);
            if let Some(source) = self.source(argument, diags) {
                self.found.push((UpgradeArgument { source, ty: &argument.ty }, argument));
            }
        }
        self.check_parameters(diags);
        self.found.into_iter().map(|(found, _)| found).collect()
    }

    /// Finds where an argument comes from: by its attribute, by its type, by its name, in this order.
    fn source(&mut self, argument: &'a PatType, diags: &mut Diagnostics) -> Option<ArgumentSource> {
        let mut markers =
            argument.attrs.iter().filter(|attr| Marker::ON_ARGUMENTS.iter().any(|marker| marker.is(attr)));
        if let Some(attr) = markers.next() {
            if let Some(second) = markers.next() {
                report_second_marker(attr, second, diags);
                return None;
            }
            return if Marker::Query.is(attr) {
                self.query(attr, argument, diags)
            } else {
                self.header(attr, argument, diags)
            };
        }
        if types::is_named(&argument.ty, "UpgradeRequest") {
            if !types::is_shared_reference_to(&argument.ty, "UpgradeRequest") {
                diags.report(&argument.ty, message::not_a_shared_reference("request", "UpgradeRequest"));
            }
            return Some(ArgumentSource::Request);
        }
        if types::is_named(&argument.ty, "Caller") {
            diags.report(argument, message::caller_in_upgrade(self.function));
            return None;
        }
        self.parameter_or_state(argument, diags)
    }

    fn parameter_or_state(&mut self, argument: &'a PatType, diags: &mut Diagnostics) -> Option<ArgumentSource> {
        let name = name_of(argument);
        if let Some(name) = &name
            && let Some(parameter) = self.parameter(name)
        {
            return Some(ArgumentSource::Path(parameter.to_owned()));
        }
        let shown = name.clone().unwrap_or_else(|| "_".to_owned());
        if let Some(reference) = types::reference(&argument.ty) {
            return self.state(argument, &shown, &reference.elem, diags);
        }
        match name {
            Some(name) => self.unmatched.push((argument, name)),
            None => diags.report(argument, message::argument_without_name(self.function)),
        }
        None
    }

    fn state(
        &self,
        argument: &PatType,
        name: &str,
        referent: &Type,
        diags: &mut Diagnostics,
    ) -> Option<ArgumentSource> {
        if !self.has_state {
            let referent = referent.to_token_stream().to_string();
            diags.report(argument, message::reference_without_state(name, self.function, &referent));
            return None;
        }
        if let Some((_, first)) = self.found.iter().find(|(found, _)| found.source == ArgumentSource::State) {
            let first = name_of(first).unwrap_or_else(|| "_".to_owned());
            diags.report(argument, message::state_twice(&first, self.function));
            return None;
        }
        Some(ArgumentSource::State)
    }

    /// Finds the path parameter of an argument. `_name` is the parameter `name` that the function does not use.
    fn parameter(&self, argument: &str) -> Option<&str> {
        let parameters = &self.path?.parameters;
        let find = |name: &str| parameters.iter().find(|parameter| *parameter == name).map(String::as_str);
        find(argument).or_else(|| find(argument.strip_prefix('_')?))
    }

    fn query(&self, attr: &Attribute, argument: &PatType, diags: &mut Diagnostics) -> Option<ArgumentSource> {
        if !matches!(attr.meta, Meta::Path(_)) {
            diags.report(attr, message::takes_no_arguments(Marker::Query));
            return None;
        }
        self.required_name(argument, diags).map(ArgumentSource::Query)
    }

    fn header(&self, attr: &Attribute, argument: &PatType, diags: &mut Diagnostics) -> Option<ArgumentSource> {
        if matches!(attr.meta, Meta::Path(_)) {
            let name = self.required_name(argument, diags)?;
            return Some(ArgumentSource::Header(name.replace('_', "-").to_ascii_lowercase()));
        }
        let Ok(literal) = attr.parse_args::<LitStr>() else {
            diags.report(attr, message::ill_typed_header());
            return None;
        };
        let name = literal.value();
        if !literal::is_token(&name) {
            diags.report(literal, message::invalid_header_name(&name));
            return None;
        }
        Some(ArgumentSource::Header(name.to_ascii_lowercase()))
    }

    fn required_name(&self, argument: &PatType, diags: &mut Diagnostics) -> Option<String> {
        let name = name_of(argument);
        if name.is_none() {
            diags.report(&argument.pat, message::argument_without_name(self.function));
        }
        name
    }

    /// Reports arguments without parameter and parameters without argument.
    ///
    /// An argument that matches nothing was meant for a parameter that nothing matches, so such a pair is one mistake.
    fn check_parameters(&self, diags: &mut Diagnostics) {
        let Some(path) = self.path else { return };
        let is_taken = |parameter: &&String| {
            self.found.iter().any(|(found, _)| found.source == ArgumentSource::Path((*parameter).clone()))
        };
        let mut missing: Vec<&str> =
            path.parameters.iter().filter(|parameter| !is_taken(parameter)).map(String::as_str).collect();
        let declared: Vec<&str> = path.parameters.iter().map(String::as_str).collect();
        for (argument, name) in &self.unmatched {
            let similar = suggest::similar(name, missing.iter().copied());
            let text = message::argument_without_parameter(name, self.function, &path.text, similar, &declared);
            diags.report(argument, text);
            let meant = missing.iter().position(|parameter| Some(*parameter) == similar).unwrap_or(0);
            if meant < missing.len() {
                missing.remove(meant);
            }
        }
        for parameter in missing {
            diags.report(path.literal, message::parameter_without_argument(parameter, self.function));
        }
    }
}

fn report_second_marker(first: &Attribute, second: &Attribute, diags: &mut Diagnostics) {
    let marker = |attr| if Marker::Query.is(attr) { Marker::Query } else { Marker::Header };
    let (earlier, later) = (marker(first), marker(second));
    let text = if earlier == later {
        message::duplicate_attribute(later.name())
    } else {
        message::attributes_exclude(later, earlier)
    };
    diags.report(second, text);
}

/// Returns the name of an argument, if its pattern is one.
fn name_of(argument: &PatType) -> Option<String> {
    match &*argument.pat {
        Pat::Ident(pattern) => Some(pattern.ident.unraw().to_string()),
        _ => None,
    }
}
