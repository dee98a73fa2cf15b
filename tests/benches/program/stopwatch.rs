//! Runs one command, and tells how long it took and how much memory it had at most.
//!
//! It is a process of its own: the system counts to a child's peak what its parent had when it was made, and the
//! process that serves a hundred pages has a lot.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wait4::Wait4 as _;

use super::contender::Contender;

/// What one run cost.
#[derive(Clone, Copy)]
pub(crate) struct Lap {
    /// From before the process was made until it was gone.
    pub(crate) wall: Duration,
    /// The most memory that the process, or one that it started, had in use, in bytes.
    pub(crate) peak: u64,
}

/// The mode of this program that measures `command`, and prints nanoseconds and bytes.
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

/// Measures one run of a contender.
pub(crate) fn measure(contender: &Contender) -> Lap {
    let mut command = Command::new(this_program());
    command
        .arg("stopwatch")
        .arg(&contender.program)
        .args(&contender.arguments);
    contender.furnish(&mut command);
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", contender.name);
    let text = String::from_utf8(output.stdout).unwrap();
    let (wall, peak) = text.trim().split_once(' ').unwrap();
    Lap {
        wall: Duration::from_nanos(wall.parse().unwrap()),
        peak: peak.parse().unwrap(),
    }
}

/// How many instructions a contender takes, as callgrind counts them: with the same program the same again. `None` for
/// a script, which leaves its work to others.
pub(crate) fn count_instructions(contender: &Contender) -> Option<u64> {
    if contender.program == Path::new("bash") {
        return None;
    }
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(&contender.program)
        .args(&contender.arguments);
    contender.furnish(&mut command);
    let told = String::from_utf8(command.output().unwrap().stderr).unwrap();
    let (_, count) = told.split_once("Collected :")?;
    count.lines().next()?.trim().parse().ok()
}

/// The program that is running.
pub(crate) fn this_program() -> PathBuf {
    std::env::current_exe().unwrap()
}
