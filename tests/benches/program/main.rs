//! Races the whole program against what one would use in its place: curl with jq, and the least program that does the
//! same with the same libraries (the floor).
//!
//! `cargo bench --bench program` prints one table in Markdown; `-- --quick` takes a minute, `-- --only TEXT` runs the
//! scenarios whose title holds the text, and `-- --program FILE` adds another build of orgconn to the race. Compare
//! figures of the same run only.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a measurement that cannot go on says so and ends; it is no part of the program"
)]

mod cast;
mod certificate;
mod contender;
mod estate;
mod floor;
#[path = "../full_cache.rs"]
mod full_cache;
mod hello;
mod race;
mod scenarios;
#[expect(dead_code, reason = "the tests count what was refused")]
mod server;
mod stopwatch;
mod table;

use self::race::{Options, run};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["floor", how, url] => floor::run(how, url),
        ["stopwatch", command @ ..] => stopwatch::run(command),
        words => run(&Options::read(words)),
    }
}
