//! How an upgrade request becomes a service.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use super::elide;
use super::place::{self, local, local_at};
use crate::model::{ArgumentSource, Service, Upgrade, UpgradeArgument};

/// ```text
/// async fn upgrade(request: &__ws::UpgradeRequest, state: &Hub) -> __ws::UpgradeResult<Self> {
///     __ws::accept!(Self::connect(__ws::path!(request, "username" as String)?, state).await)
/// }
/// ```
pub(super) fn expand(service: &Service<'_>, state: &TokenStream) -> TokenStream {
    let Some(upgrade) = &service.upgrade else { return expand_default(service, state) };
    let takes_state = upgrade.arguments.iter().any(|argument| argument.source == ArgumentSource::State);
    let takes_request = upgrade.arguments.iter().any(|argument| argument.source != ArgumentSource::State);
    let request_name = parameter("request", takes_request);
    let state_name = parameter("state", takes_state);
    let call = expand_call(upgrade);
    quote! {
        async fn upgrade(#request_name: &__ws::UpgradeRequest, #state_name: &#state) -> __ws::UpgradeResult<Self> {
            __ws::accept!(#call)
        }
    }
}

/// ```text
/// async fn upgrade(_: &__ws::UpgradeRequest, _: &Hub) -> __ws::UpgradeResult<Self> {
///     __ws::accept!(<Chat as ::core::default::Default>::default())
/// }
/// ```
fn expand_default(service: &Service<'_>, state: &TokenStream) -> TokenStream {
    let self_ty = service.block.self_ty().to_token_stream();
    // Where the type is not `Default`, this is what the compiler underlines.
    let (first, last) = place::ends(&self_ty);
    let open = place::put(first, quote!(<));
    let default = place::put(last, quote!(as ::core::default::Default>::default()));
    quote! {
        async fn upgrade(_: &__ws::UpgradeRequest, _: &#state) -> __ws::UpgradeResult<Self> {
            __ws::accept!(#open #self_ty #default)
        }
    }
}

fn expand_call(upgrade: &Upgrade<'_>) -> TokenStream {
    let name = upgrade.function.name;
    let arguments = upgrade.arguments.iter().map(expand_argument);
    let dot_await = upgrade.function.is_async.then(|| quote!(.await));
    quote!(Self::#name(#(#arguments),*) #dot_await)
}

fn expand_argument(argument: &UpgradeArgument<'_>) -> TokenStream {
    let request = local("request");
    let ty = elide::lifetimes(argument.ty);
    match &argument.source {
        ArgumentSource::Header(name) => quote!(__ws::header!(#request, #name as #ty)?),
        ArgumentSource::Path(name) => quote!(__ws::path!(#request, #name as #ty)?),
        ArgumentSource::Query(name) => quote!(__ws::query!(#request, #name as #ty)?),
        ArgumentSource::Request => {
            let request = local_at("request", argument.ty);
            quote!(#request)
        }
        ArgumentSource::State => {
            let state = local_at("state", argument.ty);
            quote!(#state)
        }
    }
}

fn parameter(name: &str, is_used: bool) -> TokenStream {
    let name = local(name);
    if is_used { quote!(#name) } else { quote!(_) }
}
