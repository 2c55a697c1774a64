//! How a configuration file says what is more than a number or a text.

use serde::Deserialize;
use ws_core::close::CloseFrame;

#[cfg(feature = "deflate")]
use crate::compression::Compression;
use crate::listener::config::seconds;
use crate::origins::Origins;
use crate::router::TrustedProxies;
use crate::terms::SlowReceivers;

#[cfg(feature = "deflate")]
#[derive(Clone, Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "expected `\"shared\"`, `\"dedicated\"`, `\"off\"`, or a table of `mode`, `level` (1 to 9), `memory_level` (1 to 9), \
                 `threshold` (bytes), and `window_bits` (8 to 15)"
)]
pub(super) enum CompressionValue {
    Mode(Mode),
    Table(CompressionTable),
}

#[cfg(feature = "deflate")]
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    Dedicated,
    Off,
    #[default]
    Shared,
}

#[cfg(feature = "deflate")]
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CompressionTable {
    mode: Mode,
    level: Option<u8>,
    memory_level: Option<u8>,
    threshold: Option<usize>,
    window_bits: Option<u8>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected `\"same\"`, `\"any\"`, or a list of origins")]
pub(super) enum OriginsValue {
    Policy(OriginPolicy),
    Only(Vec<String>),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum OriginPolicy {
    Any,
    Same,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ProxiesValue {
    Forwarded(Vec<String>),
    None,
    XForwarded(Vec<String>),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum SlowReceiversValue {
    Disconnect { after: f64, code: Option<u16> },
    DropNewest,
    Wait,
}

#[cfg(feature = "deflate")]
impl From<Mode> for Compression {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Dedicated => Self::dedicated(),
            Mode::Off => Self::off(),
            Mode::Shared => Self::shared(),
        }
    }
}

#[cfg(feature = "deflate")]
impl From<CompressionValue> for Compression {
    fn from(value: CompressionValue) -> Self {
        let table = match value {
            CompressionValue::Mode(mode) => return mode.into(),
            CompressionValue::Table(table) => table,
        };
        let CompressionTable { mode, level, memory_level, threshold, window_bits } = table;
        let mut compression = Self::from(mode);
        if let Some(level) = level {
            compression = compression.level(level);
        }
        if let Some(level) = memory_level {
            compression = compression.memory_level(level);
        }
        if let Some(bytes) = threshold {
            compression = compression.threshold(bytes);
        }
        if let Some(bits) = window_bits {
            compression = compression.window_bits(bits);
        }
        compression
    }
}

impl From<OriginsValue> for Origins {
    fn from(value: OriginsValue) -> Self {
        match value {
            OriginsValue::Policy(OriginPolicy::Any) => Self::any(),
            OriginsValue::Policy(OriginPolicy::Same) => Self::same(),
            OriginsValue::Only(origins) => Self::only(origins),
        }
    }
}

impl From<ProxiesValue> for TrustedProxies {
    fn from(value: ProxiesValue) -> Self {
        match value {
            ProxiesValue::Forwarded(networks) => Self::forwarded(networks),
            ProxiesValue::None => Self::none(),
            ProxiesValue::XForwarded(networks) => Self::x_forwarded(networks),
        }
    }
}

impl SlowReceiversValue {
    /// # Errors
    /// What is wrong with it.
    pub(super) fn policy(self) -> Result<SlowReceivers, &'static str> {
        Ok(match self {
            Self::Wait => SlowReceivers::Wait,
            Self::DropNewest => SlowReceivers::DropNewest,
            Self::Disconnect { after, code: None } => SlowReceivers::disconnect(seconds(after)?),
            Self::Disconnect { after, code: Some(code) } => {
                let frame = CloseFrame::new(code, "").map_err(|_| "must have a code that may be sent")?;
                SlowReceivers::Disconnect { after: seconds(after)?, code: frame.code() }
            }
        })
    }
}
