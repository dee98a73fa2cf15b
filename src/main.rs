//! The `orgconn` program. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    orgconn::run(std::env::args_os())
}
