//! Ends programs together with those that they have started.

use std::fs::File;

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::Command;

/// Prepares a command, so that it can be killed with all programs that it starts.
///
/// In a process group of its own it could not ask for a password at the terminal. So it gets one only if there is no
/// terminal. At a terminal, the programs that outlive the command become children of this program on Linux, where they
/// can be found.
pub(super) fn prepare(command: &mut Command) {
    if File::open("/dev/tty").is_err() {
        command.process_group(0);
        return;
    }
    #[cfg(target_os = "linux")]
    // If it fails, Ctrl-C at the terminal still reaches all programs but those that ignore it.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Kills a running command with the programs that it has started.
pub(super) fn kill(id: u32) {
    let Some(leader) = Pid::from_raw(id.cast_signed()) else {
        return;
    };
    let started = descendants(leader);
    // If the command shares this program's group, there is no group with its id, and this fails.
    let _ = kill_process_group(leader, Signal::KILL);
    for process in started {
        // It may have ended in the meantime.
        let _ = kill_process(process, Signal::KILL);
    }
}

/// Kills the programs that commands have started and that outlive them, at a terminal. Those that have left this
/// program's process group, as agents do, go on.
pub(super) fn kill_orphans() {
    let own_group = rustix::process::getpgrp();
    let shares_group = |process: &Pid| rustix::process::getpgid(Some(*process)) == Ok(own_group);
    for child in children(rustix::process::getpid())
        .into_iter()
        .filter(shares_group)
    {
        kill(child.as_raw_nonzero().get().cast_unsigned());
    }
}

/// The process and all that it has started, as far as the system tells.
fn descendants(process: Pid) -> Vec<Pid> {
    let mut found = vec![process];
    let mut next = 0;
    while let Some(process) = found.get(next) {
        let children = children(*process);
        found.extend(children);
        next += 1;
    }
    found
}

#[cfg(target_os = "linux")]
fn children(process: Pid) -> Vec<Pid> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task"));
    let tasks = tasks.into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let ids = lists.flat_map(|list| {
        let ids = list.split_whitespace().filter_map(|id| id.parse().ok());
        ids.collect::<Vec<_>>()
    });
    ids.filter_map(Pid::from_raw).collect()
}

#[cfg(not(target_os = "linux"))]
fn children(_process: Pid) -> Vec<Pid> {
    Vec::new()
}
