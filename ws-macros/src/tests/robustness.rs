//! Whatever the user's code looks like, the macro does its part.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::source;
use crate::marker::Marker;
use crate::side::Side;
use crate::{pipeline, stray};

fn service(args: &TokenStream, item: TokenStream) -> TokenStream {
    pipeline::expand(Side::Service, args.clone(), item)
}

/// What `macro_rules` makes of a variable.
fn invisible(tokens: TokenStream) -> TokenStream {
    TokenTree::from(Group::new(Delimiter::None, tokens)).into()
}

fn idents(tokens: TokenStream) -> Vec<String> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Group(group) => idents(group.stream()),
            TokenTree::Ident(ident) => vec![ident.to_string()],
            TokenTree::Literal(_) | TokenTree::Punct(_) => Vec::new(),
        })
        .collect()
}

#[test]
fn a_renamed_runtime_is_the_only_one_that_is_named() {
    let args = quote!(path = "/<id>", crate = ::renamed, idle_timeout = 3, dispatcher_key = "event");
    let members = quote! {
        #[upgrade] fn new(id: u8, #[query] page: u8, #[header] host: String) -> Self { Self }
        #[remote] fn on_text_message(&mut self, text: &str) -> String { text.to_owned() }
        #[remote] fn on_text_message_error(&mut self, error: &Error) {}
        #[remote] fn on_join(&mut self, caller: &Caller) {}
        #[remote] fn on_ping(&mut self, data: &[u8]) {}
        #[remote] fn on_close(&mut self) {}
    };
    let right = service(&args, quote!(impl Chat { #members }));
    let wrong = service(&args, quote!(impl Chat { #members #[remote] fn on_pong(&mut self) {} }));
    for expansion in [right, wrong] {
        let names = idents(expansion);
        assert!(names.iter().any(|name| name == "renamed"));
        assert!(!names.iter().any(|name| name == "websocket"), "{names:?}");
    }
}

#[test]
fn the_prelude_of_the_user_is_not_relied_on() {
    let args = quote!(path = "/", dispatcher_key = "event", idle_timeout = 3);
    let expansion = service(&args, quote!(impl Chat { #[remote] fn on_join(&mut self) {} })).to_string();
    for name in ["Ok", "Some", "None", "Result", "Vec", "String", "Box", "Default"] {
        let bare = expansion.match_indices(&format!(" {name} ")).find(|(at, _)| !expansion[..*at].ends_with("::"));
        assert_eq!(bare, None, "{expansion}");
    }
}

#[test]
fn items_of_macro_rules_are_read_through() {
    let path = invisible(quote!("/chat/<room>"));
    let (ty, argument, receiver) = (invisible(quote!(Chat)), invisible(quote!(&Caller)), invisible(quote!(self)));
    let body = invisible(quote!({}));
    let item = quote! {
        impl #ty {
            #[upgrade] fn connect(room: String) -> Self #body
            #[remote] fn on_open(&mut #receiver, caller: #argument) #body
        }
    };
    let timeout = invisible(quote!(-1));
    let args = quote!(path = #path, connection_closure_timeout = #timeout);
    for item in [item.clone(), invisible(item.clone()), quote!(#[doc = "x"] #item)] {
        let expansion = service(&args, item);
        assert_eq!(source::mistakes(expansion.clone()), []);
        assert!(expansion.to_string().contains("\"Chat\""));
    }
}

#[test]
fn a_half_typed_body_leaves_its_siblings_alone() {
    let item = quote! {
        impl Chat {
            #[remote] fn on_open(&mut self) { let x = self. }
            #[remote] fn on_close(&mut self) {}
        }
    };
    let expansion = service(&quote!(path = "/"), item);
    assert_eq!(source::mistakes(expansion.clone()), []);
    let expansion = expansion.to_string();
    assert!(expansion.contains("let x = self . }") && expansion.contains("Self :: on_close (self)"), "{expansion}");
}

#[test]
fn a_half_typed_attribute_leaves_the_methods_alone() {
    for args in [quote!(path =), quote!(path), quote!(path = "/", idle), quote!(=), quote!(path = "/", state = Vec<)] {
        let expansion = service(&args, quote!(impl Chat { #[remote] fn on_open(&mut self) {} }));
        assert_eq!(source::mistakes(expansion.clone()).len(), 1, "{args}");
        let expansion = expansion.to_string();
        assert!(expansion.contains("fn on_open (& mut self) { }") && expansion.contains("__ws :: Service for Chat"));
    }
}

#[test]
fn attributes_of_the_user_stay() {
    let item = quote! {
        #[doc = "A chat."]
        #[cfg(feature = "chat")]
        impl Chat {
            #![allow(dead_code)]
            #[doc = "Opens."]
            #[expect(clippy::unused_self)]
            #[tracing::instrument(skip(self))]
            #[remote]
            #[cfg(unix)]
            pub(crate) async fn on_open(&mut self, #[allow(unused)] caller: &Caller) {}
            #[upgrade]
            fn new(#[query] #[allow(unused)] page: u8, #[header("host")] #[allow(unused)] host: String) -> Self { Self }
        }
    };
    let mut expansion = service(&quote!(path = "/"), item).to_string();
    for attribute in [
        "# [doc = \"A chat.\"] # [cfg (feature = \"chat\")] impl Chat { # ! [allow (dead_code)]",
        "# [doc = \"Opens.\"] # [expect (clippy :: unused_self)] # [tracing :: instrument (skip (self))] # [cfg (unix)] pub",
        "# [allow (unused)] caller : & Caller",
        // Without ours.
        "fn new (# [allow (unused)] page : u8 , # [allow (unused)] host : String)",
        // Copied to the arm; the others are not.
        "# [cfg (unix)] __ws :: Event :: Open =>",
    ] {
        assert!(expansion.contains(attribute), "{expansion}");
        expansion = expansion.replacen(attribute, "", 1);
    }
    assert!(!expansion.contains("expect") && !expansion.contains("remote"), "{expansion}");
}

#[test]
fn methods_of_different_configurations_do_not_contradict_each_other() {
    let item = quote! {
        impl Chat {
            #[cfg(unix)] #[remote] fn on_message(&mut self, message: Message) {}
            #[cfg(not(unix))] #[remote] fn on_text_message(&mut self, text: &str) {}
            #[cfg(unix)] #[remote] fn on_join(&mut self) {}
            #[cfg(not(unix))] #[remote] fn on_join(&mut self) {}
            #[cfg(not(unix))] #[remote(event = "join")] fn join(&mut self) {}
        }
    };
    let expansion = service(&quote!(path = "/", dispatcher_key = "event"), item);
    assert_eq!(source::mistakes(expansion.clone()), []);
    assert_eq!(expansion.to_string().matches("Self :: on_join (self)").count(), 2, "{expansion}");
}

#[test]
fn methods_of_one_name_are_left_to_the_compiler() {
    let conditional = quote!(#[cfg(unix)]);
    for (first, second) in [(None, None), (Some(&conditional), None), (None, Some(&conditional))] {
        let item = quote!(impl Chat { #first #[remote] fn on_open(&self) {} #second #[remote] fn on_open(&self) {} });
        let expansion = service(&quote!(path = "/"), item);
        assert_eq!(source::mistakes(expansion.clone()), []);
        assert!(!expansion.to_string().contains("Self :: on_open"), "{expansion}");
    }
}

#[test]
fn members_that_cannot_be_read_leave_their_siblings_alone() {
    let table = [
        // Only a callback concerns the service.
        ("fn helper(&self, data) {}", 0),
        ("fn helper(&self, data);", 0),
        ("#[remote] fn on_pong(&self, data) {}", 1),
        // All of it is one member.
        ("helper #[remote] fn on_pnog(&self) {}", 0),
    ];
    for (member, mistakes) in table {
        let source =
            format!("#[service(path = \"/\")] impl Chat {{ {member} #[remote] fn on_open(&self) {{ self.open() }} }}");
        let expansion = source::expand(&source);
        assert_eq!(source::mistakes(expansion.clone()).len(), mistakes, "{expansion}");
        let member: TokenStream = member.trim_start_matches("#[remote] ").parse().unwrap();
        let kept = format!("impl Chat {{ {member} fn on_open (& self) {{ self . open () }} }}");
        assert!(expansion.to_string().starts_with(&kept), "{expansion}");
    }
}

/// The compiler explains what it does not know, what has no size, and what is left out.
#[test]
fn mistakes_of_the_compiler_are_left_to_it() {
    for members in [
        "#[remot] fn on_open(&self) {}",
        "#[upgrade] fn new(#[querry] id: u8) -> Self { Self } #[remote] fn on_open(&self) {}",
        "#[remote] fn on_message(&self, m: str) {}",
        "#[remote] fn on_message(&self, m: [u8]) {}",
        "#[remote] fn on_message(&self, m: _) {}",
        "#[remote] fn on_open(&self) -> _ {}",
        "#[upgrade] fn new(#[query] id: str) -> Self { Self } #[remote] fn on_open(&self) {}",
    ] {
        let expansion = source::expand(&format!("#[service(path = \"/\")] impl Chat {{ {members} }}"));
        assert_eq!(source::mistakes(expansion.clone()), [], "{members}");
        let is_stand_in = expansion.to_string().contains("panic ! (\"expected the compiler");
        assert!(is_stand_in || members.contains("remot]"), "{members}");
        assert!(!expansion.to_string().contains("Self :: "), "{members}");
    }
    // An ordinary method concerns nobody.
    let ordinary = "fn helper(&self, data: str, _: [u8]) -> _ {} #[remote] fn on_open(&self) {}";
    let expansion = source::expand(&format!("#[service(path = \"/\")] impl Chat {{ {ordinary} }}")).to_string();
    assert!(expansion.contains("Self :: on_open (self)"), "{expansion}");
}

/// What was not meant for each other is as many mistakes as it is.
#[test]
fn mistakes_that_have_nothing_to_do_with_each_other_are_all_reported() {
    for (path, arguments, expected) in [("/<room>/<roomy>", "rom: String", 2), ("/<username>", "hub: &Hub", 2)] {
        let connect = format!("#[upgrade] fn connect({arguments}) -> Self {{ Self }}");
        let source = format!("#[service(path = {path:?})] impl Chat {{ {connect} #[remote] fn on_open(&self) {{}} }}");
        assert_eq!(source::mistakes(source::expand(&source)).len(), expected, "{source}");
    }
}

#[test]
fn a_callback_that_cannot_be_read_is_one_mistake() {
    let source = "#[service(path = \"/\")] impl Chat { #[remote] fn on_pong(&self, data) {} }";
    assert_eq!(source::mistakes(source::expand(source)).len(), 1);
}

#[test]
fn what_is_no_service_keeps_what_is_not_ours() {
    let item = "trait Talk { #[remote] #[inline] fn on_open(&self); #[upgrade] fn new() -> Self; }";
    let expansion = source::expand(&format!("#[service(path = \"/\")] {item}")).to_string();
    assert!(
        expansion.starts_with("trait Talk { # [inline] fn on_open (& self) ; fn new () -> Self ; }"),
        "{expansion}"
    );
    let expansion = source::expand("#[service(path = \"/\")] struct Chat(#[remote] u8);").to_string();
    assert!(expansion.starts_with("struct Chat (# [remote] u8) ;"), "{expansion}");
}

#[test]
fn what_is_half_typed_is_one_mistake() {
    for (args, method) in [("path = \"/\"", "on_message"), ("path = \"/\", dispatcher_key = \"event\"", "on_join")] {
        for error in ["error: &Error", "error: Failure"] {
            let members = format!(
                "#[remote] fn {method}(&mut self, room: ) {{}} #[remote] fn {method}_error(&mut self, {error}) {{}}
                 #[remote] fn on_open(&mut self) {{}}"
            );
            let source = format!("#[service({args})] impl Chat {{ {members} }}");
            assert_eq!(source::mistakes(source::expand(&source)).len(), 1, "{source}");
        }
    }
}

#[test]
fn blocks_that_cannot_be_read_are_reported() {
    for block in ["impl !Chat {}", "impl Chat { #[remote] fn on_open(&self) {} #[] fn helper(&self) {} }"] {
        let mistakes = source::mistakes(source::expand(&format!("#[service(path = \"/\")] {block}")));
        assert!(!mistakes.is_empty(), "{block}");
    }
}

#[test]
fn a_marker_in_cfg_attr_is_taken_away() {
    let item = quote!(impl Chat { #[remote] fn on_open(&self) {} #[cfg_attr(unix, remote)] fn on_close(&self) {} });
    let expansion = service(&quote!(path = "/"), item);
    assert_eq!(source::mistakes(expansion.clone()).len(), 1);
    // Left to the compiler, it would be reported as a stray marker too.
    assert!(expansion.to_string().contains("fn on_open (& self) { } fn on_close (& self) { } }"));
}

#[test]
fn a_service_with_mistakes_is_still_a_service() {
    let item = quote!(
        impl<'a, T: 'a> Chat<'a, T>
        where
            &'a T: Send,
        {
            #[remote]
            fn on_open(&self) {}
        }
    );
    let expansion = service(&quote!(path = "/", state = Hub), item);
    assert_eq!(source::mistakes(expansion.clone()).len(), 1);
    let expansion = expansion.to_string();
    let stand_in = "impl < T : 'static > __ws :: Service for Chat < 'static , T > where & 'static T : Send";
    assert!(expansion.contains(stand_in) && expansion.contains("type State = Hub"), "{expansion}");
}

#[test]
fn all_mistakes_are_reported_in_one_build() {
    let expansion = source::expand(
        r#"
        #[service(path = "/<id>/", idle_timout = 3, max_frame_size = 0)]
        impl Chat {
            #[upgrade] fn connect(&self, hub: &Hub) -> Self { Self }
            #[remote] fn on_mesage(&mut self, message: Message) {}
            #[remote] fn on_text_message(self, text: &str, caller: &Caller) {}
            #[remote(event = "x")] fn keep_alive<T>(&mut self) {}
            #[remote] const LIMIT: usize = 1;
        }
        "#,
    );
    let underlined: Vec<String> = source::mistakes(expansion).into_iter().map(|(underlined, _)| underlined).collect();
    let expected = [
        "idle_timout",
        "\"/<id>/\"",
        "0",
        "#[remote]",
        "&self",
        "hub: &Hub",
        "on_mesage",
        "event",
        "self",
        "caller: &Caller",
        "T",
    ];
    assert_eq!(underlined, expected);
}

#[test]
fn a_callback_without_receiver_is_not_taken_for_the_upgrade_function() {
    let expansion =
        source::expand("#[service(path = \"/\")] impl Chat { #[remote] fn on_text_message(#[query] text: &str) {} }");
    let messages: Vec<String> = source::mistakes(expansion).into_iter().map(|(_, message)| message).collect();
    let expected = [
        "the `query` attribute is only valid on an argument of the `upgrade` function",
        "callback `on_text_message` must take `&self` or `&mut self`\n= help: the expected signature is \
             `async fn on_text_message(&mut self, caller: &Caller, text: &str)`",
    ];
    assert_eq!(messages, expected);
}

#[test]
fn which_reference_is_the_reason_is_left_to_the_compiler() {
    let members = "#[remote] fn on_close(&self, one: &str, other: &str) {}";
    let expansion = source::expand(&format!("#[service(path = \"/\")] impl Chat {{ {members} }}"));
    assert_eq!(source::mistakes(expansion), []);
}

#[test]
fn a_stray_marker_says_where_it_belongs() {
    let expansion = stray::expand(Marker::Remote, &"fn on_open() {}".parse().unwrap());
    assert!(expansion.to_string().starts_with("fn on_open () { }"));
    let messages: Vec<String> = source::mistakes(expansion).into_iter().map(|(_, message)| message).collect();
    assert_eq!(
        messages,
        ["the `remote` attribute is only valid inside an `impl` block with the `service` or `client` attribute"]
    );
}

#[test]
fn what_depends_on_a_mistake_is_no_mistake() {
    let table = [
        ("path = 7", "#[upgrade] fn new(id: u8) -> Self { Self } #[remote] fn on_open(&self) {}"),
        ("path = \"/<id>/\"", "#[remote] fn on_open(&self) {}"),
        (
            "path = \"/\", state = \"Hub\"",
            "#[upgrade] fn new(hub: &Hub) -> Self { Self } #[remote] fn on_open(&self) {}",
        ),
        ("path = \"/\", stat = Hub", "#[upgrade] fn new(hub: &Hub) -> Self { Self } #[remote] fn on_open(&self) {}"),
        ("path = \"/\", dispatcher_key = 7", "#[remote(event = \"x\")] fn x(&self) {} #[remote] fn on_y(&self) {}"),
        ("path = \"/\", dispatch_key = \"x\"", "#[remote(event = \"x\")] fn x(&self) {} #[remote] fn on_y(&self) {}"),
        ("path = \"/\"", "#[remote] fn on_mesage(&self) {} #[remote] fn on_mesage_error(&self, error: &Error) {}"),
        ("path = \"/\"", "#[remote(evnt = \"x\")] fn keep_alive(&self) {}"),
        ("path = \"/\", dispatcher_key = \"x\"", "#[remote(event = \"x\" + \"y\")] fn keep_alive(&self) {}"),
        ("path = \"/\"", "#[upgrade] #[remote] fn on_mesage(&self) {}"),
        (
            "path = \"/\"",
            "#[upgrade] fn new() -> Self { Self } #[upgrade] const fn old(x: u8) {} #[remote] fn on_open(&self) {}",
        ),
    ];
    for (args, members) in table {
        let source = format!("#[service({args})] impl Chat {{ {members} }}");
        let mistakes = source::mistakes(source::expand(&source));
        assert_eq!(mistakes.len(), 1, "{source}\n{mistakes:#?}");
    }
}
