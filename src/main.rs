//! The `orgconn` program. Everything is in the library.

use std::process::ExitCode;

/// The worker thread keeps the network going while the main thread writes output, which blocks when its reader pauses.
#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn main() -> ExitCode {
    orgconn::run(std::env::args_os()).await
}
