//! The item under the attribute `service` or `client` as it was written.
//!
//! Signatures are parsed, bodies are not: a half-typed body does not take its siblings away.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt as _, quote};
use syn::ext::IdentExt as _;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Abi, Attribute, FnArg, ImplItem, ItemImpl, PatType, Receiver, Signature, Token, Type, Visibility};

use crate::diag::Diagnostics;
use crate::lint;
use crate::marker::{self, Marker};
use crate::message;
use crate::side::Side;

/// What the attribute stands on.
pub(crate) enum RawItem {
    Impl(Box<RawImpl>),
    /// Something else, which is already reported.
    Other(TokenStream),
}

/// `impl Chat { … }`
pub(crate) struct RawImpl {
    /// The block without its members.
    pub(crate) header: ItemImpl,
    pub(crate) members: Vec<RawMember>,
}

pub(crate) enum RawMember {
    Method(Box<RawMethod>),
    /// A constant, a type, a macro, or what could not be read.
    Other {
        attrs: Vec<Attribute>,
        tokens: TokenStream,
        /// It has one of our attributes, and could not be read.
        is_unread_callback: bool,
    },
}

/// An associated function, with or without receiver.
pub(crate) struct RawMethod {
    pub(crate) attrs: Vec<Attribute>,
    visibility: Visibility,
    default: Option<Token![default]>,
    pub(crate) signature: Signature,
    body: TokenTree,
}

impl RawItem {
    pub(crate) fn parse(side: Side, tokens: TokenStream, diags: &mut Diagnostics) -> Self {
        let Some((header, body)) = split_body(tokens.clone()).filter(|(header, _)| is_impl(header)) else {
            diags.report(item_keyword(&tokens), message::not_an_impl(side));
            return Self::Other(without_markers(tokens));
        };
        match syn::parse2(header) {
            Ok(header) => Self::Impl(Box::new(RawImpl::parse(header, body, diags))),
            Err(error) => {
                diags.push(error);
                Self::Other(without_markers(tokens))
            }
        }
    }
}

impl RawImpl {
    fn parse(mut header: ItemImpl, body: TokenStream, diags: &mut Diagnostics) -> Self {
        let mut members = Vec::new();
        let read_all = |input: ParseStream<'_>| {
            header.attrs.extend(input.call(Attribute::parse_inner)?);
            while !input.is_empty() {
                members.push(RawMember::parse(input, diags)?);
            }
            Ok(())
        };
        if let Err(error) = read_all.parse2(body) {
            diags.push(error);
        }
        Self { header, members }
    }

    pub(crate) fn methods(&self) -> impl Iterator<Item = &RawMethod> {
        self.members.iter().filter_map(|member| match member {
            RawMember::Method(method) => Some(&**method),
            RawMember::Other { .. } => None,
        })
    }

    /// Returns whether something deprecated is in the block, or in use there.
    pub(crate) fn allows_deprecated(&self) -> bool {
        let is_about = |attr: &Attribute| {
            let is_lint = ["allow", "expect"].iter().any(|level| attr.path().is_ident(level));
            attr.path().is_ident("deprecated") || is_lint && attr.to_token_stream().to_string().contains("deprecated")
        };
        self.header.attrs.iter().chain(self.methods().flat_map(|method| &method.attrs)).any(is_about)
    }

    /// Returns whether something has one of our attributes that is no method, or that could not be read.
    pub(crate) fn has_unread_callback(&self) -> bool {
        self.members.iter().any(|member| match member {
            RawMember::Method(method) => method.attrs.iter().any(|attr| Marker::Remote.is_hidden_in(attr)),
            RawMember::Other { attrs, is_unread_callback, .. } => {
                *is_unread_callback || attrs.iter().any(|attr| !marker::is_foreign(attr, &Marker::ON_METHODS))
            }
        })
    }

    /// Returns whether there is a method of this name that could not be read.
    pub(crate) fn has_unread(&self, name: &str) -> bool {
        self.members.iter().any(|member| match member {
            RawMember::Method(_) => false,
            RawMember::Other { tokens, .. } => function_name(tokens.clone()).is_some_and(|function| function == name),
        })
    }

    /// The type that becomes a service or a client.
    pub(crate) fn self_ty(&self) -> &Type {
        &self.header.self_ty
    }
}

