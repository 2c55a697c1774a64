//! The macro as a whole, on tokens.

mod accepted;
mod expansion;
mod robustness;
mod rules;
mod source;
