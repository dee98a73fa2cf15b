//! What is raced.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use orgconn::completion::Cache;

use super::certificate::Certificate;
use super::contender::{Contender, Scene};
use super::race::Options;
use super::server::{Conditions, Service};
use super::stopwatch::this_program;
use super::{cast, full_cache, hello};

/// How many connections of the sample account its hub takes part in.
const SAMPLE: u32 = 8;

/// What all scenarios share.
pub(crate) struct Kit {
    /// A directory that goes when all is over.
    pub(crate) directory: PathBuf,
    /// The program that all of it is about.
    pub(crate) orgconn: PathBuf,
    /// This program, which is the floor as well: what runs before each lap shall not warm it up.
    pub(crate) floor: PathBuf,
    /// Another build of orgconn.
    pub(crate) rival: Option<PathBuf>,
    /// Whether curl and jq are there.
    pub(crate) has_curl: bool,
    /// Whether valgrind is there.
    has_valgrind: bool,
    certificate: Certificate,
    /// A program that says hello.
    pub(crate) hello: Option<PathBuf>,
}

/// One race.
pub(crate) struct Scenario {
    /// What the table calls it.
    pub(crate) title: &'static str,
    /// How often each contender runs.
    pub(crate) runs: usize,
    /// How many connections there are to list; `None` where no server is needed.
    size: Option<u32>,
    latency: Duration,
    trust: Trust,
    cast: Cast,
}

/// How the contenders are found, with a server or without.
#[derive(Clone, Copy)]
enum Cast {
    Served(fn(&Scene<'_>) -> Vec<Option<Contender>>),
    Alone(fn(&Kit) -> Vec<Contender>),
}

/// Whether the server speaks TLS, and what its clients trust.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    Plain,
    System,
    One,
}

impl Kit {
    /// Makes what is needed, in `directory`.
    pub(crate) fn new(directory: &Path, options: &Options) -> Self {
        let answers = |program: &str| Command::new(program).arg("--version").output().is_ok();
        full_cache::fill(&Cache::new(directory.join(".cache/orgconn")));
        let install = |name, program: &Path| install(program, &directory.join(name));
        let rival = options.rival.as_deref();
        let hello = hello::compile(directory);
        Self {
            directory: directory.to_owned(),
            floor: install("floor", &this_program()),
            orgconn: install("orgconn", Path::new(env!("CARGO_BIN_EXE_orgconn"))),
            rival: rival.map(|rival| install("rival", rival)),
            has_curl: answers("curl") && answers("jq") && answers("bash"),
            certificate: Certificate::new(directory),
            hello: hello.map(|hello| install("installed-hello", &hello)),
            has_valgrind: answers("valgrind"),
        }
    }

    /// What a reader of the table has to know.
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
            .map(|(name, _)| format!(" Left out, as it is not installed: {name}."))
            .collect();
        format!("The program is {size:.2} MiB. What was wanted and not reached is bold.{missing}")
    }
}

/// Copies a program, as an installation does. The system keeps a file that was written in one go in larger pieces than
/// what a linker has written here and there, and so is faster to start it.
fn install(program: &Path, to: &Path) -> PathBuf {
    std::fs::copy(program, to).unwrap();
    to.to_owned()
}

