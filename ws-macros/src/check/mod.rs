//! From what was written to a service, or a client, that can be expanded.
//!
//! Every rule is checked, whatever the others found; a rule is skipped only when what it needs is itself wrong.

mod arguments;
mod block;
mod callbacks;
mod combination;
mod dispatch;
mod literal;
mod markers;
mod path;
mod roles;
mod scopes;
mod settings;
mod signature;
mod sources;
mod streams;
mod upgrade;

use crate::args::RawArgs;
use crate::diag::Diagnostics;
use crate::item::RawItem;
use crate::model::{Endpoint, Service};
use crate::side::Side;

/// Checks a service or a client. `None` where something is wrong with it.
pub(crate) fn endpoint<'a>(args: &'a RawArgs, item: &'a RawItem, diags: &mut Diagnostics) -> Option<Endpoint<'a>> {
    let settings = settings::check(args, diags);
    let RawItem::Impl(block) = item else { return None };
    block::check(block, args, diags);
    if block.header.trait_.is_some() {
        return None;
    }
    markers::check(block, args.side, diags);
    let upgrade = match args.side {
        Side::Client => upgrade::check_none(block, diags),
        Side::Service => upgrade::check(block, settings.path.as_ref(), args, diags),
    };
    let callbacks = callbacks::check(block, args, diags);
    let service = match args.side {
        Side::Client => None,
        Side::Service => Some(Service {
            path: settings.path?.literal,
            state: args.state(),
            subprotocols: settings.subprotocols,
            upgrade,
        }),
    };
    let endpoint = Endpoint {
        args,
        block,
        runtime: args.runtime(),
        service,
        dispatcher_key: settings.dispatcher_key,
        stream_id: settings.stream_id,
        skips_validation: settings.skips_validation,
        settings: settings.values,
        callbacks,
    };
    (!block::is_for_the_compiler(block)).then_some(endpoint)
}