impl RawMember {
    fn parse(input: ParseStream<'_>, diags: &mut Diagnostics) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let ahead = input.fork();
        let parsed = if at_function(input) {
            RawMethod::parse(&ahead, &attrs).map(|method| Self::Method(Box::new(method)))
        } else {
            ahead.parse().map(|item: ImplItem| Self::Other {
                attrs: attrs.clone(),
                tokens: item.into_token_stream(),
                is_unread_callback: false,
            })
        };
        match parsed {
            Ok(member) => {
                input.advance_to(&ahead);
                Ok(member)
            }
            Err(error) => {
                let (ours, attrs): (Vec<_>, _) =
                    attrs.into_iter().partition(|attr| Marker::ON_METHODS.iter().any(|marker| marker.is(attr)));
                // The compiler explains what it cannot read. Left to explain is a callback that only we cannot.
                if !ours.is_empty() {
                    diags.push(error);
                }
                Ok(Self::Other { attrs, tokens: skip_member(input)?, is_unread_callback: !ours.is_empty() })
            }
        }
    }
}

impl RawMethod {
    fn parse(input: ParseStream<'_>, attrs: &[Attribute]) -> syn::Result<Self> {
        let visibility: Visibility = input.parse()?;
        let default: Option<Token![default]> = input.parse()?;
        Ok(Self { attrs: attrs.to_vec(), visibility, default, signature: input.parse()?, body: input.parse()? })
    }

    /// The attributes that mark the method as one of ours.
    pub(crate) fn markers(&self, marker: Marker) -> impl Iterator<Item = &Attribute> {
        self.attrs.iter().filter(move |attr| marker.is(attr))
    }

    pub(crate) fn is_marked(&self, marker: Marker) -> bool {
        self.markers(marker).next().is_some()
    }

    pub(crate) const fn visibility(&self) -> &Visibility {
        &self.visibility
    }

    pub(crate) fn body(&self) -> TokenStream {
        self.body.to_token_stream()
    }

    /// The attributes that decide whether the method exists.
    pub(crate) fn cfgs(&self) -> Vec<&Attribute> {
        self.attrs.iter().filter(|attr| attr.path().is_ident("cfg")).collect()
    }

    pub(crate) fn receiver(&self) -> Option<&Receiver> {
        self.signature.inputs.iter().find_map(|input| match input {
            FnArg::Receiver(receiver) => Some(receiver),
            FnArg::Typed(_) => None,
        })
    }

    /// The arguments after the receiver.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &PatType> {
        self.signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(argument) => Some(argument),
            FnArg::Receiver(_) => None,
        })
    }
}

/// The user's block without our attributes, and with the lints allowed that are about what the framework asks for.
impl ToTokens for RawImpl {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut block = self.header.clone();
        block.attrs.retain(|attr| marker::is_foreign(attr, &Marker::ON_BLOCKS));
        block.items = self.members.iter().map(|member| ImplItem::Verbatim(member.to_token_stream())).collect();
        block.to_tokens(tokens);
    }
}

impl ToTokens for RawMember {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Method(method) => method.to_tokens(tokens),
            Self::Other { attrs, tokens: item, .. } => {
                tokens.append_all(attrs.iter().filter(|attr| marker::is_foreign(attr, &Marker::ON_METHODS)));
                item.to_tokens(tokens);
            }
        }
    }
}

impl ToTokens for RawMethod {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut signature = self.signature.clone();
        for input in &mut signature.inputs {
            if let FnArg::Typed(argument) = input {
                argument.attrs.retain(|attr| marker::is_foreign(attr, &Marker::ON_ARGUMENTS));
            }
        }
        // Before the attributes of the user, which say the last word.
        lint::allow(self).to_tokens(tokens);
        tokens.append_all(self.attrs.iter().filter(|attr| marker::is_foreign(attr, &Marker::ON_METHODS)));
        self.visibility.to_tokens(tokens);
        self.default.to_tokens(tokens);
        signature.to_tokens(tokens);
        self.body.to_tokens(tokens);
    }
}

