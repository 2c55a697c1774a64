//! How an event becomes a call.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::Type;

use super::argument;
use super::place::{self, local, local_at};
use crate::elide;
use crate::model::{Callback, Endpoint, Event, MessageKind, Source};

/// ```text
/// async fn call(&mut self, caller: &__ws::Caller, event: __ws::Event<'_>) -> __ws::Outcome {
///     match event {
///         __ws::Event::Open => __ws::reply!(caller, Self::on_open(self, caller).await, __ws::Reply::send),
///         // …
///         _ => __ws::unhandled(),
///     }
/// }
/// ```
pub(super) fn expand(endpoint: &Endpoint<'_>) -> TokenStream {
    let (caller, event) = (local("caller"), local("event"));
    let arms = endpoint.callbacks.iter().map(|callback| expand_arm(endpoint, callback));
    quote! {
        async fn call(&mut self, #caller: &__ws::Caller, #event: __ws::Event<'_>) -> __ws::Outcome {
            match #event {
                #(#arms)*
                _ => __ws::unhandled(),
            }
        }
    }
}

fn expand_arm(endpoint: &Endpoint<'_>, callback: &Callback<'_>) -> TokenStream {
    let cfgs = &callback.cfgs;
    let stream_id = endpoint.stream_id.filter(|_| callback.event.has_stream_id());
    let pattern = expand_pattern(&callback.event, stream_id.is_some());
    let call = expand_call(endpoint, callback);
    let caller = local("caller");
    let output = callback.function.output;
    let outcome = match callback.event {
        Event::Close { .. } => {
            let end = place::at_output(output, &quote!(__ws::NoReply::end));
            quote!(__ws::ended!(#call #end))
        }
        Event::Ping { .. } => {
            let send = place::at_output(output, &quote!(__ws::PongReply::send));
            quote!(__ws::pong!(#caller, #call #send))
        }
        _ => {
            let id = local("id");
            let carried = stream_id.map(|name| quote!(#name = #id,));
            let send = place::at_output(output, &quote!(__ws::Reply::send));
            quote!(__ws::reply!(#caller, #carried #call #send))
        }
    };
    if callback.scopes.is_empty() {
        return quote!(#(#cfgs)* #pattern => #outcome,);
    }
    let permission = expand_permission(callback, stream_id.is_some());
    quote!(#(#cfgs)* #pattern => { #permission #outcome })
}

/// `__ws::permit(caller, &["write"])?;`
fn expand_permission(callback: &Callback<'_>, has_id: bool) -> TokenStream {
    let (scopes, caller, id) = (&callback.scopes, local("caller"), local("id"));
    let carried = has_id.then(|| quote!(.map_err(|failure| failure.of(#id))));
    quote!(__ws::permit(#caller, &[#(#scopes),*]) #carried ?;)
}

fn expand_pattern(event: &Event<'_>, takes_id: bool) -> TokenStream {
    let (variable, id) = (variable(event), name_if("id", takes_id));
    let pattern = match event {
        Event::Close { status, reason } => {
            let status = name_if("status", status.is_some());
            let reason = name_if("reason", reason.is_some());
            quote!(Close(#status, #reason))
        }
        Event::Dispatched { index, payload, .. } => {
            let (index, payload) = (syn::Index::from(*index), name_if("message", payload.is_some()));
            quote!(Dispatched(#index, #payload, #id))
        }
        Event::Error { .. } => quote!(Error(#variable, #id)),
        Event::IdleTimeout => quote!(IdleTimeout),
        Event::Message { kind, .. } => {
            let kinds = kinds(*kind);
            return quote!(#(__ws::Event::#kinds(#variable))|*);
        }
        Event::Open => quote!(Open),
        Event::Ping { .. } => quote!(Ping(#variable)),
        Event::Pong { .. } => quote!(Pong(#variable)),
        Event::Rejected { source: Source::Dispatched(indices), .. } => {
            let indices = indices.iter().map(|index| syn::Index::from(*index));
            quote!(Rejected(__ws::Source::Dispatched(#(#indices)|*), #variable, #id))
        }
        Event::Rejected { source: Source::Message(kind), .. } => {
            let kinds = kinds(*kind);
            quote!(Rejected(#(__ws::Source::#kinds)|*, #variable, _))
        }
    };
    quote!(__ws::Event::#pattern)
}

/// `Self::on_message(self, caller, __ws::payload!(message as Order)?).await`
fn expand_call(endpoint: &Endpoint<'_>, callback: &Callback<'_>) -> TokenStream {
    let mut arguments = vec![quote!(self)];
    arguments.extend(callback.caller.map(|ty| local_at("caller", ty).into_token_stream()));
    arguments.extend(expand_arguments(endpoint, &callback.event));
    place::call(&callback.function, &arguments)
}

fn expand_arguments(endpoint: &Endpoint<'_>, event: &Event<'_>) -> Vec<TokenStream> {
    let variable = variable(event);
    let bind = |ty: &Type, requirement| {
        let bound = argument::associated(ty, requirement, "bind", &quote!(#variable));
        quote!(#bound?)
    };
    let payload = |ty: &Type| {
        let ty = elide::lifetimes(ty);
        let payload = if endpoint.skips_validation { quote!(unvalidated) } else { quote!(payload) };
        let id = local("id");
        let carried =
            endpoint.stream_id.filter(|_| event.has_stream_id()).map(|_| quote!(.map_err(|failure| failure.of(#id))));
        quote!(__ws::#payload!(#variable as #ty) #carried ?)
    };
    match event {
        Event::Close { status, reason } => {
            let status = status.map(|ty| argument::given("status", ty, &quote!(FromStatus)));
            let reason = reason.map(argument::reason);
            status.into_iter().chain(reason).collect()
        }
        Event::Dispatched { payload: ty, .. } => ty.iter().map(|ty| payload(ty)).collect(),
        Event::Error { error } | Event::Rejected { error, .. } => {
            vec![argument::given("error", error, &quote!(FromError<'_>))]
        }
        Event::IdleTimeout | Event::Open => Vec::new(),
        Event::Message { kind: MessageKind::Any, payload: ty } => vec![payload(ty)],
        Event::Message { kind: MessageKind::Text, payload: ty } => vec![bind(ty, &quote!(TextPayload<'_>))],
        Event::Message { kind: MessageKind::Binary, payload: ty }
        | Event::Ping { data: ty }
        | Event::Pong { data: ty } => {
            vec![bind(ty, &quote!(BytesPayload<'_>))]
        }
    }
}

/// What the one value of an event is called.
fn variable(event: &Event<'_>) -> Ident {
    local(match event {
        Event::Error { .. } | Event::Rejected { .. } => "error",
        Event::Ping { .. } | Event::Pong { .. } => "data",
        _ => "message",
    })
}

fn kinds(kind: MessageKind) -> Vec<Ident> {
    let names: &[&str] = match kind {
        MessageKind::Any => &["Text", "Binary"],
        MessageKind::Binary => &["Binary"],
        MessageKind::Text => &["Text"],
    };
    names.iter().map(|name| format_ident!("{name}")).collect()
}

fn name_if(name: &str, is_used: bool) -> TokenStream {
    let name = local(name);
    if is_used { quote!(#name) } else { quote!(_) }
}
