//! The program's contract, tested from outside: what it prints, how it ends, and what it sends.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod auth;
mod check;
mod completions;
mod counts;
mod create;
mod credentials;
mod delete;
mod desired;
mod errors;
mod export;
mod formats;
mod get;
mod graph;
mod guard;
mod harness;
mod help;
mod history;
#[cfg(unix)]
mod interrupt;
mod list;
mod lost_answers;
mod orgs;
mod pipeline;
mod profiles;
mod readme;
mod retries;
mod sandbox;
mod schema;
mod secrets;
mod selection;
#[expect(dead_code, reason = "the benchmarks use more")]
#[path = "../server/mod.rs"]
mod server;
mod terminal;
mod traps;
mod undo;
mod update;
