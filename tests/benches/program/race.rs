//! The races: each contender in its turn, again and again, so that a noisy minute hits all of them alike.

use std::path::PathBuf;
use std::time::Duration;

use super::contender::Contender;
use super::scenarios::{Kit, Scenario, all};
use super::server::{Service, Traffic};
use super::stopwatch::{Lap, count_instructions, measure};
use super::table;

/// What is to be raced, and how thoroughly.
#[derive(Default)]
pub(crate) struct Options {
    /// Fewer runs, and none of the long scenarios.
    pub(crate) quick: bool,
    /// A part of the titles of the scenarios that are wanted.
    pub(crate) only: String,
    /// Another build of orgconn that takes part.
    pub(crate) rival: Option<PathBuf>,
}

/// What orgconn shall reach.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// At most this many times the contender's wall time.
    Ratio(f64),
    /// At most so long.
    Milliseconds(f64),
    /// At most so much memory.
    Mebibytes(f64),
}

/// How one contender fared.
pub(crate) struct Result {
    /// Who it is.
    pub(crate) name: String,
    /// What was wanted.
    pub(crate) goals: Vec<Goal>,
    /// The median of its runs.
    pub(crate) wall: Duration,
    /// The median peak, in bytes.
    pub(crate) peak: u64,
    /// What the server saw of its last run.
    pub(crate) traffic: Option<Traffic>,
    /// How many instructions the processor carried out for it, by a run of its own.
    pub(crate) instructions: Option<u64>,
    /// How often it ran.
    pub(crate) runs: usize,
}

impl Options {
    /// Reads the command line, in which cargo has put a `--bench` of its own.
    pub(crate) fn read(words: &[&str]) -> Self {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--bench" => {}
                "--quick" => options.quick = true,
                "--only" => options.only = (*words.next().unwrap()).to_owned(),
                "--program" => options.rival = Some(PathBuf::from(words.next().unwrap())),
                other => {
                    panic!("unknown argument {other}; there are --quick, --only and --program")
                }
            }
        }
        options
    }
}

impl Result {
    /// The median, in milliseconds.
    pub(crate) fn milliseconds(&self) -> f64 {
        self.wall.as_secs_f64() * 1000.0
    }
}

/// Runs the scenarios one by one, and prints the table as it grows.
pub(crate) fn run(options: &Options) {
    let directory = tempfile::tempdir().unwrap();
    let kit = Kit::new(directory.path(), options);
    println!("{}", table::HEADER);
    for scenario in all(options.quick) {
        if scenario.title.contains(&options.only) {
            print!("{}", table::rows(scenario.title, &race(&scenario, &kit)));
        }
    }
    println!("\n{}", kit.notes());
}

fn race(scenario: &Scenario, kit: &Kit) -> Vec<Result> {
    let service = scenario.serve(kit);
    let contenders = scenario.contenders(kit, service.as_ref());
    // The first round is not counted: the server makes its pages in it, and the system reads the programs.
    for contender in &contenders {
        lap(contender, service.as_ref());
    }
    let mut laps: Vec<Vec<(Lap, Option<Traffic>)>> = vec![Vec::new(); contenders.len()];
    for _ in 0..scenario.runs {
        for (contender, laps) in contenders.iter().zip(&mut laps) {
            laps.push(lap(contender, service.as_ref()));
        }
    }
    contenders
        .iter()
        .zip(laps)
        .map(|(contender, laps)| {
            let counts = scenario.is_counted(kit).then_some(contender);
            Result {
                instructions: counts.and_then(count_instructions),
                ..conclude(contender, &laps)
            }
        })
        .collect()
}

fn lap(contender: &Contender, service: Option<&Service>) -> (Lap, Option<Traffic>) {
    if let Some(service) = service.filter(|_| contender.changes) {
        service.reset();
    }
    let _ = service.map(Service::take_traffic);
    let lap = measure(contender);
    (lap, service.map(Service::take_traffic))
}

fn conclude(contender: &Contender, laps: &[(Lap, Option<Traffic>)]) -> Result {
    Result {
        name: contender.name.clone(),
        goals: contender.goals.clone(),
        wall: median(laps.iter().map(|(lap, _)| lap.wall)),
        peak: median(laps.iter().map(|(lap, _)| lap.peak)),
        traffic: laps.last().and_then(|(_, traffic)| *traffic),
        instructions: None,
        runs: laps.len(),
    }
}

/// The one in the middle; of two, the smaller.
fn median<T: Ord>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    let middle = (values.len() - 1) / 2;
    values.swap_remove(middle)
}
