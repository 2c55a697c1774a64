//! What is left of a service, or a client, with mistakes.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{GenericParam, Type};

use super::{bounds, implemented, state};
use crate::args::RawArgs;
use crate::elide;
use crate::item::{RawImpl, RawItem};
use crate::side::Side;
use crate::types;

/// The user's item, the mistakes, and a stand-in for the service or the client: without one, each use of it would be an error
/// too.
pub(crate) fn fallback(args: &RawArgs, item: &RawItem, errors: Option<&TokenStream>) -> TokenStream {
    match item {
        RawItem::Other(item) => quote!(#item #errors),
        RawItem::Impl(block) => {
            // Without a mistake of ours, the compiler has found one, or else this is what it finds.
            let descriptor = if errors.is_some() {
                quote!(__ws::Descriptor::new("", "/"))
            } else {
                quote!(::core::panic!("expected the compiler to refuse this block"))
            };
            // Nothing else can be a service or a client, or a stand-in for one.
            let is_path = matches!(types::peel(block.self_ty()), Type::Path(_));
            let stand_in = is_path.then(|| stand_in(args, block, &descriptor));
            quote!(#block #errors #stand_in)
        }
    }
}

fn stand_in(args: &RawArgs, block: &RawImpl, descriptor: &TokenStream) -> TokenStream {
    let runtime = args.runtime();
    let implemented = implemented(args.side);
    // A service has no lifetimes, so the block may be wrong in having some.
    let mut generics = block.header.generics.clone();
    generics.params =
        generics.params.into_iter().filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_))).collect();
    let (impl_generics, _, _) = generics.split_for_impl();
    let impl_generics = elide::to_static(impl_generics.to_token_stream());
    let self_ty = elide::to_static(block.self_ty().to_token_stream());
    let bounds = elide::to_static(bounds::expand(args, block));
    let [state_alias, upgrade] = match args.side {
        Side::Client => [None, None],
        Side::Service => {
            let state = state(args.state());
            let upgrade = quote! {
                async fn upgrade(_: &__ws::UpgradeRequest, _: &#state) -> __ws::UpgradeResult<Self> {
                    ::core::unreachable!()
                }
            };
            [Some(quote!(type State = #state;)), Some(upgrade)]
        }
    };
    quote! {
        const _: () = {
            use #runtime::__private as __ws;

            #[automatically_derived]
            impl #impl_generics __ws::#implemented for #self_ty #bounds {
                #state_alias
                const DESCRIPTOR: __ws::Descriptor = #descriptor;
                #upgrade
                async fn call(&mut self, _: &__ws::Caller, _: __ws::Event<'_>) -> __ws::Outcome {
                    ::core::unreachable!()
                }
            }
        };
    }
}