impl Scenario {
    /// Over plain HTTP, to a server nearby.
    fn new(title: &'static str, size: u32, cast: fn(&Scene<'_>) -> Vec<Option<Contender>>) -> Self {
        Self {
            title,
            runs: 1,
            size: Some(size),
            latency: Duration::ZERO,
            trust: Trust::Plain,
            cast: Cast::Served(cast),
        }
    }

    /// What needs no server at all.
    fn alone(title: &'static str, runs: usize, cast: fn(&Kit) -> Vec<Contender>) -> Self {
        Self {
            size: None,
            runs,
            cast: Cast::Alone(cast),
            ..Self::new(title, 0, |_| Vec::new())
        }
    }

    fn runs(self, runs: usize) -> Self {
        Self { runs, ..self }
    }

    fn over(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }

    /// With 50 ms before every answer, and before a new TCP connection is served.
    fn far(self) -> Self {
        self.away(50)
    }

    /// With so many milliseconds before every answer, and before a new TCP connection is served.
    fn away(self, milliseconds: u64) -> Self {
        let latency = Duration::from_millis(milliseconds);
        Self { latency, ..self }
    }

    /// Whether instructions are counted: where the start is all there is.
    pub(crate) fn is_counted(&self, kit: &Kit) -> bool {
        kit.has_valgrind && self.size.is_none_or(|size| size == SAMPLE) && self.latency.is_zero()
    }

    /// The server, if one is needed.
    pub(crate) fn serve(&self, kit: &Kit) -> Option<Service> {
        let tls = (self.trust != Trust::Plain).then_some(&kit.certificate.server);
        let conditions = Conditions {
            generated: self.size? - SAMPLE,
            latency: self.latency,
            rate_limit: None,
        };
        Some(Service::start(conditions, tls))
    }

    /// Who takes part, orgconn first.
    pub(crate) fn contenders(&self, kit: &Kit, service: Option<&Service>) -> Vec<Contender> {
        let (cast, service) = match (self.cast, service) {
            (Cast::Alone(cast), _) => return cast(kit),
            (Cast::Served(_), None) => return Vec::new(),
            (Cast::Served(cast), Some(service)) => (cast, service),
        };
        let trust = match self.trust {
            Trust::Plain => None,
            Trust::System => Some(kit.certificate.with_the_systems.clone()),
            Trust::One => Some(kit.certificate.alone.clone()),
        };
        let scene = Scene {
            kit,
            service,
            trust,
        };
        cast(&scene).into_iter().flatten().collect()
    }
}

/// All of them; without the long ones and with fewer runs where it has to be `quick`.
pub(crate) fn all(quick: bool) -> Vec<Scenario> {
    let mut all = short(if quick { 5 } else { 21 });
    if !quick {
        all.extend(long(21));
    }
    all
}

fn short(runs: usize) -> Vec<Scenario> {
    let race = |title, size, cast| Scenario::new(title, size, cast).runs(runs);
    let apply = |title| race(title, cast::ORGS + SAMPLE, cast::apply);
    vec![
        Scenario::alone("start: version", runs * 5, cast::version),
        Scenario::alone("start: help", runs * 5, cast::help),
        Scenario::alone("start: completion", runs * 5, cast::completions),
        race("list 8, HTTP", 8, cast::list),
        race("list 8, TLS", 8, cast::list).over(Trust::System),
        race("list 8, TLS, one CA", 8, cast::list).over(Trust::One),
        race("list 10 000, HTTP", 10_000, cast::pages),
        race("list 10 000, TLS", 10_000, cast::pages).over(Trust::System),
        race("list 10 000, HTTP, 50 ms", 10_000, cast::distant_pages).far(),
        race("list 10 000, TLS, 50 ms", 10_000, cast::distant_pages)
            .over(Trust::System)
            .far(),
        race("create by name, HTTP, 50 ms", 8, cast::create).far(),
        race("create by name, TLS, 50 ms", 8, cast::create)
            .over(Trust::System)
            .far(),
        apply("apply 500 in 100 orgs, TLS, 50 ms")
            .over(Trust::System)
            .far(),
        apply("apply 500 in 100 orgs, TLS, 5 ms")
            .over(Trust::System)
            .away(5),
        apply("apply 500 in 100 orgs, HTTP, 50 ms").far(),
    ]
}

fn long(runs: usize) -> Vec<Scenario> {
    let race = |title, size, cast| Scenario::new(title, size, cast).runs(runs);
    vec![
        race("list 100 000, HTTP", 100_000, cast::many_pages),
        race("list 100 000, TLS", 100_000, cast::many_pages).over(Trust::System),
        race("formats, 100 000, HTTP", 100_000, cast::formats),
        race("formats, 1 000 000, HTTP", 1_000_000, cast::streams),
    ]
}
