//! Measures what a message costs: here, in other WebSocket servers, and in a bare TCP echo as the floor.
//!
//! `cargo run --release -p benches -- <suite> [options]`; `README.md` says what each suite does and how to read its tables.
//!
//! The program starts itself as the server, on a core of its own, and is the load generator, on another one.

mod environment;
mod load;
mod options;
mod process;
mod servers;
mod suites;
mod table;

use std::{env, process::ExitCode};

use options::Options;

/// Whatever goes wrong is told to the one who started the program, and ends it.
type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = Error> = std::result::Result<T, E>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((first, rest)) if first == "serve" => servers::serve(rest),
        Some((first, _)) if first == "--help" || first == "-h" => {
            println!("{}", options::usage());
            return ExitCode::SUCCESS;
        }
        Some((suite, rest)) => Options::parse(rest).and_then(|options| suites::run(suite, &options)),
        None => Err(options::usage().into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
