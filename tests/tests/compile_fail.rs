//! What the macro says about mistakes, as its user reads it, and what it accepts.
//!
//! One mistake a file; the first line of a file says the rule. `TRYBUILD=overwrite cargo test --test compile_fail` rewrites
//! the expectations: read each of them before it is committed. Those in `types` hold the compiler's own words, so they
//! belong to the pinned toolchain.

use trybuild::TestCases;

// Two tests, because files that must not be linked are all checked in one go.

#[test]
fn mistakes_are_explained() {
    let cases = TestCases::new();
    cases.compile_fail("ui/many_errors.rs");
    for area in ["args", "client", "combination", "dispatch", "params", "path", "scopes", "signature", "types"] {
        cases.compile_fail(format!("ui/{area}/*.rs"));
    }
}

#[test]
fn variations_are_accepted() {
    TestCases::new().pass("ui/pass/*.rs");
}
