//! A Rust program that only prints hello: the minimum cost of a start.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles the program into `directory`; `None` if there is no compiler.
pub(crate) fn compile(directory: &Path) -> Option<PathBuf> {
    let (source, program) = (directory.join("hello.rs"), directory.join("hello"));
    std::fs::write(&source, "fn main() { println!(\"hello\"); }\n").unwrap();
    let compiled = Command::new("rustc")
        .args(["-O", "-C", "strip=symbols", "-o"])
        .args([&program, &source])
        .status();
    compiled
        .is_ok_and(|status| status.success())
        .then_some(program)
}
