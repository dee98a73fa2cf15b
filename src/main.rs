//! The `orgconn` program. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(unix)]
    disable_core_dumps();
    run()
}

/// The worker thread keeps the network going while the main thread writes output, which blocks when its reader pauses.
#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn run() -> ExitCode {
    orgconn::run(std::env::args_os()).await
}

/// Keeps the memory, which has keys in it, out of files. The programs that this one starts have the same limit.
#[cfg(unix)]
fn disable_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // A process may always lower its limits.
    let _ = setrlimit(Resource::Core, none);
    // Where a program receives the dumps, the limit alone does not stop the system from making one.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
