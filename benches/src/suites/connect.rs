//! Whole connections, again and again: what an upgrade costs.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Result,
    environment::{self, Cores},
    load::{
        Run,
        client::{self, Handshake},
        frames::{self, Deframer},
        rounds::{self, Sample},
    },
    options::Options,
    process::ServerProcess,
    servers::{self, Ability, Server, Task},
    suites::{able, conclude},
};

pub(crate) fn run(options: &Options) -> Result<()> {
    let cores = Cores::choose()?;
    environment::require_files(environment::raise_file_limit()?, CONCURRENT)?;
    environment::pin(cores.load)?;
    environment::print_head("connect: server CPU per connection (connect, upgrade, one echo, close)", Some(cores));
    let servers = able(Ability::Echo, options)?;
    let runs = rounds::interleave(
        &servers,
        options.rounds,
        |server| server.name.to_owned(),
        |server| measure(server, options, cores),
    );
    println!("## {CONCURRENT} at a time\n\n{}", rounds::table(&runs, "conn", &servers::BASES));
    conclude(&rounds::mistakes("connect", &runs))
}

fn measure(server: &Server, options: &Options, cores: Cores) -> Result<Sample> {
    let process = ServerProcess::start(server, Task::Echo, cores.server)?;
    let handshake = if server.is_floor() { Handshake::None } else { Handshake::Plain };
    run_for(process.address(), handshake, options.measured / rounds::WARM_UP_SHARE)?;
    let before = process.cpu()?;
    let run = run_for(process.address(), handshake, options.measured)?;
    // What the server tidies up after the last connections belongs to them.
    thread::sleep(TIDYING);
    let cpu = process.cpu()?.saturating_sub(before);
    process.stop()?;
    Ok(rounds::sample(cpu, run.messages, run.elapsed))
}

/// Makes connections for this long, some at a time, each on a thread that waits.
fn run_for(address: SocketAddr, handshake: Handshake, time: Duration) -> Result<Run> {
    let begin = Instant::now();
    let connect = move || -> Result<u64> {
        let mut count = 0;
        while begin.elapsed() < time {
            once(address, handshake)?;
            count += 1;
        }
        Ok(count)
    };
    let messages = thread::scope(|scope| {
        let threads: Vec<_> = (0..CONCURRENT).map(|_| scope.spawn(connect)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("a thread of the load generator panicked".into())))
            .sum::<Result<u64>>()
    })?;
    Ok(Run { messages, elapsed: begin.elapsed() })
}

/// Is a client from the first byte to the last.
fn once(address: SocketAddr, handshake: Handshake) -> Result<()> {
    let mut stream = client::connect(address, handshake)?;
    let (mut said, mut expected) = (Vec::new(), Vec::new());
    frames::push_masked(&mut said, frames::BINARY, &PAYLOAD);
    frames::push_unmasked(&mut expected, frames::BINARY, &PAYLOAD);
    if handshake == Handshake::None {
        expected.clone_from(&said);
    }
    stream.write_all(&said)?;
    let mut heard = vec![0; expected.len()];
    stream.read_exact(&mut heard)?;
    if heard != expected {
        return Err("a wrong echo".into());
    }
    if handshake != Handshake::None {
        said.clear();
        frames::push_masked(&mut said, frames::CLOSE, &NORMAL_CLOSURE);
        stream.write_all(&said)?;
        read_close(&mut stream)?;
    }
    // Most servers have closed the stream by now, and then there is nothing to shut down. actix waits for it, or for a second.
    drop(stream.shutdown(Shutdown::Write));
    stream.read_to_end(&mut heard)?;
    Ok(())
}

fn read_close(stream: &mut TcpStream) -> Result<()> {
    let (mut deframer, mut buffer) = (Deframer::default(), [0; 256]);
    loop {
        let read = stream.read(&mut buffer)?;
        match deframer.next(&mut &buffer[..read]) {
            Some(part) if part.first != frames::CLOSE => return Err("a frame that is no close frame at the end".into()),
            Some(part) if part.is_end => return Ok(()),
            _ if read == 0 => return Err("the server closed the connection without a close frame".into()),
            _ => {}
        }
    }
}

const CONCURRENT: usize = 64;
const PAYLOAD: [u8; 16] = *b"what you echo is";
/// [RFC 6455 §7.4.1](https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1).
const NORMAL_CLOSURE: [u8; 2] = 1000_u16.to_be_bytes();
const TIDYING: Duration = Duration::from_millis(50);
