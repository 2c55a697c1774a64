//! The macro as a whole, on tokens.

mod expansion;
mod rules;
mod source;
