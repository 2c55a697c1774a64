//! From what was written to a service that can be expanded.
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
use crate::key::Key;
use crate::model::Service;

/// Checks a service. `None` where something is wrong with it.
pub(crate) fn service<'a>(args: &'a RawArgs, item: &'a RawItem, diags: &mut Diagnostics) -> Option<Service<'a>> {
    let settings = settings::check(args, diags);
    let RawItem::Impl(block) = item else { return None };
    block::check(block, args.has(Key::Path), diags);
    if block.header.trait_.is_some() {
        return None;
    }
    markers::check(block, diags);
    let upgrade = upgrade::check(block, settings.path.as_ref(), args, diags);
    let callbacks = callbacks::check(block, args, diags);
    let service = Service {
        args,
        block,
        runtime: args.runtime(),
        path: settings.path?.literal,
        state: args.state(),
        subprotocols: settings.subprotocols,
        dispatcher_key: settings.dispatcher_key,
        stream_id: settings.stream_id,
        skips_validation: settings.skips_validation,
        settings: settings.values,
        upgrade,
        callbacks,
    };
    (!block::is_for_the_compiler(block)).then_some(service)
}
