//! A completion cache with the orgs and connections of a large account.

use std::io::Read as _;
use std::path::Path;

use pty_process::blocking::Command;

use super::command::BenchCommand;
use super::server::{Server, ServerOptions};

/// The number of orgs and of connections in the cache. The program does not cache more than 10,000.
const ORGS: u32 = 9_000;

/// Fills the cache under `home`, and returns the URL of the server that it belongs to. The program fills it itself, as
/// it does wherever a person lists something at a terminal.
pub(crate) fn fill(home: &Path, program: &Path) -> String {
    let options = ServerOptions {
        sources: ORGS,
        ..ServerOptions::default()
    };
    let server = Server::start(options, None);
    for command in ["orgs", "list"] {
        let command = BenchCommand::new(command, program.to_owned(), &[command])
            .at_home(home)
            .with("ORGCONN_API_URL", &server.url);
        run_at_a_terminal(&command);
    }
    server.url.clone()
}

fn run_at_a_terminal(command: &BenchCommand) {
    let (mut terminal, end) = pty_process::blocking::open().unwrap();
    let mut child = Command::new(&command.program)
        .args(&command.arguments)
        .env_clear()
        .envs(command.environment())
        .spawn(end)
        .unwrap();
    // Reading from a terminal ends with an error when the program has ended.
    let mut buffer = [0; 65536];
    while let Ok(1..) = terminal.read(&mut buffer) {}
    assert!(child.wait().unwrap().success(), "{}", command.name);
}
