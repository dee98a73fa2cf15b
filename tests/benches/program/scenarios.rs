//! The scenarios, and what they share.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::command::{BenchCommand, Setup};
use super::measure::Options;
use super::sample::this_program;
use super::server::certificate::Certificate;
use super::server::{Server, ServerOptions};
use super::{comparisons, completion_cache, hello};

/// How many connections a small account has.
const FEW: u32 = 8;

/// What all scenarios share.
pub(crate) struct Fixtures {
    /// A temporary directory, the home of all commands.
    pub(crate) directory: PathBuf,
    /// The program.
    pub(crate) orgconn: PathBuf,
    /// A copy of this program, which is the floor too: the process that starts the commands must not warm it up.
    pub(crate) floor: PathBuf,
    /// Another build of orgconn.
    pub(crate) other_build: Option<PathBuf>,
    /// The URL of the server that the completion cache belongs to.
    pub(crate) cached_url: String,
    /// Whether curl and jq are installed.
    pub(crate) has_curl: bool,
    /// Whether valgrind is installed.
    has_valgrind: bool,
    certificate: Certificate,
    /// A program that prints hello, if there is a compiler.
    pub(crate) hello: Option<PathBuf>,
}

/// Commands that are compared under the same conditions.
pub(crate) struct Scenario {
    /// Its title in the table.
    pub(crate) title: &'static str,
    /// How often each command runs.
    pub(crate) runs: usize,
    /// How many connections the hub sees; `None` where no server is needed.
    connections: Option<u32>,
    latency: Duration,
    trust: Trust,
    comparison: Comparison,
}

/// The function that gives the commands, with a server or without.
#[derive(Clone, Copy)]
enum Comparison {
    WithServer(fn(&Setup<'_>) -> Vec<Option<BenchCommand>>),
    WithoutServer(fn(&Fixtures) -> Vec<BenchCommand>),
}

/// Whether the server speaks TLS, and which authorities its clients trust.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    Plain,
    System,
    One,
}

impl Fixtures {
    /// Makes the fixtures in `directory`.
    pub(crate) fn new(directory: &Path, options: &Options) -> Self {
        let answers = |program: &str| Command::new(program).arg("--version").output().is_ok();
        let install = |name, program: &Path| install(program, &directory.join(name));
        let orgconn = install("orgconn", Path::new(env!("CARGO_BIN_EXE_orgconn")));
        let other_build = options.other_build.as_deref();
        let hello = hello::compile(directory);
        Self {
            directory: directory.to_owned(),
            floor: install("floor", &this_program()),
            cached_url: completion_cache::fill(directory, &orgconn),
            orgconn,
            other_build: other_build.map(|program| install("other-build", program)),
            has_curl: answers("curl") && answers("jq") && answers("bash"),
            certificate: Certificate::new(directory),
            hello: hello.map(|hello| install("installed-hello", &hello)),
            has_valgrind: answers("valgrind"),
        }
    }

