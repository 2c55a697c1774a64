//! What the compiler says of types that do not fit, as the compile-fail tests of `tests/ui/types` show it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

pub(super) fn write(page: &mut String) {
    page.push_str(INTRODUCTION);
    let mut tests: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    tests.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    tests.sort();
    for path in tests {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let _ = writeln!(page, "| {} | {} |", rule(&path), link(name));
    }
}

/// The first error of a test, with a link to all that the compiler says.
pub(super) fn link(test: &str) -> String {
    let path = folder().join(test).with_extension("stderr");
    let report = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let error = report.lines().next().and_then(|line| line.split_once(": ")).unwrap().1;
    format!("[{error}](../tests/ui/types/{test}.stderr)")
}

/// The rule that a test states in its first line.
fn rule(path: &Path) -> String {
    let source = fs::read_to_string(path).unwrap();
    source.lines().next().and_then(|line| line.strip_prefix("// ")).unwrap().to_owned()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui/types")
}

const INTRODUCTION: &str = "
## Types

Whether a type fits, the compiler says: at the type, once. Each of these is a test; the link leads to all that the compiler says.

| rule | for instance |
| --- | --- |
";
