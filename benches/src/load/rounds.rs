//! Rounds: every server runs in turn, so that what changes on the machine meanwhile changes for all of them.

use std::time::Duration;

use crate::{
    Result,
    load::{Exchange, Load},
    process::ServerProcess,
    table::{Table, thousands},
};

/// What one run of one server showed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// Nanoseconds that the server was on the processor, for one message.
    pub(crate) cpu: f64,
    /// Messages in a second.
    pub(crate) rate: f64,
    /// Bytes that the server sent for one message, where they are counted.
    pub(crate) bytes: f64,
}

/// The runs of one server, or why there are none.
#[derive(Debug)]
pub(crate) struct Runs {
    pub(crate) name: String,
    pub(crate) samples: Result<Vec<Sample>, String>,
}

/// Runs every contestant once in each round. A contestant that fails once runs no more.
pub(crate) fn interleave<C>(
    contestants: &[C],
    rounds: usize,
    name: impl Fn(&C) -> String,
    mut measure: impl FnMut(&C) -> Result<Sample>,
) -> Vec<Runs> {
    let mut runs: Vec<Runs> =
        contestants.iter().map(|contestant| Runs { name: name(contestant), samples: Ok(Vec::new()) }).collect();
    for round in 0..rounds {
        for turn in 0..contestants.len() {
            let index = (round + turn) % contestants.len();
            let Ok(samples) = &mut runs[index].samples else { continue };
            match measure(&contestants[index]) {
                Ok(sample) => samples.push(sample),
                Err(error) => runs[index].samples = Err(error.to_string()),
            }
        }
    }
    runs
}

/// Warms a server up and measures it; both ends are quiet, so that every counted message is paid for, and no other.
pub(crate) fn measure<E: Exchange>(process: &ServerProcess, load: &mut Load<E>, time: Duration) -> Result<Sample> {
    load.run_batches(1)?;
    load.run_for(time / WARM_UP_SHARE)?;
    let before = process.cpu()?;
    let run = load.run_for(time)?;
    let cpu = process.cpu()?.saturating_sub(before);
    Ok(sample(cpu, run.messages, run.elapsed))
}

/// Divides by the messages.
#[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 messages")]
pub(crate) fn sample(cpu: Duration, messages: u64, elapsed: Duration) -> Sample {
    let messages = messages.max(1) as f64;
    Sample { cpu: cpu.as_secs_f64() * 1e9 / messages, rate: messages / elapsed.as_secs_f64(), bytes: 0.0 }
}

/// Makes the table of one line. `bases` are the rows that the others are compared with, each below its heading.
pub(crate) fn table(runs: &[Runs], unit: &str, bases: &[(&str, &str)]) -> Table {
    let counts_bytes = runs.iter().flat_map(Runs::samples).any(|sample| sample.bytes > 0.0);
    let (cpu, rate, bytes) = (format!("CPU ns/{unit}"), format!("{unit}/s"), format!("bytes/{unit}"));
    let mut heading = vec!["server", &cpu, "min..max"];
    heading.extend(bases.iter().map(|(heading, _)| *heading));
    heading.push(&rate);
    heading.extend(counts_bytes.then_some(bytes.as_str()));
    let mut table = Table::new(&heading);
    for run in runs {
        let mut cells = vec![run.name.clone(), number(run.samples(), |sample| sample.cpu), run.spread()];
        cells.extend(bases.iter().map(|(_, base)| {
            let base = runs.iter().find(|run| run.name == *base);
            base.and_then(|base| run.ratio_to(base)).map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}x"))
        }));
        cells.push(number(run.samples(), |sample| sample.rate));
        cells.push(number(run.samples(), |sample| sample.bytes));
        cells.truncate(heading.len());
        table.row(cells);
    }
    table
}

/// Returns what went wrong, one text for each server that failed.
pub(crate) fn mistakes(line: &str, runs: &[Runs]) -> Vec<String> {
    runs.iter()
        .filter_map(|run| run.samples.as_ref().err().map(|error| format!("{line}, {}: {error}", run.name)))
        .collect()
}

impl Runs {
    fn samples(&self) -> &[Sample] {
        self.samples.as_deref().unwrap_or_default()
    }

    fn spread(&self) -> String {
        let costs = || self.samples().iter().map(|sample| sample.cpu);
        let (least, most) = (costs().fold(f64::INFINITY, f64::min), costs().fold(0.0, f64::max));
        if most > 0.0 { format!("{}..{}", thousands(least), thousands(most)) } else { "error".to_owned() }
    }

    /// Compares within each round, since what two rounds have in common is little, and takes the middle of that.
    fn ratio_to(&self, base: &Self) -> Option<f64> {
        let pairs = self.samples().iter().zip(base.samples());
        median(pairs.map(|(sample, base)| sample.cpu / base.cpu).collect())
    }
}

/// Writes the middle of what `value` takes from the samples.
fn number(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> String {
    median(samples.iter().map(value).collect()).map_or_else(|| "–".to_owned(), thousands)
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

/// A server is warmed up for one part in so many of the time that it is measured.
pub(crate) const WARM_UP_SHARE: u32 = 5;
