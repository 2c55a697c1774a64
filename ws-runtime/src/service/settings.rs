//! The settings of a service: what its attribute says, with the defaults for the rest.

use std::sync::Arc;
use std::time::Duration;

use crate::auth::Auth;
use crate::compression::Compression;
use crate::error::ConfigError;
use crate::origins::Origins;

/// The settings of a service that may be any expression, and the first mistake in them.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) connection_closure_timeout: Option<Duration>,
    pub(crate) max_frame_size: usize,
    pub(crate) max_message_size: usize,
    pub(crate) ping_interval: Option<Duration>,
    pub(crate) pong_timeout: Duration,
    /// `None`: as the listener says.
    pub(crate) compression: Option<Compression>,
    /// `None`: as the listener says.
    pub(crate) origins: Option<Origins>,
    /// `None`: as the listener says.
    pub(crate) auth: Option<Arc<Auth>>,
    mistake: Option<(&'static str, &'static str)>,
}

/// A number of seconds: an integer, a float, or a [`Duration`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of seconds",
    label = "not a number of seconds",
    note = "use an integer, a float, or a `std::time::Duration`"
)]
pub trait Seconds {
    /// Returns the seconds; fractions are allowed.
    fn into_seconds(self) -> f64;
}

/// A number of bytes: a `usize`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of bytes",
    label = "not a number of bytes",
    note = "use a `usize`"
)]
pub trait Size {
    /// Returns the bytes.
    fn into_bytes(self) -> usize;
}

#[diagnostic::do_not_recommend]
impl Size for usize {
    fn into_bytes(self) -> usize {
        self
    }
}

/// A choice of compression: a [`Compression`].
#[cfg(feature = "deflate")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a choice of compression",
    label = "not a `Compression`",
    note = "use a `websocket::Compression`, such as `Compression::off()`"
)]
pub trait CompressionChoice {
    /// Returns the choice.
    fn into_compression(self) -> Compression;
}

#[cfg(feature = "deflate")]
#[diagnostic::do_not_recommend]
impl CompressionChoice for Compression {
    fn into_compression(self) -> Compression {
        self
    }
}

/// Who may connect: an [`Auth`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say who may connect",
    label = "not an `Auth`",
    note = "use a `websocket::Auth`, such as `Auth::rule(…)`, or `Auth::none()` for everybody"
)]
pub trait AuthChoice {
    /// Returns the choice.
    fn into_auth(self) -> Auth;
}

#[diagnostic::do_not_recommend]
impl AuthChoice for Auth {
    fn into_auth(self) -> Auth {
        self
    }
}

/// The web pages that may connect: an array or a `Vec` of origins, or an [`Origins`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which origins are allowed",
    label = "not origins",
    note = "use a list such as `[\"https://example.com\"]`, or a `websocket::Origins`"
)]
pub trait OriginsChoice {
    /// Returns the choice.
    fn into_origins(self) -> Origins;
}

