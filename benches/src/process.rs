//! A server as a process of its own: started, watched, and ended.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    Result,
    environment::cannot_read,
    servers::{Server, Task},
};

/// A running server, killed when dropped.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    child: Child,
    port: u16,
}

impl ServerProcess {
    /// Starts this program as `server` on a core, and waits until it listens.
    pub(crate) fn start(server: &Server, task: Task, core: usize) -> Result<Self> {
        Self::start_under(&[], server, task, core)
    }

    /// Does the same under another program, whose name and arguments come first.
    pub(crate) fn start_under(wrapper: &[&str], server: &Server, task: Task, core: usize) -> Result<Self> {
        let program = env::current_exe()?;
        let mut command = match wrapper.split_first() {
            None => Command::new(program),
            Some((name, arguments)) => {
                let mut command = Command::new(name);
                command.args(arguments).arg(program);
                command
            }
        };
        command.args(["serve", server.name, &task.to_string(), &core.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        if !wrapper.is_empty() {
            command.stderr(Stdio::null());
        }
        let mut child = command.spawn().map_err(|error| match wrapper.first() {
            Some(name) => format!("`{name}` does not start: {error}"),
            None => format!("the server does not start: {error}"),
        })?;
        let stdout = child.stdout.take();
        let mut process = Self { child, port: 0 };
        process.port = announced_port(server.name, stdout)?;
        Ok(process)
    }

    /// Returns where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// Returns the number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns the time that all its threads have been on a processor.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let tasks = format!("/proc/{}/task", self.child.id());
        let mut total = 0;
        for task in fs::read_dir(&tasks).map_err(|error| cannot_read(&tasks, error))? {
            let path = task?.path().join("schedstat");
            // A thread that ends meanwhile takes its file with it.
            let Ok(text) = fs::read_to_string(&path) else { continue };
            total += text.split_whitespace().next().and_then(|first| first.parse::<u64>().ok()).unwrap_or_default();
        }
        if total == 0 {
            return Err(cannot_read(&tasks, "`schedstat` tells no time: the kernel has no CONFIG_SCHED_INFO"));
        }
        Ok(Duration::from_nanos(total))
    }

    /// Returns how much memory is resident, in bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        let path = format!("/proc/{}/smaps_rollup", self.child.id());
        let text = fs::read_to_string(&path).map_err(|error| cannot_read(&path, error))?;
        let line = text.lines().find_map(|line| line.strip_prefix("Rss:"));
        let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
        kib.map(|kib| kib * 1024).ok_or_else(|| cannot_read(&path, "there is no line `Rss`"))
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        ended_well(&mut self.child, "the server")
    }
}

/// Waits for the end of a process, which must be a good one.
pub(crate) fn ended_well(child: &mut Child, name: &str) -> Result<()> {
    let deadline = Instant::now() + STOP_LIMIT;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return if status.success() { Ok(()) } else { Err(format!("{name} ended with {status}").into()) };
        }
        thread::sleep(Duration::from_millis(1));
    }
    Err(format!("{name} did not end within {} s", STOP_LIMIT.as_secs()).into())
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // An error means that it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Waits for the line with the port. A thread reads it, because a pipe has no timeout.
fn announced_port(server: &str, stdout: Option<ChildStdout>) -> Result<u16> {
    let stdout = stdout.ok_or("the server has no standard output")?;
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        drop(sender.send(read.map(|_| line)));
    });
    let line = receiver
        .recv_timeout(START_LIMIT)
        .map_err(|_| format!("`{server}` told no port within {} s", START_LIMIT.as_secs()))??;
    line.trim().parse().map_err(|_| format!("`{server}` told no port but `{}`", line.trim()).into())
}

/// Long enough for a server under valgrind.
const START_LIMIT: Duration = Duration::from_mins(1);
const STOP_LIMIT: Duration = Duration::from_mins(1);
