//! The `orgconn` program. Everything is in the library.

use std::process::ExitCode;

/// The second thread works on the network while this one prints to a reader who may pause.
#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> ExitCode {
    orgconn::run(std::env::args_os()).await
}
