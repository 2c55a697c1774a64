//! Prices that wander at random: what an exchange would stand for.

use std::array;

use serde::{Serialize, Serializer};

/// What a pair is traded for now. As JSON, with its name as the field `pair`.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Tick {
    pair: &'static str,
    price: Decimal<2>,
    volume: Decimal<8>,
    /// Counts the ticks of the pair, from 1.
    sequence: u64,
}

/// A number of units of which ten to the power of `PLACES` are one: exact, and therefore a string in JSON.
#[derive(Clone, Copy)]
struct Decimal<const PLACES: u32>(u64);

/// All pairs on their way. Two walks of the same seed are the same.
pub(crate) struct Walk {
    last: [Tick; PAIRS.len()],
    random: Random,
}

/// Numbers that look random: `SplitMix64`.
struct Random(u64);

impl Walk {
    pub(crate) fn new(seed: u64) -> Self {
        let last = PAIRS.map(|(pair, price)| Tick { pair, price: Decimal(price), volume: Decimal(0), sequence: 0 });
        Self { last, random: Random(seed) }
    }

    /// The names of the pairs, in the order of their ticks.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = &'static str> {
        self.last.iter().map(|tick| tick.pair)
    }

    /// Moves the price of each pair by a thousandth at most.
    pub(crate) fn step(&mut self) -> [Tick; PAIRS.len()] {
        self.last = array::from_fn(|index| {
            let Tick { pair, price: Decimal(price), sequence, .. } = self.last[index];
            let most = (price / 1000).max(1);
            let price = (price - most + self.random.up_to(2 * most)).max(most + 1);
            let volume = self.random.up_to(MAX_VOLUME);
            Tick { pair, price: Decimal(price), volume: Decimal(volume), sequence: sequence + 1 }
        });
        self.last
    }
}

impl Random {
    fn up_to(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (bits ^ (bits >> 31)) % (limit + 1)
    }
}

impl<const PLACES: u32> Serialize for Decimal<PLACES> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let one = 10_u64.pow(PLACES);
        let (whole, rest, places) = (self.0 / one, self.0 % one, PLACES as usize);
        serializer.collect_str(&format_args!("{whole}.{rest:0places$}"))
    }
}

/// With the prices at which they begin, in hundredths.
const PAIRS: [(&str, u64); 4] =
    [("ETH/EUR", 315_020), ("ETH/USD", 341_275), ("XBT/EUR", 5_890_410), ("XBT/USD", 6_381_140)];
/// Of one tick, in hundred-millionths.
const MAX_VOLUME: u64 = 5 * 100_000_000;
