//! Every seed of every target: what a target was begun with, and what it once found.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use fuzz::{TARGETS, Target};

#[test]
fn every_seed_holds() {
    let failed: Vec<PathBuf> = TARGETS.iter().flat_map(|(name, run)| failing_seeds(name, *run)).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn every_target_has_seeds_and_every_folder_a_target() {
    let mut folders: Vec<_> =
        files(&seeds()).iter().filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect();
    folders.sort();
    assert_eq!(folders, TARGETS.map(|(name, _)| name));
    for (name, _) in TARGETS {
        assert!(!files(&seeds().join(name)).is_empty(), "{name} has no seeds");
    }
}

#[test]
fn short_inputs_are_inputs() {
    for (name, run) in TARGETS {
        println!("{name}");
        run(b"");
        for byte in 0..=u8::MAX {
            run(&[byte]);
        }
    }
}

fn failing_seeds(name: &str, run: Target) -> Vec<PathBuf> {
    let holds = |path: &PathBuf| {
        println!("{}", path.display());
        let data = fs::read(path).expect("the seed is readable");
        catch_unwind(AssertUnwindSafe(|| run(&data))).is_ok()
    };
    files(&seeds().join(name)).into_iter().filter(|path| !holds(path)).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("the entry is readable").path()).collect()
}

fn seeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")
}
