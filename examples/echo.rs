//! Echoes text and binary messages at `/`: the service behind the conformance suite and the benchmarks.
//!
//! `cargo run --release --example echo -- [--port N] [--threads N] [--no-compression]`

use std::process::ExitCode;

use websocket::{Compression, Listener};

const USAGE: &str = "usage: echo [--port N] [--threads N] [--no-compression]

  --port N           the port to listen on; 0 takes any free one (default 9090)
  --threads N        worker threads; 1 is a current-thread runtime (default: one a core)
  --no-compression   never compress, whatever clients offer";

/// 64 MiB: the conformance suite sends messages of 16.
const MAX_SIZE: usize = 64 << 20;
/// The conformance suite sends a message in 65 537.
const MAX_FRAGMENTS: u32 = 1 << 17;

#[derive(Default)]
struct Echo;

#[websocket::service(path = "/", max_frame_size = MAX_SIZE, max_message_size = MAX_SIZE)]
impl Echo {
    #[remote]
    fn on_text_message<'a>(&mut self, text: &'a str) -> &'a str {
        text
    }

    #[remote]
    fn on_binary_message<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        data
    }
}

struct Options {
    port: u16,
    compression: Compression,
    threads: Option<usize>,
}

fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("error: {error}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    use tokio::runtime::Builder;
    let mut builder = match options.threads {
        Some(1) => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    if let Some(threads) = options.threads {
        builder.worker_threads(threads);
    }
    builder.enable_all().build()?.block_on(async {
        let listener = Listener::new(options.port).compression(options.compression).max_fragments(MAX_FRAGMENTS);
        let listener = listener.service::<Echo>().bind().await?;
        println!("listening on ws://127.0.0.1:{}", listener.local_addr().port());
        listener.serve_until(async { drop(tokio::signal::ctrl_c().await) }).await?;
        Ok(())
    })
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options { port: 9090, compression: Compression::shared(), threads: None };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--port" => options.port = number(&argument, arguments.next())?,
            "--threads" => options.threads = Some(number(&argument, arguments.next())?).filter(|threads| *threads > 0),
            "--no-compression" => options.compression = Compression::off(),
            _ => return Err(format!("unknown argument `{argument}`")),
        }
    }
    Ok(options)
}

fn number<N: std::str::FromStr>(name: &str, value: Option<String>) -> Result<N, String> {
    let value = value.ok_or_else(|| format!("`{name}` needs a number"))?;
    value.parse().map_err(|_| format!("`{name}` needs a number, found `{value}`"))
}
