//! Path templates: `/chat/<username>/files/<rest..>`.
//!
//! A template is a list of segments. The macro parses it to check the arguments of the upgrade function, the runtime to route
//! requests and to find the values. Values are percent-decoded segment by segment, so that an encoded `/` stays inside its
//! segment.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;

/// A parsed path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template<'a> {
    segments: Vec<Segment<'a>>,
}

/// One part of a template between two slashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment<'a> {
    /// Exactly this text.
    Literal(&'a str),
    /// `<name>`: any one segment that is not empty.
    Parameter(&'a str),
    /// `<name..>`: everything that is left, at least one segment.
    Rest(&'a str),
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateError<'a> {
    /// The same parameter occurs twice.
    DuplicateParameter(&'a str),
    /// Two slashes follow each other, or one ends the path.
    EmptySegment,
    /// A character that cannot stand in a path.
    InvalidCharacter(char),
    /// The name of a parameter is not an identifier.
    InvalidName(&'a str),
    /// The path does not begin with a slash.
    NoLeadingSlash,
    /// A parameter is only a part of its segment, or its brackets do not match.
    PartialParameter(&'a str),
    /// A `<rest..>` that something follows.
    RestNotLast(&'a str),
}

impl<'a> Template<'a> {
    /// Parses a template.
    ///
    /// # Errors
    /// The first mistake, from left to right.
    pub fn parse(template: &'a str) -> Result<Self, TemplateError<'a>> {
        let path = template.strip_prefix('/').ok_or(TemplateError::NoLeadingSlash)?;
        if path.is_empty() {
            return Ok(Self { segments: Vec::new() });
        }
        let mut segments = Vec::new();
        for part in path.split('/') {
            if let Some(Segment::Rest(name)) = segments.last() {
                return Err(TemplateError::RestNotLast(name));
            }
            let segment = Segment::parse(part)?;
            if let Some(name) = segment.parameter()
                && segments.iter().any(|other: &Segment<'_>| other.parameter() == Some(name))
            {
                return Err(TemplateError::DuplicateParameter(name));
            }
            segments.push(segment);
        }
        Ok(Self { segments })
    }

    /// Returns the segments, from left to right.
    #[must_use]
    pub fn segments(&self) -> &[Segment<'a>] {
        &self.segments
    }

    /// Returns the names of the parameters, from left to right.
    pub fn parameters(&self) -> impl Iterator<Item = &'a str> {
        self.segments.iter().filter_map(Segment::parameter)
    }
}

impl<'a> Segment<'a> {
    fn parse(part: &'a str) -> Result<Self, TemplateError<'a>> {
        if part.is_empty() {
            return Err(TemplateError::EmptySegment);
        }
        let Some(inner) = part.strip_prefix('<').and_then(|part| part.strip_suffix('>')) else {
            return match part
                .chars()
                .find(|char| matches!(char, '<' | '>' | '?' | '#' | '%' | '{' | '}') || char.is_control())
            {
                None => Ok(Self::Literal(part)),
                Some('<' | '>') => Err(TemplateError::PartialParameter(part)),
                Some(char) => Err(TemplateError::InvalidCharacter(char)),
            };
        };
        if inner.contains(['<', '>']) {
            return Err(TemplateError::PartialParameter(part));
        }
        let (name, is_rest) = inner.strip_suffix("..").map_or((inner, false), |name| (name, true));
        if !is_identifier(name) || NEVER_ARGUMENTS.contains(&name) {
            return Err(TemplateError::InvalidName(name));
        }
        Ok(if is_rest { Self::Rest(name) } else { Self::Parameter(name) })
    }

    /// Returns the name of the parameter that this segment is.
    #[must_use]
    pub const fn parameter(&self) -> Option<&'a str> {
        match *self {
            Self::Literal(_) => None,
            Self::Parameter(name) | Self::Rest(name) => Some(name),
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let starts_well = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
    starts_well && name != "_" && name.chars().all(|char| char.is_alphanumeric() || char == '_')
}

/// Brings a request's path into the one spelling that routes are compared in: every segment percent-decoded, only `%` and an
/// encoded `/` kept encoded.
///
/// Returns `None` when a segment is not UTF-8.
#[must_use]
pub fn canonical(path: &str) -> Option<Cow<'_, str>> {
    if !path.contains('%') {
        return Some(Cow::Borrowed(path));
    }
    let mut canonical = String::with_capacity(path.len());
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            canonical.push('/');
        }
        for char in percent_decode_str(segment).decode_utf8().ok()?.chars() {
            match char {
                '%' => canonical.push_str("%25"),
                '/' => canonical.push_str("%2F"),
                char => canonical.push(char),
            }
        }
    }
    Some(Cow::Owned(canonical))
}

/// Turns a value found in a [canonical] path into what the client meant.
#[must_use]
pub fn decode(value: &str) -> Cow<'_, str> {
    percent_decode_str(value).decode_utf8_lossy()
}

/// Words that no argument can be called, not even with `r#`.
const NEVER_ARGUMENTS: [&str; 4] = ["Self", "crate", "self", "super"];

impl fmt::Display for TemplateError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateParameter(name) => write!(f, "path parameter `<{name}>` is declared twice"),
            Self::EmptySegment => f.write_str("the path has an empty segment"),
            Self::InvalidCharacter(char) => {
                write!(f, "the path contains the invalid character `{}`", char.escape_default())
            }
            Self::InvalidName(name) => write!(f, "invalid path parameter name `{name}`"),
            Self::NoLeadingSlash => f.write_str("the path must begin with `/`"),
            Self::PartialParameter(part) => write!(f, "a path parameter must fill its segment, found `{part}`"),
            Self::RestNotLast(name) => write!(f, "path parameter `<{name}..>` must be the last segment"),
        }
    }
}

impl std::error::Error for TemplateError<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_parsed() {
        use Segment::{Literal, Parameter, Rest};
        let table: [(&str, &[Segment<'_>]); 6] = [
            ("/", &[]),
            ("/chat", &[Literal("chat")]),
            ("/chat/<username>", &[Literal("chat"), Parameter("username")]),
            ("/a/<b>/c/<rest..>", &[Literal("a"), Parameter("b"), Literal("c"), Rest("rest")]),
            ("/<größe>/ü", &[Parameter("größe"), Literal("ü")]),
            ("/:id/*", &[Literal(":id"), Literal("*")]),
        ];
        for (template, segments) in table {
            assert_eq!(Template::parse(template).unwrap().segments(), segments, "{template}");
        }
    }

    #[test]
    fn mistakes_in_templates_are_reported() {
        use TemplateError::*;
        let table = [
            ("", NoLeadingSlash),
            ("chat", NoLeadingSlash),
            ("//", EmptySegment),
            ("/chat/", EmptySegment),
            ("/a//b", EmptySegment),
            ("/<id>/<id>", DuplicateParameter("id")),
            ("/<id>/<id..>", DuplicateParameter("id")),
            ("/<rest..>/x", RestNotLast("rest")),
            ("/<rest..>/", RestNotLast("rest")),
            ("/v<version>", PartialParameter("v<version>")),
            ("/<a><b>", PartialParameter("<a><b>")),
            ("/<a", PartialParameter("<a")),
            ("/a>", PartialParameter("a>")),
            ("/<>", InvalidName("")),
            ("/<..>", InvalidName("")),
            ("/<_>", InvalidName("_")),
            ("/<user name>", InvalidName("user name")),
            ("/<1st>", InvalidName("1st")),
            ("/<self>", InvalidName("self")),
            ("/{id}", InvalidCharacter('{')),
            ("/a?b", InvalidCharacter('?')),
            ("/a#b", InvalidCharacter('#')),
            ("/a%20b", InvalidCharacter('%')),
            ("/a\nb", InvalidCharacter('\n')),
        ];
        for (template, error) in table {
            assert_eq!(Template::parse(template), Err(error), "{template}");
        }
    }

    #[test]
    fn an_encoded_slash_stays_inside_its_segment() {
        assert_eq!(canonical("/a%2Fb/%63").unwrap(), "/a%2Fb/c");
        assert_eq!(canonical("/a%2fb/100%25").unwrap(), "/a%2Fb/100%25");
        assert_eq!(decode("a%2Fb"), "a/b");
        assert_eq!(decode(&canonical("100%25").unwrap()), "100%");
        assert_eq!(canonical("/%C3%A9").unwrap(), "/é");
        assert_eq!(canonical("/%zz").unwrap(), "/%25zz");
        assert_eq!(canonical("/%FF"), None);
    }
}
