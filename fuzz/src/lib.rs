//! What must hold for every input: the bodies of the fuzz targets.
//!
//! Each target is a function of bytes that panics when something does not hold. libFuzzer calls it through `fuzz_targets`, and the
//! test `replay` calls it with every file in `seeds`, so that what was found once is looked for in every test run.

pub mod assembler;
pub mod differential;
pub mod dispatcher_key;
pub mod extension;
pub mod frame_header;
pub mod inflate;
pub mod path;
pub mod request_head;

mod decoding;
mod server;

use arbitrary::Unstructured;

/// The body of a target.
pub type Target = fn(&[u8]);

/// Every target with its name, which is that of its folder in `seeds`.
pub const TARGETS: [(&str, Target); 8] = [
    ("assembler", assembler::run),
    ("differential", differential::run),
    ("dispatcher_key", dispatcher_key::run),
    ("extension", extension::run),
    ("frame_header", frame_header::run),
    ("inflate", inflate::run),
    ("path", path::run),
    ("request_head", request_head::run),
];

/// Takes a byte from the front; zero when there is none, so that a short input is an input too.
fn byte(source: &mut Unstructured<'_>) -> u8 {
    source.arbitrary().unwrap_or_default()
}

/// Takes as many bytes from the front as there are, up to `length`.
fn bytes<'d>(source: &mut Unstructured<'d>, length: usize) -> &'d [u8] {
    source.bytes(length.min(source.len())).unwrap_or_default()
}
