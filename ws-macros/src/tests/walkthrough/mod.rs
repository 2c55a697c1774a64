//! A service beside its expansion: what `docs/expansion.md` is made of.
//!
//! The prose is `page.md`. There, `{{name}}` stands for a part of the service or of its expansion, so that the page fails when
//! one of them changes; `UPDATE_EXPECT=1 cargo nextest run -p ws-macros` writes it anew.

mod parts;

use std::fmt::Write as _;
use std::fs;

use expect_test::expect_file;
use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{ImplItem, ItemImpl};

use self::parts::Parts;
use super::source;

const PAGE: &str = include_str!("page.md");

const SERVICE: &str = r#"#[websocket::service(path = "/market/<name>", state = Exchange, dispatcher_key = "event", idle_timeout = 300)]
impl Market {
    #[upgrade]
    async fn connect(name: String, #[query] token: Option<u64>, exchange: &Exchange) -> Result<Self, UpgradeError> {
        exchange.enter(name, token).await
    }

    #[remote]
    async fn on_open(&mut self, caller: &Caller) -> String {
        self.exchange.welcome(caller.connection_id())
    }

    #[remote]
    async fn on_subscribe(&mut self, request: Subscribe<'_>) -> impl Stream<Item = Tick> + use<> {
        self.exchange.ticks(request.pairs)
    }

    #[remote]
    fn on_subscribe_error(&mut self, error: &Error) -> Refusal {
        Refusal { reason: error.to_string() }
    }

    #[remote]
    fn on_ping(&mut self, data: &[u8]) -> Vec<u8> {
        data.to_vec()
    }

    #[remote]
    async fn on_close(&mut self, caller: &Caller, status: CloseCode) {
        self.exchange.leave(caller.connection_id(), status).await;
    }
}
"#;

#[test]
fn the_page_shows_the_expansion() {
    let (block, generated) = expand(SERVICE);
    let mut parts = Parts::of(SERVICE, &format!("{block}{generated}"));
    parts.add("costs", &costs());
    parts.add("service lines", &SERVICE.lines().count());
    parts.add("generated lines", &generated.lines().count());
    expect_file!["../../../../docs/expansion.md"].assert_eq(&parts.fill(PAGE));
}

#[test]
fn the_service_is_formatted() {
    assert_eq!(source::format(SERVICE), SERVICE);
}

#[test]
fn the_block_is_what_the_user_wrote_without_our_attributes() {
    let (_, block) = SERVICE.split_once('\n').unwrap();
    let ours = ["#[upgrade]", "#[remote]", "#[query]"];
    let block = ours.iter().fold(block.to_owned(), |block, attribute| block.replace(attribute, ""));
    let mut expanded: ItemImpl = syn::parse_str(&expand(SERVICE).0).unwrap();
    for item in &mut expanded.items {
        let ImplItem::Fn(method) = item else { panic!("expected a method") };
        // What the page says that is added.
        method.attrs.retain(|attr| !attr.to_token_stream().to_string().starts_with("# [allow (clippy :: "));
    }
    assert_eq!(format_tokens(&expanded.to_token_stream().to_string()), format_tokens(&block));
}

/// What the page says that there is not.
#[test]
fn the_generated_code_boxes_nothing_copies_no_body_and_names_one_path() {
    let (_, generated) = expand(SERVICE);
    for absent in ["Box", "dyn", "clone", "welcome", "ticks", "Refusal", "to_vec", "leave", "core::", "std::"] {
        assert!(!generated.contains(absent), "{absent}: {generated}");
    }
    assert_eq!(generated.matches("websocket").collect::<Vec<_>>().len(), 1);
    assert!(generated.contains("use ::websocket::__private as __ws;"));
}

#[test]
fn the_page_explains_every_name() {
    let private = concat!(env!("CARGO_MANIFEST_DIR"), "/../ws-runtime/src/private.rs");
    let private = fs::read_to_string(private).unwrap();
    let (_, generated) = expand(SERVICE);
    let explained = names_after("`__ws::", PAGE);
    for name in names_after("__ws::", &generated) {
        assert!(explained.contains(&name), "`{name}` is not on the page");
    }
    for name in explained {
        assert!(private.split(|char| !is_of_name(char)).any(|word| word == name), "there is no `{name}`");
    }
}

/// The user's block, and what is generated beside it.
fn expand(service: &str) -> (String, String) {
    let expansion = source::expand(service);
    assert_eq!(source::mistakes(expansion.clone()), []);
    let expansion = source::format(&expansion.to_string());
    let (block, generated) = expansion.split_at(expansion.find("const _: () =").unwrap());
    (block.to_owned(), generated.to_owned())
}

/// A table of the lines that each callback adds to the expansion of a service that has others already.
fn costs() -> String {
    let block: ItemImpl = syn::parse_str(SERVICE).unwrap();
    let callbacks = block.items.iter().skip(1);
    let mut table = String::from("| callback | its own lines | lines generated for it |\n| --- | --- | --- |");
    for callback in callbacks {
        let name = name(callback);
        // An error callback cannot be without its method.
        let twin = format!("{name}_error");
        let with = generated_lines(&block, &[&twin]);
        let without = generated_lines(&block, &[&twin, &name]);
        let own = source::format(&format!("impl Market {{ {} }}", callback.to_token_stream())).lines().count() - 2;
        let _ = write!(table, "\n| `{name}` | {own} | {} |", with - without);
    }
    table
}

/// Counts the lines that are generated for a service without these methods.
fn generated_lines(block: &ItemImpl, without: &[&str]) -> usize {
    let mut block = block.clone();
    block.items.retain(|item| !without.contains(&&*name(item)));
    expand(&block.to_token_stream().to_string()).1.lines().count()
}

fn name(item: &ImplItem) -> String {
    let ImplItem::Fn(method) = item else { panic!("expected a method") };
    method.sig.ident.to_string()
}

fn names_after<'a>(prefix: &str, text: &'a str) -> Vec<&'a str> {
    text.split(prefix).skip(1).filter_map(|rest| rest.split(|char| !is_of_name(char)).next()).collect()
}

fn is_of_name(char: char) -> bool {
    char.is_alphanumeric() || char == '_'
}

/// Formats code as if it had no empty lines.
fn format_tokens(code: &str) -> String {
    source::format(&code.parse::<TokenStream>().unwrap().to_string())
}
