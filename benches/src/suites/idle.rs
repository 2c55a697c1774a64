//! Many connections that have had their say: what each of them keeps in memory.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    Result,
    environment::{self, Cores},
    load::{Exchange, Load, client::Handshake, echo::Echo, json::Conversation},
    options::Options,
    process::ServerProcess,
    servers::{Ability, Contexts, Deflate, Server, Task},
    suites::{able, conclude, deflate},
    table::Table,
};

/// What the connections of a line have agreed on.
#[derive(Clone, Copy, Debug)]
struct Line {
    name: &'static str,
    task: Task,
    ability: Ability,
    connections: usize,
}

/// Memory of the server, in bytes.
#[derive(Clone, Copy, Debug)]
struct Memory {
    before: u64,
    after: u64,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let cores = Cores::choose()?;
    let limit = environment::raise_file_limit()?;
    environment::pin(cores.load)?;
    environment::print_head("idle: resident memory per connection, after one verified echo of 1 KiB", Some(cores));
    let mut mistakes = Vec::new();
    for line in LINES.iter().filter(|line| options.wants_line(line.name)) {
        // A server that cannot compress has no part in that line.
        let Ok(servers) = able(line.ability, options) else { continue };
        environment::require_files(limit, line.connections)?;
        let mut table = Table::new(&["server", "B/connection", "without the start", "at start KiB", "in all KiB"]);
        for server in servers {
            match measure(server, line, cores) {
                Ok(memory) => table.row(row(server.name, memory, line.connections)),
                Err(error) => mistakes.push(format!("{}, {}: {error}", line.name, server.name)),
            }
        }
        println!("## {}\n\n{table}", line.name);
    }
    conclude(&mistakes)
}

fn measure(server: &Server, line: &Line, cores: Cores) -> Result<Memory> {
    let process = ServerProcess::start(server, line.task, cores.server)?;
    if let Task::Deflate(_) = line.task {
        let agreement = deflate::agree(&process)?;
        return fill(process, line, Handshake::Compressed, Conversation::new(1, agreement)?);
    }
    let handshake = if server.is_floor() { Handshake::None } else { Handshake::Plain };
    fill(process, line, handshake, Echo::new(SIZE, 1, handshake))
}

fn fill<E: Exchange>(process: ServerProcess, line: &Line, handshake: Handshake, exchange: E) -> Result<Memory> {
    let before = settled(&process)?;
    let mut load = Load::connect(process.address(), line.connections, handshake, exchange)?;
    load.run_batches(1)?;
    let after = settled(&process)?;
    drop(load);
    process.stop()?;
    Ok(Memory { before, after })
}

/// Waits until the memory stays as it is; what moves on and on is taken as it is at last.
fn settled(process: &ServerProcess) -> Result<u64> {
    let limit = Instant::now() + SETTLING;
    let mut last = process.resident()?;
    let mut since = Instant::now();
    while since.elapsed() < QUIET && Instant::now() < limit {
        thread::sleep(INTERVAL);
        let now = process.resident()?;
        if now != last {
            (last, since) = (now, Instant::now());
        }
    }
    Ok(last)
}

fn row(name: &str, Memory { before, after }: Memory, connections: usize) -> [String; 5] {
    let each = |bytes: u64| (bytes / connections as u64).to_string();
    let kib = |bytes: u64| (bytes / 1024).to_string();
    [name.to_owned(), each(after), each(after.saturating_sub(before)), kib(before), kib(after)]
}

const LINES: [Line; 3] = [
    Line { name: "plain-10000c", task: Task::Echo, ability: Ability::Echo, connections: 10_000 },
    Line {
        name: "shared-10000c",
        task: Task::Deflate(Deflate::new(Contexts::Shared, 1)),
        ability: Ability::Deflate(Contexts::Shared),
        connections: 10_000,
    },
    Line {
        name: "dedicated-2000c",
        task: Task::Deflate(Deflate::new(Contexts::Dedicated, 1)),
        ability: Ability::Deflate(Contexts::Dedicated),
        connections: 2000,
    },
];

/// Bytes.
const SIZE: usize = 1 << 10;
const INTERVAL: Duration = Duration::from_millis(100);
/// How long the memory must not change.
const QUIET: Duration = Duration::from_secs(1);
const SETTLING: Duration = Duration::from_secs(15);
