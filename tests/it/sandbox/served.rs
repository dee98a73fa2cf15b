use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::harness::World;

/// A sandbox server in a process of its own, which ends with the test.
pub(super) struct SandboxServer {
    child: Child,
    /// The address and port.
    pub(super) address: String,
    /// The `export` lines that the server printed.
    pub(super) exports: [String; 3],
    // Its home directory must outlive the process.
    _world: World,
}

impl SandboxServer {
    pub(super) fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts the server with these flags.
    pub(super) fn start_with(flags: &[&str]) -> Self {
        let world = World::bare();
        let mut command = world.command([&["sandbox", "serve"], flags].concat());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let exports = [(); 3].map(|()| lines.next().unwrap().unwrap());
        let address = exports[0].strip_prefix("export DATADOG_HOST=http://");
        Self {
            child,
            address: address.unwrap().to_owned(),
            exports,
            _world: world,
        }
    }

    /// Sends a request with these header lines, and returns the status and the body of the answer.
    pub(super) fn ask(&self, request: &str, headers: &str, body: &str) -> (u16, String) {
        let length = body.len();
        let head = format!("{request} HTTP/1.1\r\nHost: {}\r\n{headers}", self.address);
        let answer = self.send(&format!(
            "{head}Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        ));
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }

    /// Sends this text, and returns what comes back until the connection ends.
    pub(super) fn send(&self, text: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let timeout = Some(Duration::from_secs(60));
        stream.set_read_timeout(timeout).unwrap();
        // The server may end the connection before it has read everything.
        let _ = stream.write_all(text.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    }

    /// As [`SandboxServer::ask`], with the keys of the hub.
    pub(super) fn ask_as_hub(&self, request: &str, body: &str) -> (u16, String) {
        let keys = "DD-API-KEY: sandbox-api-key-hub\r\nDD-APPLICATION-KEY: sandbox-app-key-hub\r\n";
        self.ask(
            request,
            &format!("{keys}Content-Type: application/json\r\n"),
            body,
        )
    }

    /// Sends a signal, and returns the exit code.
    pub(super) fn end_with(mut self, signal: Signal) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for SandboxServer {
    fn drop(&mut self) {
        // It may have ended by now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
