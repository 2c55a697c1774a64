//! Where the arguments of the upgrade function come from.

use syn::ext::IdentExt as _;
use syn::{Attribute, LitStr, Meta, Pat, PatType, Type, TypeReference};

use super::literal;
use super::path::Path;
use crate::args::RawArgs;
use crate::diag::Diagnostics;
use crate::item::RawMethod;
use crate::key::Key;
use crate::marker::Marker;
use crate::message;
use crate::model::{ArgumentSource, UpgradeArgument};
use crate::suggest;
use crate::types;

/// The arguments that are looked at so far.
pub(super) struct Sources<'a, 'cx> {
    function: &'cx str,
    path: Option<&'cx Path<'cx>>,
    args: &'cx RawArgs,
    found: Vec<(UpgradeArgument<'a>, &'a PatType)>,
    /// Arguments that match nothing, and what they are called.
    unmatched: Vec<(&'a PatType, String)>,
    /// How many arguments were meant for parameters, and have no name.
    unnamed: usize,
}

impl<'a, 'cx> Sources<'a, 'cx> {
    pub(super) const fn new(function: &'cx str, path: Option<&'cx Path<'cx>>, args: &'cx RawArgs) -> Self {
        Self { function, path, args, found: Vec::new(), unmatched: Vec::new(), unnamed: 0 }
    }

    pub(super) fn find(mut self, method: &'a RawMethod, diags: &mut Diagnostics) -> Vec<UpgradeArgument<'a>> {
        for argument in method.arguments() {
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
            return self.state(argument, &shown, reference, diags);
        }
        if let Some(state) = self.args.state()
            && is_spelt_alike(state, &argument.ty)
        {
            diags.report(&argument.ty, message::not_a_shared_reference("state", &types::text(state)));
            return None;
        }
        if let Some(name) = name {
            self.unmatched.push((argument, name));
        } else {
            self.unnamed += 1;
            diags.report(argument, message::argument_without_name(self.function));
        }
        None
    }

    fn state(
        &self,
        argument: &PatType,
        name: &str,
        reference: &TypeReference,
        diags: &mut Diagnostics,
    ) -> Option<ArgumentSource> {
        if !self.args.has(Key::State) {
            let referent = types::text(&reference.elem);
            diags.report(argument, message::reference_without_state(name, self.function, &referent));
            return None;
        }
        if reference.mutability.is_some() {
            let state = types::text(self.args.state().unwrap_or(&reference.elem));
            diags.report(&argument.ty, message::not_a_shared_reference("state", &state));
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
        for parameter in missing.into_iter().skip(self.unnamed) {
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

fn is_spelt_alike(one: &Type, other: &Type) -> bool {
    types::text(one) == types::text(other)
}

/// Returns the name of an argument, if its pattern is one.
fn name_of(argument: &PatType) -> Option<String> {
    match &*argument.pat {
        Pat::Ident(pattern) => Some(pattern.ident.unraw().to_string()),
        _ => None,
    }
}
