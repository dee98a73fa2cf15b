use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the sandbox cannot be opened or served.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The address can be reached from other machines.
    #[error(
        "cannot serve the sandbox on {0}: it listens on loopback addresses only, such as 127.0.0.1"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot serve the sandbox on {address}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The server's own thread cannot be started.
    #[error("cannot start the sandbox in the background")]
    Background(#[source] io::Error),
    /// The state file, its directory or its lock cannot be used.
    #[error("cannot {doing} {}, where the sandbox keeps its state", .path.display())]
    File {
        /// What was tried: `read`, `write`, `lock` and the like.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The state file is not one that the sandbox wrote.
    #[error("the sandbox's state file {} is broken; `orgconn sandbox reset` makes a new one", .path.display())]
    Broken {
        /// The state file.
        path: PathBuf,
        /// Where reading it ended.
        source: serde_json::Error,
    },
    /// The state file was written by another version of orgconn.
    #[error(
        "the sandbox's state file {} has version {found}, and this orgconn reads version {known}; \
         `orgconn sandbox reset` makes a new one",
        .path.display()
    )]
    Version {
        /// The state file.
        path: PathBuf,
        /// The version it names.
        found: u64,
        /// The version that can be read.
        known: u64,
    },
}
