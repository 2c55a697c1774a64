//! The attributes on and inside a service that are ours.

use syn::{Attribute, Meta, Token, punctuated::Punctuated};

/// An attribute that the attribute of the block reads and takes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    /// On the block, beside the attribute that reads it.
    Client,
    /// On an argument of the upgrade function: a request header.
    Header,
    /// On an argument of the upgrade function: a query parameter.
    Query,
    /// On a method: a callback.
    Remote,
    /// On the block, beside the attribute that reads it.
    Service,
    /// On the upgrade function.
    Upgrade,
}

impl Marker {
    pub(crate) const ON_ARGUMENTS: [Self; 2] = [Self::Header, Self::Query];
    pub(crate) const ON_BLOCKS: [Self; 2] = [Self::Client, Self::Service];
    pub(crate) const ON_METHODS: [Self; 2] = [Self::Remote, Self::Upgrade];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Header => "header",
            Self::Query => "query",
            Self::Remote => "remote",
            Self::Service => "service",
            Self::Upgrade => "upgrade",
        }
    }

    /// Recognises a marker by the last segment of its path: `#[remote]` and `#[websocket::remote]`.
    pub(crate) fn is(self, attr: &Attribute) -> bool {
        self.is_meta(&attr.meta)
    }

    /// Recognises a marker that `cfg_attr` hides: `#[cfg_attr(unix, remote)]`.
    pub(crate) fn is_hidden_in(self, attr: &Attribute) -> bool {
        hides(attr, |meta| self.is_meta(meta))
    }

    fn is_meta(self, meta: &Meta) -> bool {
        meta.path().segments.last().is_some_and(|segment| segment.ident == self.name())
    }
}

/// Returns whether an attribute is a `cfg_attr` with such an attribute in it.
pub(crate) fn hides(attr: &Attribute, is_hidden: impl Fn(&Meta) -> bool) -> bool {
    if !attr.path().is_ident("cfg_attr") {
        return false;
    }
    let metas = attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    metas.is_ok_and(|metas| metas.iter().skip(1).any(is_hidden))
}

/// Returns whether the user's item keeps an attribute that stands where these markers can stand.
pub(crate) fn is_foreign(attr: &Attribute, markers: &[Marker]) -> bool {
    !markers.iter().any(|marker| marker.is(attr) || marker.is_hidden_in(attr))
}
