//! The program's contract, tested from outside: what it prints, how it ends, and what it sends.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

// Every file of this folder is a module.
automod::dir!("tests/it");

#[expect(dead_code, reason = "the benchmarks use more")]
#[path = "../server/mod.rs"]
mod server;
