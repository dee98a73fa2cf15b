//! Compares the whole program with its alternatives: curl with jq, and the smallest program that does the same with the
//! same libraries (the floor).
//!
//! `cargo bench --bench program` prints one table in Markdown; `-- --quick` takes a minute, `-- --only TEXT` runs the
//! scenarios whose title contains the text, and `-- --program FILE` adds another build of orgconn. Only figures of the
//! same run can be compared. It runs on Unix, where it has a terminal of its own.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark that cannot go on panics; it is no part of the program"
)]

mod command;
mod comparisons;
mod completion_cache;
mod floor;
mod hello;
mod measure;
mod sample;
mod scenarios;
#[path = "../../server/mod.rs"]
mod server;
mod table;

use self::measure::{Options, run};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["floor", mode, url] => floor::run(mode, url),
        ["sample", command @ ..] => sample::run(command),
        words => run(&Options::read(words)),
    }
}
