//! One speaks, a thousand hear it: what a delivery costs.

use crate::{
    Result,
    environment::{self, Cores},
    load::{
        room::Room,
        rounds::{self, Sample},
    },
    options::Options,
    process::ServerProcess,
    servers::{self, Ability, Server, Task},
    suites::{able, conclude},
};

pub(crate) fn run(options: &Options) -> Result<()> {
    let cores = Cores::choose()?;
    environment::require_files(environment::raise_file_limit()?, LISTENERS)?;
    environment::pin(cores.load)?;
    environment::print_head("broadcast: server CPU per delivery, 125 B to 1000 receivers", Some(cores));
    let servers = able(Ability::Broadcast, options)?;
    let mut mistakes = Vec::new();
    for depth in DEPTHS {
        let line = format!("{SIZE}B-{LISTENERS}c-d{depth}");
        if !options.wants_line(&line) {
            continue;
        }
        let runs = rounds::interleave(
            &servers,
            options.rounds,
            |server| server.name.to_owned(),
            |server| measure(server, depth, options, cores),
        );
        println!("## {line}\n\n{}", rounds::table(&runs, "delivery", &servers::BASES[..1]));
        mistakes.extend(rounds::mistakes(&line, &runs));
    }
    conclude(&mistakes)
}

fn measure(server: &Server, depth: usize, options: &Options, cores: Cores) -> Result<Sample> {
    let process = ServerProcess::start(server, Task::Broadcast, cores.server)?;
    let mut room = Room::connect(process.address(), LISTENERS, SIZE, depth)?;
    room.run_for(options.measured / rounds::WARM_UP_SHARE)?;
    let before = process.cpu()?;
    let run = room.run_for(options.measured)?;
    let cpu = process.cpu()?.saturating_sub(before);
    drop(room);
    process.stop()?;
    Ok(rounds::sample(cpu, run.messages, run.elapsed))
}

const LISTENERS: usize = 1000;
/// Bytes.
const SIZE: usize = 125;
/// Messages in flight.
const DEPTHS: [usize; 2] = [1, 8];