    /// Notes for the reader of the table.
    pub(crate) fn notes(&self) -> String {
        let bytes = std::fs::metadata(&self.orgconn).map_or(0, |file| file.len());
        let size = bytes as f64 / 1024.0 / 1024.0;
        let missing = [
            ("curl and jq", self.has_curl),
            ("rustc", self.hello.is_some()),
            ("valgrind", self.has_valgrind),
        ];
        let missing = missing.iter().filter(|(_, is_there)| !is_there);
        let missing: String = missing
            .map(|(name, _)| format!(" Not installed, so left out: {name}."))
            .collect();
        format!(
            "The program is {size:.2} MiB (goal: ≤ 8 MiB). Goals that were not reached are bold.{missing}"
        )
    }
}

/// Copies a program, as an installation does. A file that is written in one go starts faster than what a linker has
/// written piece by piece.
fn install(program: &Path, to: &Path) -> PathBuf {
    std::fs::copy(program, to).unwrap();
    to.to_owned()
}

impl Scenario {
    /// Over plain HTTP, with a server nearby.
    fn new(
        title: &'static str,
        connections: u32,
        commands: fn(&Setup<'_>) -> Vec<Option<BenchCommand>>,
    ) -> Self {
        Self {
            title,
            runs: 1,
            connections: Some(connections),
            latency: Duration::ZERO,
            trust: Trust::Plain,
            comparison: Comparison::WithServer(commands),
        }
    }

    /// Without a server.
    fn local(
        title: &'static str,
        runs: usize,
        commands: fn(&Fixtures) -> Vec<BenchCommand>,
    ) -> Self {
        Self {
            title,
            runs,
            connections: None,
            latency: Duration::ZERO,
            trust: Trust::Plain,
            comparison: Comparison::WithoutServer(commands),
        }
    }

    fn runs(self, runs: usize) -> Self {
        Self { runs, ..self }
    }

    fn over(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }

    /// With this delay before each answer, and before a new TCP connection is served.
    fn milliseconds(self, milliseconds: u64) -> Self {
        let latency = Duration::from_millis(milliseconds);
        Self { latency, ..self }
    }

    /// Whether instructions are counted: only where the start is most of the work.
    pub(crate) fn is_counted(&self, fixtures: &Fixtures) -> bool {
        let is_small = self.connections.is_none_or(|count| count == FEW);
        fixtures.has_valgrind && is_small && self.latency.is_zero()
    }

    /// Starts the server, if one is needed.
    pub(crate) fn serve(&self, fixtures: &Fixtures) -> Option<Server> {
        let tls = (self.trust != Trust::Plain).then_some(&fixtures.certificate.server);
        let options = ServerOptions {
            sources: self.connections?,
            latency: self.latency,
            ..ServerOptions::default()
        };
        Some(Server::start(options, tls))
    }

    /// The commands that are compared, orgconn first.
    pub(crate) fn commands(
        &self,
        fixtures: &Fixtures,
        server: Option<&Server>,
    ) -> Vec<BenchCommand> {
        let (commands, server) = match (self.comparison, server) {
            (Comparison::WithoutServer(commands), _) => return commands(fixtures),
            (Comparison::WithServer(_), None) => return Vec::new(),
            (Comparison::WithServer(commands), Some(server)) => (commands, server),
        };
        let bundle = match self.trust {
            Trust::Plain => None,
            Trust::System => Some(fixtures.certificate.system_bundle.clone()),
            Trust::One => Some(fixtures.certificate.bundle.clone()),
        };
        let setup = Setup {
            fixtures,
            server,
            bundle,
        };
        commands(&setup).into_iter().flatten().collect()
    }
}

/// All scenarios. If `quick`, without the long ones and with fewer runs.
pub(crate) fn all(quick: bool) -> Vec<Scenario> {
    let mut all = short(if quick { 5 } else { 21 });
    if !quick {
        all.extend(long(21));
    }
    all
}

fn short(runs: usize) -> Vec<Scenario> {
    let scenario = |title, size, commands| Scenario::new(title, size, commands).runs(runs);
    let apply = |title| scenario(title, comparisons::ORGS, comparisons::apply);
    vec![
        Scenario::local("start: version", runs * 5, comparisons::version),
        Scenario::local("start: help", runs * 5, comparisons::help),
        Scenario::local("start: completion", runs * 5, comparisons::completion),
        scenario("list 8, HTTP", FEW, comparisons::list),
        scenario("list 8, TLS", FEW, comparisons::list).over(Trust::System),
        scenario("list 8, TLS, one CA", FEW, comparisons::list).over(Trust::One),
        scenario("list 10 000, HTTP", 10_000, comparisons::pages),
        scenario("list 10 000, TLS", 10_000, comparisons::pages).over(Trust::System),
        scenario(
            "list 10 000, HTTP, 50 ms",
            10_000,
            comparisons::distant_pages,
        )
        .milliseconds(50),
        scenario(
            "list 10 000, TLS, 50 ms",
            10_000,
            comparisons::distant_pages,
        )
        .over(Trust::System)
        .milliseconds(50),
        scenario("create by name, HTTP, 50 ms", FEW, comparisons::create).milliseconds(50),
        scenario("create by name, TLS, 50 ms", FEW, comparisons::create)
            .over(Trust::System)
            .milliseconds(50),
        apply("apply 500 in 100 orgs, TLS, 50 ms")
            .over(Trust::System)
            .milliseconds(50),
        apply("apply 500 in 100 orgs, TLS, 5 ms")
            .over(Trust::System)
            .milliseconds(5),
        apply("apply 500 in 100 orgs, HTTP, 50 ms").milliseconds(50),
    ]
}

fn long(runs: usize) -> Vec<Scenario> {
    let scenario = |title, size, commands| Scenario::new(title, size, commands).runs(runs);
    vec![
        scenario("list 100 000, HTTP", 100_000, comparisons::many_pages),
        scenario("list 100 000, TLS", 100_000, comparisons::many_pages).over(Trust::System),
        scenario("formats, 100 000, HTTP", 100_000, comparisons::formats),
        scenario("formats, 1 000 000, HTTP", 1_000_000, comparisons::streams),
    ]
}
