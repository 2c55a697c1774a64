//! The table of events in `docs/observability.md` is what the code tells, and each of them is seen in a test.

use std::{collections::BTreeSet, fs, path::Path};

use tests::event_table::rows;

const RUNTIME: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ws-runtime/src");
/// Where events are told, and the span of a connection.
const TELLING: [&str; 3] = ["connection/span.rs", "log.rs", "traffic.rs"];
/// Where each is seen.
const SEEN: [&str; 10] = [
    include_str!("auth_log.rs"),
    include_str!("client_log.rs"),
    include_str!("client_requests.rs"),
    include_str!("introspection.rs"),
    include_str!("jwks.rs"),
    include_str!("observability.rs"),
    include_str!("observed_server.rs"),
    include_str!("out_of_files.rs"),
    include_str!("traffic.rs"),
    include_str!("users.rs"),
];
/// What the operating system does not do when a test asks for it.
const UNSEEN: [&str; 2] =
    ["socket option could not be set", "the operating system has no random numbers for a connection id"];

#[test]
fn the_table_lists_every_event_of_the_code() {
    let calls = ["debug!(", "error!(", "trace!("].map(|call| format!("{call}target: "));
    let code = TELLING.map(|file| fs::read_to_string(Path::new(RUNTIME).join(file)).expect("it can be read")).concat();
    let events = code.lines().filter(|line| calls.iter().any(|call| line.contains(call)));
    let told: BTreeSet<_> = events.map(|line| line.rsplit('"').nth(1).expect("a message").to_owned()).collect();
    let listed: BTreeSet<_> = rows().into_iter().map(|row| row.message).collect();
    assert_eq!(told, listed);
    assert!(told.len() > 20, "{told:?}");
}

#[test]
fn nothing_is_told_anywhere_else() {
    let mut folders = vec![Path::new(RUNTIME).to_path_buf()];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it can be read") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if !TELLING.iter().any(|file| path.ends_with(Path::new("src").join(file))) {
                let code = fs::read_to_string(&path).expect("it is text");
                assert!(!code.contains("tracing::"), "{} speaks to `tracing`", path.display());
                count += 1;
            }
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn every_event_is_seen_in_a_test() {
    for row in rows() {
        let is_seen = SEEN.iter().any(|test| test.contains(&format!("\"{}", row.message)));
        assert_ne!(is_seen, UNSEEN.contains(&row.message.as_str()), "{row:?}");
    }
}
