//! The path and the upgrade function.

use ws_core::path::TemplateError;

use super::Lines as _;
use crate::suggest;

/// A path follows the rules of path templates.
pub(crate) fn invalid_path(path: &str, error: &TemplateError<'_>) -> String {
    let text = match error {
        TemplateError::NoLeadingSlash => error.to_string(),
        TemplateError::InvalidName("") => {
            format!("a path parameter must have a name, found `<>` in `{}`", path.escape_debug())
        }
        error => format!("{error} in `{}`", path.escape_debug()),
    };
    match error {
        TemplateError::EmptySegment if path.contains("//") => text.help("remove one of the two slashes"),
        TemplateError::EmptySegment => text.help("remove the slash that nothing follows"),
        TemplateError::InvalidCharacter('?') => {
            text.help("a query parameter is an argument with the `query` attribute")
        }
        TemplateError::InvalidCharacter('{' | '}') => text.help("write `<name>` for a path parameter"),
        TemplateError::InvalidCharacter('%') => text.help("write the character itself, requests are decoded first"),
        TemplateError::DuplicateParameter(_) | TemplateError::InvalidCharacter(_) => text,
        TemplateError::InvalidName(_) => text.help("the name must be an identifier, the name of an argument"),
        TemplateError::NoLeadingSlash if path.contains("://") => {
            text.help("write the path alone, without scheme and host")
        }
        TemplateError::NoLeadingSlash => text.help(format_args!("write `/{}`", path.escape_debug())),
        TemplateError::PartialParameter(_) => {
            text.help("write `/<name>` for one segment, `/<name..>` for all that are left")
        }
        TemplateError::RestNotLast(name) => text.help(format_args!("write `<{name}>` for one segment")),
    }
}

/// A service has one upgrade function.
///
/// Original: 101.
pub(crate) fn second_upgrade(first: &str) -> String {
    format!("the service already has the `upgrade` function `{first}`")
}

/// The upgrade function makes the service, so there is none that it could take.
pub(crate) fn upgrade_with_receiver(name: &str) -> String {
    format!("the `upgrade` function `{name}` cannot take `self`").note("it makes the service of a new connection")
}

/// The upgrade function returns the service.
///
/// Original: 104.
pub(crate) fn upgrade_without_service(name: &str) -> String {
    format!("the `upgrade` function `{name}` must return the service")
        .help("add `-> Self` or `-> Result<Self, UpgradeError>`")
}

/// The upgrade function exists in every configuration.
pub(crate) fn upgrade_with_cfg(name: &str) -> String {
    format!("the `upgrade` function `{name}` cannot have a `cfg` attribute").help("move the `cfg` into its body")
}

/// A path parameter is an argument of the upgrade function.
///
/// Original: 102 and 103.
pub(crate) fn parameter_without_argument(parameter: &str, function: &str, is_marked: bool) -> String {
    let text = format!("path parameter `<{parameter}>` has no matching argument in `{function}`");
    if is_marked {
        return text.help(format_args!("remove the attribute from the argument `{parameter}`"));
    }
    text.help(format_args!("add the argument `{}: String` to the `upgrade` function", identifier(parameter)))
}

/// The name as an argument has it: `r#type`.
fn identifier(name: &str) -> String {
    if syn::parse_str::<syn::Ident>(name).is_ok() { name.to_owned() } else { format!("r#{name}") }
}

/// Only an upgrade function can take path parameters.
pub(crate) fn parameter_without_upgrade(parameters: &[String]) -> String {
    let names: Vec<_> = parameters.iter().map(|name| format!("<{name}>")).collect();
    let names = suggest::list(names.iter().map(String::as_str));
    let text = match parameters {
        [_] => format!("path parameter {names} requires an `upgrade` function"),
        _ => format!("path parameters {names} require an `upgrade` function"),
    };
    let arguments: Vec<_> = parameters.iter().map(|name| format!("{}: String", identifier(name))).collect();
    text.help(format_args!("add `#[upgrade] fn connect({}) -> Self`", arguments.join(", ")))
}

/// An argument of the upgrade function that is neither a reference nor marked is a path parameter.
///
/// Original: 102 and 103.
pub(crate) fn argument_without_parameter(
    argument: &str,
    function: &str,
    path: &str,
    similar: Option<&str>,
    declared: &[&str],
) -> String {
    let text = format!("argument `{argument}` of `{function}` does not match a path parameter");
    let parameter = argument.trim_start_matches('_');
    match (similar, declared) {
        (Some(similar), _) => text.help(format_args!("a path parameter with a similar name exists: `{similar}`")),
        (None, []) => text
            .help(format_args!("add `<{parameter}>` to the path, or the `query` attribute to the argument"))
            .note(format_args!("the path `{path}` declares no parameters")),
        (None, declared) => {
            text.note(format_args!("the path `{path}` declares {}", suggest::list(declared.iter().copied())))
        }
    }
}

/// Arguments that come from the request are found by their names.
pub(crate) fn argument_without_name(function: &str) -> String {
    format!("every argument of the `upgrade` function `{function}` must have a name")
        .note("path and query parameters are found by the names of the arguments")
}

/// A reference is the state of the service, so the service must have one.
pub(crate) fn reference_without_state(argument: &str, function: &str, ty: &str) -> String {
    let text = format!("argument `{argument}` of `{function}` is a reference, but the service has no state");
    match ty {
        "str" => text.help("take a `String`: a path parameter, or an argument with the `query` or `header` attribute"),
        ty => text.help(format_args!("add `state = {ty}` to the `service` attribute")),
    }
}

/// A service has one state, so the upgrade function takes it once.
pub(crate) fn state_twice(argument: &str, function: &str) -> String {
    format!("the state is already the argument `{argument}` of `{function}`")
        .note("an argument that is a reference is the state of the service")
}

/// The upgrade function runs before the connection is open, so there is no caller yet.
pub(crate) fn caller_in_upgrade(function: &str) -> String {
    format!("the `upgrade` function `{function}` cannot take the caller").help("take it in `on_open`")
}
