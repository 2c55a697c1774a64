//! What the types of a service must be, for the compiler to check.
//!
//! The macro cannot see through a type alias, the compiler can. Each assertion stands, for the compiler, at the user's
//! own type, so that this is what an error underlines.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Attribute, Type};

use super::{elide, place};
use crate::model::{ArgumentSource, Callback, Event, Function, MessageKind, Service, Upgrade};
use crate::types;

/// ```text
/// #[allow(path_statements)]
/// const CHECKS: () = {
///     <&str as __ws::TextPayload>::CHECK;
///     <Vec<u8> as __ws::PongReply>::CHECK;
/// };
/// ```
pub(super) fn expand(service: &Service<'_>) -> Option<TokenStream> {
    let mut assertions = Vec::new();
    if let Some(upgrade) = &service.upgrade {
        assert_upgrade(upgrade, &mut assertions);
    }
    for callback in &service.callbacks {
        assert_callback(callback, &mut assertions);
    }
    let mut seen = Vec::new();
    let assertions: Vec<_> = assertions.iter().filter(|assertion| assertion.is_new(&mut seen)).collect();
    let assertions = assertions.iter().map(|assertion| assertion.expand());
    (assertions.len() > 0).then(|| {
        quote! {
            // To have no effect is what they are for.
            #[allow(path_statements)]
            const CHECKS: () = { #(#assertions)* };
        }
    })
}

/// `<T as Trait>::CHECK`
struct Assertion<'a> {
    ty: &'a Type,
    requirement: &'static str,
    cfgs: &'a [&'a Attribute],
}

impl Assertion<'_> {
    fn expand(&self) -> TokenStream {
        let cfgs = self.cfgs;
        let ty = elide::lifetimes(self.ty);
        let (first, last) = place::ends(&ty);
        let requirement: TokenStream = self.requirement.parse().unwrap_or_default();
        let open = place::put(first, quote!(<));
        let bound = place::put(last, quote!(as __ws::#requirement>::CHECK));
        quote!(#(#cfgs)* #open #ty #bound;)
    }

    /// Notes the assertion, and returns whether it was not made before.
    fn is_new(&self, seen: &mut Vec<String>) -> bool {
        let cfgs = self.cfgs.iter().map(ToTokens::to_token_stream).collect::<TokenStream>();
        let text = format!("{cfgs} {} {}", self.requirement, elide::lifetimes(self.ty));
        let is_new = !seen.contains(&text);
        seen.push(text);
        is_new
    }
}

fn assert_upgrade<'a>(upgrade: &'a Upgrade<'a>, assertions: &mut Vec<Assertion<'a>>) {
    for argument in &upgrade.arguments {
        let requirement = match argument.source {
            ArgumentSource::Header(_) | ArgumentSource::Query(_) => "FromValues<_>",
            ArgumentSource::Path(_) => "FromSegment",
            ArgumentSource::Request | ArgumentSource::State => continue,
        };
        assertions.push(Assertion { ty: argument.ty, requirement, cfgs: &[] });
    }
    assert_output(&upgrade.function, "UpgradeReply<Self>", &[], assertions);
}

fn assert_callback<'a>(callback: &'a Callback<'a>, assertions: &mut Vec<Assertion<'a>>) {
    let payload = match &callback.event {
        Event::Dispatched { payload, .. } => payload.map(|payload| (payload, "Payload<'_>")),
        Event::Message { kind, payload } => Some((*payload, message_requirement(*kind))),
        Event::Ping { data } | Event::Pong { data } => Some((*data, "BytesPayload")),
        Event::Close { .. } | Event::Error { .. } | Event::IdleTimeout | Event::Open | Event::Rejected { .. } => None,
    };
    let cfgs = &callback.cfgs;
    assertions.extend(payload.map(|(ty, requirement)| Assertion { ty, requirement, cfgs }));
    let reply = match callback.event {
        Event::Close { .. } => "NoReply",
        Event::Ping { .. } => "PongReply",
        // Where the reply is sent, it is checked by its value.
        _ => return,
    };
    assert_output(&callback.function, reply, cfgs, assertions);
}

/// A type that only the compiler knows cannot be named in an assertion.
fn assert_output<'a>(
    function: &Function<'a>,
    requirement: &'static str,
    cfgs: &'a [&'a Attribute],
    assertions: &mut Vec<Assertion<'a>>,
) {
    let nameable = function.output.filter(|output| !types::contains_impl_trait(output));
    assertions.extend(nameable.map(|ty| Assertion { ty, requirement, cfgs }));
}

const fn message_requirement(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Any => "Payload<'_>",
        MessageKind::Binary => "BytesPayload",
        MessageKind::Text => "TextPayload",
    }
}
