//! A Rust program that prints hello: the least that a start can cost.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles it into `directory`; `None` where there is no compiler.
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
