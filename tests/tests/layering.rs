//! Data flows one way through the runtime: no module names one above it.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of `ws-runtime/src`, from where bytes come in down to what everything rests on. A module may name those below it
/// and those on its own line.
const LAYERS: [&[&str]; 10] = [
    &["lib", "attributes", "private"],
    &["listener", "testing"],
    &["client", "router"],
    &["connection"],
    &["service"],
    &["auth"],
    &["upgrade"],
    &["caller"],
    &["prepared"],
    &[
        "compression",
        "endpoint",
        "error",
        "future",
        "identity",
        "kind",
        "labels",
        "log",
        "message",
        "metrics",
        "network",
        "no_compression",
        "no_metrics",
        "origins",
        "pool",
        "terms",
        "tls",
        "tls_info",
        "traffic",
        "transport",
        "validate",
    ],
];

#[test]
fn no_module_of_the_runtime_names_one_above_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ws-runtime/src");
    let mut files = Vec::new();
    collect(&source, &mut files);
    assert!(files.len() > 20, "the runtime is not where this test looks");

    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&source).expect("it is below the source");
        let module = relative.iter().next().and_then(|part| Path::new(part).file_stem()?.to_str()).expect("a module");
        let own = layer(module);
        for named in named_modules(&fs::read_to_string(&file).expect("it can be read")) {
            if layer(&named) < own {
                wrong.push(format!("{} names `{named}`", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "upward edges:\n{}", wrong.join("\n"));
}

/// The crates below the runtime do not name it, and the protocol knows no runtime.
#[test]
fn the_crates_depend_in_one_direction() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = |name: &str| fs::read_to_string(workspace.join(name).join("Cargo.toml")).expect("it can be read");
    let core = manifest("ws-core");
    for foreign in ["ws-macros", "websocket", "ws-runtime", "tokio", "hyper"] {
        assert!(!core.contains(&format!("\n{foreign}")), "`ws-core` depends on `{foreign}`");
    }
    let macros = manifest("ws-macros");
    for foreign in ["websocket", "ws-runtime", "tokio"] {
        assert!(!macros.contains(&format!("\n{foreign}")), "`ws-macros` depends on `{foreign}`");
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("it can be read") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Every `m` of a `crate::m` outside of comments.
fn named_modules(source: &str) -> Vec<String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let names = code.flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>());
    let first =
        |rest: String| rest.split(|char: char| !char.is_alphanumeric() && char != '_').next().map(str::to_owned);
    names.filter_map(first).filter(|name| LAYERS.iter().any(|layer| layer.contains(&name.as_str()))).collect()
}

fn layer(module: &str) -> usize {
    let found = LAYERS.iter().position(|layer| layer.contains(&module));
    found.unwrap_or_else(|| panic!("`{module}` has no layer: give it one in this test"))
}
