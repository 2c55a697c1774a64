//! The macro as a whole, on tokens.

mod accepted;
mod catalogue;
mod expansion;
mod lints;
mod robustness;
mod rulebook;
mod rules;
mod source;
mod walkthrough;
