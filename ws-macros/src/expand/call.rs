//! How an event becomes a call.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::Type;

use super::elide;
use super::place::{self, local, local_at};
use crate::model::{Callback, Event, MessageKind, Service, Source};

/// ```text
/// async fn call(&mut self, caller: &__ws::Caller, event: __ws::Event<'_>) -> __ws::Outcome {
///     match event {
///         __ws::Event::Open => __ws::reply!(caller, Self::on_open(self, caller).await),
///         // …
///         _ => __ws::unhandled(),
///     }
/// }
/// ```
pub(super) fn expand(service: &Service<'_>) -> TokenStream {
    let (caller, event) = (local("caller"), local("event"));
    let arms = service.callbacks.iter().map(|callback| expand_arm(service, callback));
    quote! {
        async fn call(&mut self, #caller: &__ws::Caller, #event: __ws::Event<'_>) -> __ws::Outcome {
            match #event {
                #(#arms)*
                _ => __ws::unhandled(),
            }
        }
    }
}

fn expand_arm(service: &Service<'_>, callback: &Callback<'_>) -> TokenStream {
    let cfgs = &callback.cfgs;
    let stream_id = service.stream_id.filter(|_| callback.event.has_stream_id());
    let pattern = expand_pattern(&callback.event, stream_id.is_some());
    let call = expand_call(service, callback);
    let caller = local("caller");
    let outcome = match callback.event {
        Event::Close { .. } => quote!(__ws::ended!(#call)),
        Event::Ping { .. } => quote!(__ws::pong!(#caller, #call)),
        _ => {
            let id = local("id");
            let carried = stream_id.map(|name| quote!(#name = #id,));
            expand_reply(callback.function.output, &quote!(#caller, #carried #call))
        }
    };
    quote!(#(#cfgs)* #pattern => #outcome,)
}

/// `__ws::reply!(…)`, for the compiler at the type of what is returned: an error in that underlines it.
fn expand_reply(output: Option<&Type>, arguments: &TokenStream) -> TokenStream {
    let (first, last) = output.map_or_else(call_site, |output| place::ends(&output.to_token_stream()));
    let name = place::put(first, quote!(__ws::reply!));
    let arguments = place::put(last, quote!((#arguments)));
    quote!(#name #arguments)
}

fn call_site() -> (Span, Span) {
    (Span::call_site(), Span::call_site())
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
        Event::Rejected { source: Source::Dispatched(index), .. } => {
            let index = syn::Index::from(*index);
            quote!(Rejected(__ws::Source::Dispatched(#index), #variable, #id))
        }
        Event::Rejected { source: Source::Message(kind), .. } => {
            let kinds = kinds(*kind);
            quote!(Rejected(#(__ws::Source::#kinds)|*, #variable, _))
        }
    };
    quote!(__ws::Event::#pattern)
}

/// `Self::on_close(self, caller, status, reason).await`
fn expand_call(service: &Service<'_>, callback: &Callback<'_>) -> TokenStream {
    let name = callback.function.name;
    let mut arguments = vec![quote!(self)];
    arguments.extend(callback.caller.map(|ty| local_at("caller", ty).into_token_stream()));
    arguments.extend(expand_arguments(service, &callback.event));
    let dot_await = callback.function.is_async.then(|| quote!(.await));
    quote!(Self::#name(#(#arguments),*) #dot_await)
}

fn expand_arguments(service: &Service<'_>, event: &Event<'_>) -> Vec<TokenStream> {
    let variable = variable(event);
    let as_it_is = |name: &str, ty: Option<&Type>| ty.map(|ty| local_at(name, ty).into_token_stream());
    let payload = |ty: &Type| {
        let ty = elide::lifetimes(ty);
        let payload = if service.skips_validation { quote!(unvalidated) } else { quote!(payload) };
        let id = local("id");
        let carried =
            service.stream_id.filter(|_| event.has_stream_id()).map(|_| quote!(.map_err(|failure| failure.of(#id))));
        quote!(__ws::#payload!(#variable as #ty) #carried ?)
    };
    match event {
        Event::Close { status, reason } => {
            [as_it_is("status", *status), as_it_is("reason", *reason)].into_iter().flatten().collect()
        }
        Event::Dispatched { payload: ty, .. } => ty.iter().map(|ty| payload(ty)).collect(),
        Event::Error { error } | Event::Rejected { error, .. } => as_it_is("error", Some(error)).into_iter().collect(),
        Event::IdleTimeout | Event::Open => Vec::new(),
        Event::Message { payload: ty, .. } | Event::Ping { data: ty } | Event::Pong { data: ty } => vec![payload(ty)],
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
