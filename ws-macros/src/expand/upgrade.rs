//! How an upgrade request becomes a service.

use proc_macro2::TokenStream;
use quote::quote;

use super::argument;
use super::place::{self, local, local_at};
use crate::model::{ArgumentSource, Service, UpgradeArgument};

/// ```text
/// async fn upgrade(request: &__ws::UpgradeRequest, state: &Hub) -> __ws::UpgradeResult<Self> {
///     __ws::accept!(Self::connect(<String as __ws::FromSegment>::extract(request, "username")?, state).await, __ws::UpgradeReply::accept)
/// }
/// ```
pub(super) fn expand(service: &Service<'_>, self_ty: &TokenStream, state: &TokenStream) -> TokenStream {
    let Some(upgrade) = &service.upgrade else { return expand_default(self_ty, state) };
    let takes_state = upgrade.arguments.iter().any(|argument| argument.source == ArgumentSource::State);
    let takes_request = upgrade.arguments.iter().any(|argument| argument.source != ArgumentSource::State);
    let request_name = parameter("request", takes_request);
    let state_name = parameter("state", takes_state);
    let arguments: Vec<_> = upgrade.arguments.iter().map(|argument| expand_argument(service, argument)).collect();
    let call = place::call(&upgrade.function, &arguments);
    let accept = place::at_output(upgrade.function.output, &quote!(__ws::UpgradeReply::accept));
    quote! {
        async fn upgrade(#request_name: &__ws::UpgradeRequest, #state_name: &#state) -> __ws::UpgradeResult<Self> {
            __ws::accept!(#call #accept)
        }
    }
}

/// ```text
/// async fn upgrade(_: &__ws::UpgradeRequest, _: &Hub) -> __ws::UpgradeResult<Self> {
///     <Chat as __ws::DefaultService>::accept()
/// }
/// ```
fn expand_default(self_ty: &TokenStream, state: &TokenStream) -> TokenStream {
    quote! {
        async fn upgrade(_: &__ws::UpgradeRequest, _: &#state) -> __ws::UpgradeResult<Self> {
            <#self_ty as __ws::DefaultService>::accept()
        }
    }
}

fn expand_argument(service: &Service<'_>, written: &UpgradeArgument<'_>) -> TokenStream {
    let request = local("request");
    let extract = |name: &str, requirement, function| {
        let value = argument::associated(written.ty, requirement, function, &quote!(#request, #name));
        quote!(#value?)
    };
    match &written.source {
        ArgumentSource::Header(name) => extract(name, &quote!(FromValues<_>), "header"),
        ArgumentSource::Path(name) => extract(name, &quote!(FromSegment), "extract"),
        ArgumentSource::Query(name) => extract(name, &quote!(FromValues<_>), "query"),
        ArgumentSource::Request => {
            let request = local_at("request", written.ty);
            quote!(#request)
        }
        ArgumentSource::State => argument::state(service.state, written.ty),
    }
}

fn parameter(name: &str, is_used: bool) -> TokenStream {
    let name = local(name);
    if is_used { quote!(#name) } else { quote!(_) }
}
