//! What the shells offer when somebody presses Tab.

#[cfg(unix)]
mod bash;
#[cfg(unix)]
mod cache;
#[cfg(unix)]
mod hostile_names;
mod scripts;
mod shells;
mod words;

use crate::harness::{World, finished};

/// The candidates for these words, the last of them the one at the cursor: the answer to zsh, in which words are not
/// quoted, without its head.
fn offered(world: &World, words: &[&str]) -> Vec<String> {
    let answer = asked(world, "zsh", &[&["orgconn"], words].concat());
    let words = answer
        .strip_prefix("words\n")
        .unwrap_or_else(|| panic!("{answer:?}"));
    words.lines().map(str::to_owned).collect()
}

/// The values alone.
fn values(world: &World, words: &[&str]) -> Vec<String> {
    let value = |line: String| line.split_once('\t').unwrap().0.to_owned();
    offered(world, words).into_iter().map(value).collect()
}

/// The program's answer to a shell, which asks by the variable `COMPLETE` and puts its question behind `--`.
fn asked(world: &World, shell: &str, question: &[&str]) -> String {
    let mut command = world.command([&["--"], question].concat());
    let output = command.env("COMPLETE", shell).output();
    finished(output.unwrap()).quiet_success()
}
