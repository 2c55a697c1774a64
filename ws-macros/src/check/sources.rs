//! Where the arguments of the upgrade function come from.

use syn::ext::IdentExt as _;
use syn::{Attribute, Ident, LitStr, Meta, Pat, PatType, Type, TypeReference};

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
    /// Arguments with a mistake that is reported: each takes the parameter of its name, or else one that nothing matches.
    reported: Vec<Option<String>>,
}

impl<'a, 'cx> Sources<'a, 'cx> {
    pub(super) const fn new(function: &'cx str, path: Option<&'cx Path<'cx>>, args: &'cx RawArgs) -> Self {
        Self { function, path, args, found: Vec::new(), unmatched: Vec::new(), reported: Vec::new() }
    }

    pub(super) fn find(mut self, method: &'a RawMethod, diags: &mut Diagnostics) -> Vec<UpgradeArgument<'a>> {
        for argument in method.arguments() {
            let unmatched = self.unmatched.len();
            match self.source(argument, diags) {
                Some(source) => self.found.push((UpgradeArgument { source, ty: &argument.ty }, argument)),
                None if self.unmatched.len() == unmatched => self.reported.push(name_of(argument)),
                None => {}
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
        if has_misspelt_marker(argument) {
            self.reported.push(name);
            return None;
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
        self.required_name(argument, diags).map(|name| ArgumentSource::Query(unused(&name).to_owned()))
    }

    fn header(&self, attr: &Attribute, argument: &PatType, diags: &mut Diagnostics) -> Option<ArgumentSource> {
        if matches!(attr.meta, Meta::Path(_)) {
            let name = self.required_name(argument, diags)?;
            let header = unused(&name).replace('_', "-").to_ascii_lowercase();
            if !literal::is_token(&header) {
                diags.report(&argument.pat, message::invalid_header_name(&header));
                return None;
            }
            return Some(ArgumentSource::Header(header));
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
        // What is similar goes first, so that nothing else takes its parameter.
        let mut unmatched: Vec<_> = self.unmatched.iter().collect();
        unmatched.sort_by_key(|(_, name)| suggest::similar(name, missing.iter().copied()).is_none());
        for (argument, name) in unmatched {
            let similar = suggest::similar(name, missing.iter().copied());
            let text = message::argument_without_parameter(name, self.function, &path.text, similar, &declared);
            diags.report(argument, text);
            take(&mut missing, similar);
        }
        for name in &self.reported {
            let meant = name.as_ref().map(|name| suggest::similar(name, missing.iter().copied()));
            // Without a name, it may have been meant for any.
            if meant != Some(None) {
                take(&mut missing, meant.flatten());
            }
        }
        for parameter in missing {
            let is_marked = self.found.iter().any(|(_, argument)| name_of(argument).as_deref() == Some(parameter));
            diags.report(path.literal, message::parameter_without_argument(parameter, self.function, is_marked));
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

/// Takes the parameter of this name, or else the first one.
fn take(missing: &mut Vec<&str>, name: Option<&str>) {
    let meant = missing.iter().position(|parameter| Some(*parameter) == name).unwrap_or(0);
    if meant < missing.len() {
        missing.remove(meant);
    }
}

/// `_page` is the parameter `page` that the function does not use.
fn unused(name: &str) -> &str {
    name.strip_prefix('_').filter(|name| !name.is_empty()).unwrap_or(name)
}

/// The compiler explains an attribute that it does not know; what `cfg_attr` hides is reported.
pub(super) fn has_misspelt_marker(argument: &PatType) -> bool {
    argument.attrs.iter().any(|attr| {
        let is_hidden = Marker::ON_ARGUMENTS.iter().any(|marker| marker.is_hidden_in(attr));
        let is_misspelt = |name: &Ident| {
            suggest::similar(&name.to_string(), Marker::ON_ARGUMENTS.map(Marker::name))
                .is_some_and(|marker| name != marker)
        };
        is_hidden || attr.path().get_ident().is_some_and(is_misspelt)
    })
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