#[diagnostic::do_not_recommend]
impl OriginsChoice for Origins {
    fn into_origins(self) -> Origins {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str>, const N: usize> OriginsChoice for [T; N] {
    fn into_origins(self) -> Origins {
        Origins::only(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: AsRef<str>> OriginsChoice for Vec<T> {
    fn into_origins(self) -> Origins {
        Origins::only(self)
    }
}

impl Settings {
    /// The documented defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            idle_timeout: None,
            connection_closure_timeout: Some(Duration::from_mins(1)),
            max_frame_size: 65_536,
            max_message_size: 1 << 20,
            ping_interval: None,
            pong_timeout: Duration::from_secs(20),
            compression: None,
            origins: None,
            auth: None,
            mistake: None,
        }
    }

    /// 0 is off.
    #[must_use]
    pub fn idle_timeout(mut self, seconds: impl Seconds) -> Self {
        self.idle_timeout = self.duration("idle_timeout", seconds.into_seconds()).filter(|timeout| !timeout.is_zero());
        self
    }

    /// -1 is for ever.
    #[must_use]
    pub fn connection_closure_timeout(mut self, seconds: impl Seconds) -> Self {
        let seconds = seconds.into_seconds();
        let is_for_ever = (seconds + 1.0).abs() < f64::EPSILON;
        self.connection_closure_timeout =
            if is_for_ever { None } else { self.duration("connection_closure_timeout", seconds) };
        self
    }

    /// 0 is off.
    #[must_use]
    pub fn ping_interval(mut self, seconds: impl Seconds) -> Self {
        self.ping_interval =
            self.duration("ping_interval", seconds.into_seconds()).filter(|interval| !interval.is_zero());
        self
    }

    /// Not 0.
    #[must_use]
    pub fn pong_timeout(mut self, seconds: impl Seconds) -> Self {
        let timeout = self.duration("pong_timeout", seconds.into_seconds()).unwrap_or_default();
        if timeout.is_zero() {
            self.mistake.get_or_insert(("pong_timeout", "must be greater than zero"));
        }
        self.pong_timeout = timeout;
        self
    }

    /// Bytes.
    #[must_use]
    pub fn max_frame_size(mut self, bytes: usize) -> Self {
        self.max_frame_size = self.size("max_frame_size", bytes);
        self
    }

    /// Bytes.
    #[must_use]
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.max_message_size = self.size("max_message_size", bytes);
        self
    }

    /// Instead of what the listener says.
    #[cfg(feature = "deflate")]
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        if let Some(mistake) = compression.mistake() {
            self.mistake.get_or_insert(mistake);
        }
        self.compression = Some(compression);
        self
    }

    /// Instead of what the listener says.
    #[must_use]
    pub fn origins(mut self, origins: impl OriginsChoice) -> Self {
        let origins = origins.into_origins();
        if let Some(reason) = origins.mistake() {
            self.mistake.get_or_insert(("origins", reason));
        }
        self.origins = Some(origins);
        self
    }

    /// Instead of what the listener says.
    #[must_use]
    pub fn auth(mut self, auth: impl AuthChoice) -> Self {
        self.auth = Some(Arc::new(auth.into_auth()));
        self
    }

    pub(crate) fn check(self, service: &'static str) -> Result<Self, ConfigError> {
        if let Some(auth) = &self.auth {
            auth.prepare(Some(service))?;
        }
        match self.mistake {
            None => Ok(self),
            Some((key, reason)) => Err(ConfigError::Service { service, key, reason }),
        }
    }

    fn duration(&mut self, key: &'static str, seconds: f64) -> Option<Duration> {
        let duration = Duration::try_from_secs_f64(seconds).ok();
        if duration.is_none() {
            let reason = if seconds < 0.0 { "must not be negative" } else { "must be a finite number of seconds" };
            self.mistake.get_or_insert((key, reason));
        }
        duration
    }

    fn size(&mut self, key: &'static str, bytes: usize) -> usize {
        if bytes == 0 {
            self.mistake.get_or_insert((key, "must be at least 1"));
        }
        bytes
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! impl_seconds {
    ($($number:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Seconds for $number {
            fn into_seconds(self) -> f64 {
                f64::from(self)
            }
        }
    )*};
}

// An error says what the trait says, and lists none of these.
impl_seconds! { i8 i16 i32 u8 u16 u32 f32 f64 }

macro_rules! impl_seconds_lossy {
    ($($number:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Seconds for $number {
            #[expect(clippy::cast_precision_loss, reason = "exact to a second for 285 million years")]
            fn into_seconds(self) -> f64 {
                self as f64
            }
        }
    )*};
}

impl_seconds_lossy! { i64 isize u64 usize }

#[diagnostic::do_not_recommend]
impl Seconds for Duration {
    fn into_seconds(self) -> f64 {
        self.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_integers_floats_or_durations() {
        assert_eq!(Settings::new().idle_timeout(30).idle_timeout, Some(Duration::from_secs(30)));
        assert_eq!(Settings::new().idle_timeout(0.5).idle_timeout, Some(Duration::from_millis(500)));
        assert_eq!(Settings::new().idle_timeout(Duration::from_millis(7)).idle_timeout, Some(Duration::from_millis(7)));
        assert_eq!(Settings::new().idle_timeout(0).idle_timeout, None);
        assert_eq!(Settings::new().connection_closure_timeout(-1).connection_closure_timeout, None);
        assert_eq!(Settings::new().connection_closure_timeout(0).connection_closure_timeout, Some(Duration::ZERO));
    }

    #[test]
    fn the_first_mistake_is_reported_with_its_key() {
        let table = [
            (Settings::new().idle_timeout(-1), "idle_timeout"),
            (Settings::new().idle_timeout(f64::NAN), "idle_timeout"),
            (Settings::new().idle_timeout(f64::INFINITY), "idle_timeout"),
            (Settings::new().connection_closure_timeout(-2), "connection_closure_timeout"),
            (Settings::new().max_frame_size(0).idle_timeout(-1), "max_frame_size"),
            (Settings::new().max_message_size(0), "max_message_size"),
            (Settings::new().ping_interval(-1), "ping_interval"),
            (Settings::new().pong_timeout(0), "pong_timeout"),
        ];
        for (settings, expected) in table {
            match settings.check("Chat") {
                Err(ConfigError::Service { service: "Chat", key, .. }) => assert_eq!(key, expected),
                other => panic!("{expected}: {other:?}"),
            }
        }
    }
}
