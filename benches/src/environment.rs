//! What the figures depend on: the machine, its cores, its limits, and the versions of what is measured.

use std::fs;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::{Error, Result, servers};

/// The cores that the two processes are pinned to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cores {
    pub(crate) server: usize,
    pub(crate) load: usize,
}

impl Cores {
    /// Takes the first two cores that this process may use.
    pub(crate) fn choose() -> Result<Self> {
        let allowed = sched_getaffinity(None)?;
        let mut cores = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
        match (cores.next(), cores.next()) {
            (Some(server), Some(load)) => Ok(Self { server, load }),
            _ => Err("two cores are needed: one for the server, one for the load generator".into()),
        }
    }
}

/// Keeps the calling thread, and every thread that it starts later, on one core.
pub(crate) fn pin(core: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).map_err(|error| format!("core {core} cannot be had: {error}").into())
}

/// Lets this process and its servers open as many files as the hard limit allows, and tells how many that is.
pub(crate) fn raise_file_limit() -> Result<u64> {
    rlimit::increase_nofile_limit(u64::MAX).map_err(|error| format!("the limit of open files: {error}").into())
}

/// Fails unless `connections` fit into the limit of open files, in each of the two processes.
pub(crate) fn require_files(limit: u64, connections: usize) -> Result<()> {
    let needed = connections as u64 + RESERVED_FILES;
    if limit < needed {
        return Err(
            format!("{needed} open files are needed, the hard limit is {limit}: raise it (`ulimit -Hn`)").into()
        );
    }
    Ok(())
}

/// Prints what the figures depend on.
pub(crate) fn print_head(title: &str, cores: Option<Cores>) {
    println!("# {title}\n");
    println!("- kernel: {}", read_line("/proc/sys/kernel/osrelease"));
    println!("- processor: {}", processor());
    // Whatever else runs takes its share of the two cores: rates suffer at once, CPU times through the caches.
    println!("- load average before the start: {}", read_line("/proc/loadavg").split(' ').next().unwrap_or_default());
    if let Some(Cores { server, load }) = cores {
        println!("- server on core {server}, load generator on core {load}");
    }
    let versions: Vec<String> = servers::packages().iter().map(|name| format!("{name} {}", version(name))).collect();
    println!("- {}\n", versions.join(", "));
}

/// Explains an error that the operating system gave for a path.
pub(crate) fn cannot_read(path: &str, error: impl std::fmt::Display) -> Error {
    format!("`{path}` cannot be read: {error}").into()
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let count = info.lines().filter(|line| line.starts_with("processor")).count();
    format!("{} × {count}", model.map_or("unknown", |(_, name)| name))
}

fn read_line(path: &str) -> String {
    fs::read_to_string(path).map_or_else(|_| "unknown".to_owned(), |text| text.trim().to_owned())
}

/// The version of a package that this program was built with: the newest one, where the lock file names several.
fn version(package: &str) -> &'static str {
    let mut lines = LOCK.lines();
    let mut newest = "?";
    while let Some(line) = lines.next() {
        if line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"')) == Some(package)
            && let Some(version) = lines.next().and_then(|line| line.strip_prefix("version = \""))
        {
            newest = version.trim_end_matches('"');
        }
    }
    newest
}

/// The lock file lists versions of one package in ascending order.
const LOCK: &str = include_str!("../../Cargo.lock");

/// For everything that is not a connection.
const RESERVED_FILES: u64 = 64;
