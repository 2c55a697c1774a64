//! The parts of a service and of its expansion, cut out of the formatted text.

use std::collections::BTreeMap;
use std::ops::Range;

use quote::ToTokens as _;
use syn::spanned::Spanned;
use syn::{Arm, Expr, File, ImplItem, ImplItemFn, Item, Stmt};

/// The parts by their names in the page.
pub(super) struct Parts(BTreeMap<String, String>);

impl Parts {
    /// Takes a service and its expansion apart, both formatted.
    pub(super) fn of(service: &str, expansion: &str) -> Self {
        let mut parts = Self(BTreeMap::new());
        parts.add("service", service.trim_end());
        parts.add_service(&Text::of(service));
        parts.add_expansion(&Text::of(expansion));
        parts
    }

    pub(super) fn add(&mut self, name: &str, text: &(impl ToString + ?Sized)) {
        assert!(self.0.insert(name.to_owned(), text.to_string()).is_none(), "there are two parts `{name}`");
    }

    /// Puts every part where the page names it.
    pub(super) fn fill(&self, page: &str) -> String {
        let mut filled = page.to_owned();
        for (name, text) in &self.0 {
            let place = format!("{{{{{name}}}}}");
            assert!(filled.contains(&place), "`{place}` is not on the page");
            filled = filled.replace(&place, text);
        }
        assert!(!filled.contains("{{"), "the page names a part that there is not: {filled}");
        filled
    }

    fn add_service(&mut self, service: &Text<'_>) {
        let [Item::Impl(block)] = service.items() else { panic!("expected an `impl` block") };
        self.add("attribute", &service.lines(&block.attrs[0]));
        for item in &block.items {
            let ImplItem::Fn(method) = item else { panic!("expected a method") };
            self.add(&format!("fn {}", method.sig.ident), &service.lines(method));
        }
    }

    fn add_expansion(&mut self, expansion: &Text<'_>) {
        let [Item::Impl(block), Item::Const(generated)] = expansion.items() else { panic!("expected two items") };
        self.add("block", &expansion.lines(block));
        let Expr::Block(inside) = &*generated.expr else { panic!("expected a block") };
        let [Stmt::Item(Item::Use(_)), Stmt::Item(Item::Impl(service))] = inside.block.stmts.as_slice() else {
            panic!("expected a `use` and an `impl`")
        };
        self.add("frame", &expansion.hollow(generated, &service.items));
        for item in &service.items {
            match item {
                ImplItem::Const(constant) => self.add(&constant.ident.to_string(), &expansion.lines(item)),
                ImplItem::Fn(call) if call.sig.ident == "call" => self.add_call(expansion, call),
                ImplItem::Fn(function) => self.add(&function.sig.ident.to_string(), &expansion.lines(item)),
                ImplItem::Type(alias) => self.add(&alias.ident.to_string(), &expansion.lines(item)),
                _ => panic!("expected a constant, a function, or a type"),
            }
        }
    }

    fn add_call(&mut self, expansion: &Text<'_>, call: &ImplItemFn) {
        let [Stmt::Expr(Expr::Match(dispatch), None)] = call.block.stmts.as_slice() else {
            panic!("expected a `match`")
        };
        let (_, arms) = dispatch.arms.split_last().unwrap();
        self.add("call", &expansion.hollow(call, arms));
        for arm in arms {
            self.add(&format!("arm {}", called_method(arm)), &expansion.lines(arm));
        }
    }
}

/// Text with the places of its items.
struct Text<'a> {
    lines: Vec<&'a str>,
    file: File,
}

impl<'a> Text<'a> {
    fn of(text: &'a str) -> Self {
        Self { lines: text.lines().collect(), file: syn::parse_file(text).unwrap() }
    }

    fn items(&self) -> &[Item] {
        &self.file.items
    }

    fn lines(&self, part: &impl Spanned) -> String {
        align(&self.lines[range(part)])
    }

    /// The lines of a part, with a comment for the parts inside it.
    fn hollow(&self, outer: &impl Spanned, inner: &[impl Spanned]) -> String {
        let (outer, first) = (range(outer), range(&inner[0]).start);
        let rest = inner.iter().map(|part| range(part).end).max().unwrap();
        let indent = self.lines[first].len() - self.lines[first].trim_start().len();
        let comment = format!("{}// …", " ".repeat(indent));
        align(&[&self.lines[outer.start..first], &[&comment], &self.lines[rest..outer.end]].concat())
    }
}

fn range(part: &impl Spanned) -> Range<usize> {
    let span = part.span();
    span.start().line - 1..span.end().line
}

/// Moves lines to the left, as far as the first one goes.
fn align(lines: &[&str]) -> String {
    let indent = lines[0].len() - lines[0].trim_start().len();
    let lines: Vec<&str> = lines.iter().map(|line| line.get(indent..).unwrap_or_default()).collect();
    lines.join("\n")
}

fn called_method(arm: &Arm) -> String {
    let text = arm.to_token_stream().to_string();
    let (_, call) = text.split_once("Self :: ").unwrap();
    call.split([' ', '(']).next().unwrap().to_owned()
}
