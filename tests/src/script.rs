//! Participants that are programs of their own: the scripts in `tests/clients`, one line a command, one line a report.

use std::{net::SocketAddr, path::Path, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{self, Child, ChildStdin},
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
};

use crate::{
    participant::{Command, Report},
    relay_stderr,
};

/// Starts a participant's script.
pub(crate) fn start(
    interpreter: &str,
    script: &str,
    address: SocketAddr,
    name: &str,
) -> (UnboundedSender<Command>, UnboundedReceiver<Report>) {
    let child = spawn(interpreter, script, &[&address.to_string(), name]);
    let (commands, to_do) = mpsc::unbounded_channel();
    let (happened, reports) = mpsc::unbounded_channel();
    tokio::spawn(run(child, to_do, happened));
    (commands, reports)
}

/// Starts `script` with `interpreter`, which is a program on the path or one inside of `tests/clients`.
pub(crate) fn spawn(interpreter: &str, script: &str, arguments: &[&str]) -> Child {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
    let installed = folder.join("node_modules").exists() && folder.join(".venv").exists();
    assert!(installed, "the clients of the tests are not installed: `scripts/test.sh` does that");
    let program = if interpreter.contains('/') { folder.join(interpreter) } else { interpreter.into() };
    let mut child = process::Command::new(program)
        .arg(folder.join(script))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("`{interpreter} {script}` does not start: {error}"));
    relay_stderr(format!("{script} ({})", arguments.join(" ")), child.stderr.take());
    child
}

/// Relays until the script ends, which it does at the end of its commands; it is killed if this future is dropped before.
async fn run(mut child: Child, to_do: UnboundedReceiver<Command>, happened: UnboundedSender<Report>) {
    let stdin = child.stdin.take().expect("stdin is piped");
    let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
    let relay_reports = async {
        while let Some(line) = lines.next_line().await.expect("reports are UTF-8") {
            drop(happened.send(parse(&line))); // nobody waits for the last ones of a participant who vanished
        }
        child.wait().await.expect("the script can be waited for");
        drop(happened);
    };
    tokio::join!(write_commands(stdin, to_do), relay_reports);
}

/// Ends when the participant is dropped: then nothing more is to do.
async fn write_commands(mut stdin: ChildStdin, mut to_do: UnboundedReceiver<Command>) {
    while let Some(command) = to_do.recv().await {
        let line = match command {
            Command::Leave => "leave\n".to_owned(),
            Command::Reconnect => "reconnect\n".to_owned(),
            Command::Say(text) => format!("say {}\n", serde_json::Value::from(text)),
        };
        if stdin.write_all(line.as_bytes()).await.is_err() {
            return; // the script has ended, which its missing reports tell
        }
    }
}

fn parse(line: &str) -> Report {
    let (event, text) = line.split_once(' ').unwrap_or((line, "\"\""));
    let text = serde_json::from_str(text).unwrap_or_else(|error| panic!("`{line}` is not a report: {error}"));
    match event {
        "opened" => Report::Opened,
        "heard" => Report::Heard(text),
        "ended" => Report::Ended(text),
        _ => panic!("`{line}` is not a report"),
    }
}
