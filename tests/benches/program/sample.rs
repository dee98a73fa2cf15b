//! Measures one run of a command: its time and its peak memory.
//!
//! A small process of its own starts the command, since a child's peak begins with the memory of its parent, and the
//! process that serves the pages uses a lot.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use super::command::BenchCommand;

/// The cost of one run.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    /// From the start of the process to its end.
    pub(crate) wall: Duration,
    /// The peak memory of the process, or of one that it started, in bytes.
    pub(crate) peak: u64,
}

/// The mode of this program that runs `command`, and prints its time in nanoseconds and its peak in bytes.
pub(crate) fn run(command: &[&str]) {
    let started = Instant::now();
    let mut child = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let used = child.wait4().unwrap();
    let wall = started.elapsed().as_nanos();
    assert!(
        used.status.success(),
        "{command:?} ended with {}",
        used.status
    );
    println!("{wall} {}", used.rusage.maxrss);
}

/// Measures one run of a command.
pub(crate) fn measure(measured: &BenchCommand) -> Sample {
    let mut command = Command::new(this_program());
    command
        .arg("sample")
        .arg(&measured.program)
        .args(&measured.arguments);
    measured.set_environment(&mut command);
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", measured.name);
    let text = String::from_utf8(output.stdout).unwrap();
    let (wall, peak) = text.trim().split_once(' ').unwrap();
    Sample {
        wall: Duration::from_nanos(wall.parse().unwrap()),
        peak: peak.parse().unwrap(),
    }
}

/// How many instructions a command takes, as callgrind counts them; they hardly vary between runs. `None` for a script,
/// whose work is done by other programs.
pub(crate) fn count_instructions(measured: &BenchCommand) -> Option<u64> {
    if measured.program == Path::new("bash") {
        return None;
    }
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(&measured.program)
        .args(&measured.arguments);
    measured.set_environment(&mut command);
    let report = String::from_utf8(command.output().unwrap().stderr).unwrap();
    let (_, count) = report.split_once("Collected :")?;
    count.lines().next()?.trim().parse().ok()
}

/// The path of the running program.
pub(crate) fn this_program() -> PathBuf {
    std::env::current_exe().unwrap()
}
