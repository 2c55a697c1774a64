//! Binary echoes of several sizes: what a message costs the server's processor.

use crate::{
    Result,
    environment::{self, Cores},
    load::{
        Load,
        client::Handshake,
        echo::Echo,
        rounds::{self, Sample},
    },
    options::Options,
    process::ServerProcess,
    servers::{self, Ability, Server, Task},
    suites::{able, conclude},
};

/// One pattern of traffic.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// Bytes of payload.
    size: usize,
    connections: usize,
    /// Messages in flight on each connection.
    depth: usize,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let cores = Cores::choose()?;
    environment::require_files(environment::raise_file_limit()?, MOST_CONNECTIONS)?;
    environment::pin(cores.load)?;
    environment::print_head("echo: server CPU per message", Some(cores));
    let servers = able(Ability::Echo, options)?;
    let mut mistakes = Vec::new();
    for line in lines().filter(|line| options.wants_line(&line.name())) {
        let runs = rounds::interleave(
            &servers,
            options.rounds,
            |server| server.name.to_owned(),
            |server| measure(server, line, options, cores),
        );
        println!("## {}\n\n{}", line.name(), rounds::table(&runs, "msg", &servers::BASES));
        mistakes.extend(rounds::mistakes(&line.name(), &runs));
    }
    conclude(&mistakes)
}

impl Line {
    fn name(self) -> String {
        let size = match self.size {
            size if size >= 1 << 20 => format!("{}MiB", size >> 20),
            size if size >= 1 << 10 => format!("{}KiB", size >> 10),
            size => format!("{size}B"),
        };
        format!("{size}-{}c-d{}", self.connections, self.depth)
    }

    /// Whether what is in flight still fits into the buffers of the sockets; beyond, it is the kernel that is measured.
    fn is_sensible(self) -> bool {
        self.size * self.connections * self.depth <= MOST_IN_FLIGHT
    }
}

fn lines() -> impl Iterator<Item = Line> {
    let small = SIZES.into_iter().flat_map(|size| {
        [(32, 1), (32, 16), (MOST_CONNECTIONS, 1), (MOST_CONNECTIONS, 16)].map(|(connections, depth)| Line {
            size,
            connections,
            depth,
        })
    });
    small.filter(|line| line.is_sensible()).chain([Line { size: 1 << 20, connections: 32, depth: 1 }])
}

fn measure(server: &Server, line: Line, options: &Options, cores: Cores) -> Result<Sample> {
    let process = ServerProcess::start(server, Task::Echo, cores.server)?;
    let handshake = if server.is_floor() { Handshake::None } else { Handshake::Plain };
    let exchange = Echo::new(line.size, line.depth, handshake);
    let mut load = Load::connect(process.address(), line.connections, handshake, exchange)?;
    let sample = rounds::measure(&process, &mut load, options.measured)?;
    drop(load);
    process.stop()?;
    Ok(sample)
}

/// Bytes. 1 MiB has a line of its own.
const SIZES: [usize; 4] = [16, 125, 1 << 10, 16 << 10];
const MOST_CONNECTIONS: usize = 500;
/// Bytes on all connections together.
const MOST_IN_FLIGHT: usize = 32 << 20;
