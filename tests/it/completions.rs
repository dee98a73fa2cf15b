//! Shell completion: the words that are offered when Tab is pressed.

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

/// The completions of the last of these words, each with its description. They come from the answer to zsh, where words
/// are not quoted, without its first line.
fn offered(world: &World, words: &[&str]) -> Vec<String> {
    let answer = asked(world, "zsh", &[&["orgconn"], words].concat());
    let words = answer
        .strip_prefix("words\n")
        .unwrap_or_else(|| panic!("{answer:?}"));
    words.lines().map(str::to_owned).collect()
}

/// As [`offered`], without the descriptions.
fn values(world: &World, words: &[&str]) -> Vec<String> {
    let value = |line: String| line.split_once('\t').unwrap().0.to_owned();
    offered(world, words).into_iter().map(value).collect()
}

/// The program's answer to a shell, which sets the variable `COMPLETE` and passes its arguments after `--`.
fn asked(world: &World, shell: &str, question: &[&str]) -> String {
    let mut command = world.command([&["--"], question].concat());
    let output = command.env("COMPLETE", shell).output();
    finished(output.unwrap()).quiet_success()
}
