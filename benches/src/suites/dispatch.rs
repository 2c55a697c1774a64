//! Instructions in user space for a dispatched JSON message, beside those for its echo and for reading it.

use crate::{
    Result, environment,
    environment::Cores,
    load::echo::Echo,
    options::Options,
    servers::{self, Ability},
    suites::{
        able, conclude,
        difference::{self, Counted},
        instructions::CALLGRIND,
    },
    table::{Table, ratio, thousands},
};

pub(crate) fn run(options: &Options) -> Result<()> {
    difference::require("valgrind")?;
    let size = servers::MESSAGE.len();
    environment::print_head(&format!("dispatch: instructions in user space per message of {size} bytes of JSON"), None);
    let mut mistakes = Vec::new();
    for depth in DEPTHS.into_iter().filter(|depth| options.wants_line(&format!("d{depth}"))) {
        let mut table = Table::new(&["service", "instructions/msg", "to echo and reading"]);
        let mut base = None;
        for server in able(Ability::Json, options)? {
            match CALLGRIND.per_message(server, |_| Echo::of_text(servers::MESSAGE, depth), depth, Cores::choose()?) {
                Ok(counted) => {
                    let value = sum(&counted);
                    base = base.or((server.name == servers::READ).then_some(value));
                    table.row([server.name.to_owned(), thousands(value), ratio(value, base)]);
                }
                Err(error) => mistakes.push(format!("d{depth}, {}: {error}", server.name)),
            }
        }
        println!("## d{depth}\n\n{table}");
    }
    conclude(&mistakes)
}

fn sum(counted: &Counted) -> f64 {
    counted.values().sum()
}

const DEPTHS: [usize; 2] = [1, 16];