/// Takes our attributes away from what is in braces: nothing else would, and each would be a mistake too.
fn without_markers(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let mut inner = Group::new(Delimiter::Brace, without_marked(group.stream()));
                inner.set_span(group.span());
                kept.push(inner.into());
            }
            token => kept.push(token),
        }
    }
    kept.into_iter().collect()
}

fn without_marked(tokens: TokenStream) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let is_marker = matches!(&token, TokenTree::Group(group) if is_marker(group));
        let is_hash = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#');
        if is_marker && kept.last().is_some_and(is_hash) {
            kept.pop();
        } else {
            kept.push(token);
        }
    }
    kept.into_iter().collect()
}

/// Returns whether brackets are those of `#[remote]` or `#[upgrade]`.
fn is_marker(group: &Group) -> bool {
    let attribute = group.stream();
    group.delimiter() == Delimiter::Bracket
        && Attribute::parse_outer
            .parse2(quote!(#[#attribute]))
            .is_ok_and(|attrs| attrs.iter().any(|attr| !marker::is_foreign(attr, &Marker::ON_METHODS)))
}

/// Splits `impl Chat { … }` into `impl Chat {}` and what is between the braces.
fn split_body(tokens: TokenStream) -> Option<(TokenStream, TokenStream)> {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let TokenTree::Group(last) = tokens.pop()? else { return None };
    match last.delimiter() {
        Delimiter::Brace => {
            let mut emptied = Group::new(Delimiter::Brace, TokenStream::new());
            emptied.set_span(last.span());
            tokens.push(emptied.into());
            Some((tokens.into_iter().collect(), last.stream()))
        }
        // The whole item came out of a `macro_rules` variable.
        Delimiter::None => {
            tokens.extend(last.stream());
            split_body(tokens.into_iter().collect())
        }
        Delimiter::Bracket | Delimiter::Parenthesis => None,
    }
}

fn is_impl(header: &TokenStream) -> bool {
    let keyword = item_keyword(header).to_string();
    // `default impl` and `unsafe impl` are for the compiler to refuse.
    matches!(keyword.as_str(), "default" | "impl" | "unsafe")
}

/// Returns the first token after attributes and visibility: `struct`, `fn`, ….
fn item_keyword(tokens: &TokenStream) -> TokenStream {
    let find = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let keyword: TokenTree = input.parse()?;
        input.parse::<TokenStream>()?;
        Ok(keyword.into_token_stream())
    };
    find.parse2(tokens.clone()).unwrap_or_default()
}

fn at_function(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let qualifiers = || {
        ahead.parse::<Visibility>()?;
        ahead.parse::<Option<Token![default]>>()?;
        ahead.parse::<Option<Token![const]>>()?;
        ahead.parse::<Option<Token![async]>>()?;
        ahead.parse::<Option<Token![unsafe]>>()?;
        ahead.parse::<Option<Abi>>()
    };
    qualifiers().is_ok() && ahead.peek(Token![fn])
}

/// Returns what stands behind the first `fn`.
fn function_name(tokens: TokenStream) -> Option<String> {
    let mut tokens = tokens.into_iter();
    tokens.find(|token| matches!(token, TokenTree::Ident(ident) if ident == "fn"))?;
    match tokens.next()? {
        TokenTree::Ident(name) => Some(name.unraw().to_string()),
        _ => None,
    }
}

/// Takes everything up to the end of a member that cannot be read.
fn skip_member(input: ParseStream<'_>) -> syn::Result<TokenStream> {
    let mut skipped = TokenStream::new();
    while !input.is_empty() {
        let is_end = input.peek(Token![;]) || input.peek(syn::token::Brace);
        skipped.append(TokenTree::parse(input)?);
        if is_end {
            break;
        }
    }
    Ok(skipped)
}
