//! Compressed echoes of JSON texts: what a message costs, and how small it becomes.

use std::fmt;

use crate::{
    Result,
    environment::{self, Cores},
    load::{
        Load,
        client::{self, Handshake},
        json::{Agreement, Conversation},
        rounds::{self, Sample},
    },
    options::Options,
    process::ServerProcess,
    servers::{self, Ability, Contexts, DEFAULT_MEMORY_LEVEL, Deflate, Server, Task},
    suites::{able, conclude},
};

/// A server and how it compresses.
#[derive(Clone, Copy, Debug)]
struct Contestant {
    server: &'static Server,
    deflate: Deflate,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let cores = Cores::choose()?;
    environment::raise_file_limit()?;
    environment::pin(cores.load)?;
    environment::print_head("deflate: server CPU and size per message, 1 KiB of JSON", Some(cores));
    let contestants: Vec<Contestant> = if options.sweep { sweep()? } else { peers(options)? };
    let mut mistakes = Vec::new();
    for depth in DEPTHS {
        let line = format!("1KiB-{CONNECTIONS}c-d{depth}");
        if !options.wants_line(&line) {
            continue;
        }
        let runs = rounds::interleave(&contestants, options.rounds, ToString::to_string, |contestant| {
            measure(*contestant, depth, options, cores)
        });
        println!("## {line}\n\n{}", rounds::table(&runs, "msg", &[("to the first", BASE)]));
        mistakes.extend(rounds::mistakes(&line, &runs));
    }
    conclude(&mistakes)
}

/// Asks a server how it compresses.
pub(crate) fn agree(process: &ServerProcess) -> Result<Agreement> {
    let mut stream = client::connect(process.address(), Handshake::None)?;
    let answer = client::upgrade(&mut stream, Handshake::Compressed)?;
    Agreement::parse(&answer.unwrap_or_default())
}

fn measure(
    Contestant { server, deflate }: Contestant,
    depth: usize,
    options: &Options,
    cores: Cores,
) -> Result<Sample> {
    let process = ServerProcess::start(server, Task::Deflate(deflate), cores.server)?;
    let exchange = Conversation::new(depth, agree(&process)?)?;
    let mut load = Load::connect(process.address(), CONNECTIONS, Handshake::Compressed, exchange)?;
    // Every connection has said everything once: the contexts are full.
    load.run_batches(Conversation::TEXTS / depth)?;
    let before = heard(&load);
    let sample = rounds::measure(&process, &mut load, options.measured)?;
    let after = heard(&load);
    drop(load);
    process.stop()?;
    #[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 bytes")]
    let bytes = (after.1 - before.1) as f64 / (after.0 - before.0).max(1) as f64;
    Ok(Sample { bytes, ..sample })
}

/// Messages and bytes that all connections have heard.
fn heard(load: &Load<Conversation>) -> (u64, u64) {
    load.hearings().fold((0, 0), |(messages, bytes), heard| (messages + heard.messages, bytes + heard.bytes))
}

fn peers(options: &Options) -> Result<Vec<Contestant>> {
    // Who can compress at all can do it in both modes.
    let servers = able(Ability::Deflate(Contexts::Shared), options)?;
    let modes = LEVELS.into_iter().flat_map(|level| MODES.map(|contexts| Deflate::new(contexts, level)));
    Ok(modes.flat_map(|deflate| servers.iter().map(move |&server| Contestant { server, deflate })).collect())
}

/// Ours in both modes: every level, and then the memory levels for the levels that the peers are compared at.
fn sweep() -> Result<Vec<Contestant>> {
    let server = servers::find(servers::OURS)?;
    let levels = |contexts| (1..=9).map(move |level| Deflate::new(contexts, level));
    let memory_levels = |contexts| {
        let each = move |level| MEMORY_LEVELS.map(|memory_level| Deflate { contexts, level, memory_level });
        LEVELS.into_iter().flat_map(each)
    };
    let all = MODES.into_iter().flat_map(|contexts| levels(contexts).chain(memory_levels(contexts)));
    Ok(all.map(|deflate| Contestant { server, deflate }).collect())
}

impl fmt::Display for Contestant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Deflate { contexts, level, memory_level } = self.deflate;
        write!(f, "{} {contexts} {level}", self.server.name)?;
        if memory_level == DEFAULT_MEMORY_LEVEL { Ok(()) } else { write!(f, " memory {memory_level}") }
    }
}

const CONNECTIONS: usize = 32;
const DEPTHS: [usize; 2] = [1, 16];
/// The row that the others are compared with.
const BASE: &str = "websocket shared 1";
/// Beside the default, 8.
const MEMORY_LEVELS: [u8; 4] = [9, 6, 4, 1];
const LEVELS: [u8; 2] = [1, 6];
const MODES: [Contexts; 2] = [Contexts::Shared, Contexts::Dedicated];
