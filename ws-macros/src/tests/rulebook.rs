//! The rules, as the sources of `message/*.rs` state them.

use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Expr, Item, ItemFn, Lit, LitStr, Meta, Visibility};

/// The rules of one file.
pub(super) struct Area {
    /// What the file says that it is about.
    pub(super) title: String,
    pub(super) rules: Vec<Rule>,
}

/// A function whose text is what a mistake says.
pub(super) struct Rule {
    pub(super) name: String,
    /// The rule itself.
    pub(super) sentence: String,
    /// The codes of the original, as they are written: "Original: 204 and 206."
    pub(super) original: Option<String>,
    /// The texts that the message is put together from, with `{}` for what is not known here.
    templates: Vec<String>,
}

/// Reads the rules, in the order of the sources.
pub(super) fn areas() -> Vec<Area> {
    let modules = parse("mod").items.into_iter();
    let names = modules.filter_map(|item| match item {
        Item::Mod(module) => Some(module.ident.to_string()),
        _ => None,
    });
    names.map(|name| Area::of(&parse(&name))).collect()
}

pub(super) fn rules() -> Vec<Rule> {
    areas().into_iter().flat_map(|area| area.rules).collect()
}

/// Finds the rule whose texts a message is made of, or several that say the same.
pub(super) fn rules_of<'r>(rules: &'r [Rule], message: &str) -> Vec<&'r str> {
    let best = rules.iter().map(|rule| rule.fit(message)).filter(|(lines, _)| *lines > 0).max();
    rules.iter().filter(|rule| Some(rule.fit(message)) == best).map(|rule| &*rule.name).collect()
}

impl Area {
    fn of(file: &syn::File) -> Self {
        let functions = file.items.iter().filter_map(|item| match item {
            Item::Fn(function) if matches!(function.vis, Visibility::Restricted(_)) => Some(function),
            _ => None,
        });
        Self { title: paragraphs(&file.attrs).swap_remove(0), rules: functions.map(Rule::of).collect() }
    }
}

impl Rule {
    fn of(function: &ItemFn) -> Self {
        let (original, sentences): (Vec<_>, Vec<_>) =
            paragraphs(&function.attrs).into_iter().partition(|paragraph| paragraph.starts_with("Original: "));
        let mut templates = Vec::new();
        collect_strings(function.block.to_token_stream(), &mut templates);
        Self {
            name: function.sig.ident.to_string(),
            sentence: sentences.join("\n\n"),
            original: original.into_iter().next(),
            templates,
        }
    }

    /// The codes of the original.
    pub(super) fn codes(&self) -> Vec<u16> {
        let words = self.original.iter().flat_map(|original| original.split(|char: char| !char.is_ascii_digit()));
        words.filter_map(|word| word.parse().ok()).collect()
    }

    /// Counts the lines of a message that templates of the rule can make, and the bytes that are theirs.
    fn fit(&self, message: &str) -> (usize, usize) {
        let lines = message.lines().map(|line| line.trim_start_matches("= help: ").trim_start_matches("= note: "));
        let fits = lines.filter_map(|line| self.templates.iter().filter_map(|template| fit(template, line)).max());
        fits.fold((0, 0), |(lines, bytes), fit| (lines + 1, bytes + fit))
    }
}

/// Returns how many bytes of a line are the template's, if the template can make the line.
fn fit(template: &str, line: &str) -> Option<usize> {
    let mut pieces = template.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, text)| text));
    let mut left = line.strip_prefix(pieces.next()?)?;
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, inner)) = pieces.split_last() else { return left.is_empty().then_some(line.len()) };
    for piece in inner {
        left = left.split_once(piece)?.1;
    }
    let own = template.split(['{', '}']).step_by(2).map(str::len).sum();
    left.ends_with(last).then_some(own)
}

fn parse(module: &str) -> syn::File {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/message").join(module).with_extension("rs");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    syn::parse_file(&text).unwrap()
}

/// The paragraphs of a doc comment, each on one line.
fn paragraphs(attrs: &[Attribute]) -> Vec<String> {
    let lines = attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(line) => Some(line.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    let lines: Vec<_> = lines.collect();
    lines.split(String::is_empty).map(|paragraph| paragraph.join(" ")).collect()
}

fn collect_strings(tokens: TokenStream, strings: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect_strings(group.stream(), strings),
            TokenTree::Literal(literal) => {
                strings.extend(syn::parse2::<LitStr>(TokenTree::from(literal).into()).map(|string| string.value()));
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}
