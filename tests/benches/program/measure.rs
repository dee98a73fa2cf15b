//! Runs the scenarios: each command in turn, again and again, so that a noisy minute affects all of them alike.

use std::path::PathBuf;
use std::time::Duration;

use super::command::BenchCommand;
use super::sample::{Sample, count_instructions, measure};
use super::scenarios::{Fixtures, Scenario, all};
use super::server::{Server, Traffic};
use super::table;

/// Which scenarios are run, and how often.
#[derive(Default)]
pub(crate) struct Options {
    /// Fewer runs, and none of the long scenarios.
    pub(crate) quick: bool,
    /// Text that the titles of the scenarios contain.
    pub(crate) only: String,
    /// Another build of orgconn to compare with.
    pub(crate) other_build: Option<PathBuf>,
}

/// A goal of orgconn for one measurement.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// At most this many times the other command's wall time.
    Ratio(f64),
    /// At most this wall time.
    Milliseconds(f64),
    /// At most this peak memory.
    Mebibytes(f64),
}

/// The measurements of one command.
pub(crate) struct Measurement {
    /// The command's name.
    pub(crate) name: String,
    /// The goals of orgconn, compared with this command or by itself.
    pub(crate) goals: Vec<Goal>,
    /// The median of its runs.
    pub(crate) wall: Duration,
    /// The median peak, in bytes.
    pub(crate) peak: u64,
    /// The traffic of its last run.
    pub(crate) traffic: Option<Traffic>,
    /// How many instructions it took, in a run of its own.
    pub(crate) instructions: Option<u64>,
    /// How often it ran.
    pub(crate) runs: usize,
}

impl Options {
    /// Reads the command line, to which cargo adds `--bench`.
    pub(crate) fn read(words: &[&str]) -> Self {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--bench" => {}
                "--quick" => options.quick = true,
                "--only" => options.only = (*words.next().unwrap()).to_owned(),
                "--program" => options.other_build = Some(PathBuf::from(words.next().unwrap())),
                other => {
                    panic!("unknown argument {other}; there are --quick, --only and --program")
                }
            }
        }
        options
    }
}

impl Measurement {
    /// The median, in milliseconds.
    pub(crate) fn milliseconds(&self) -> f64 {
        self.wall.as_secs_f64() * 1000.0
    }
}

/// Runs the scenarios one by one, and prints the table as it grows.
pub(crate) fn run(options: &Options) {
    let directory = tempfile::tempdir().unwrap();
    let fixtures = Fixtures::new(directory.path(), options);
    println!("{}", table::HEADER);
    for scenario in all(options.quick) {
        if scenario.title.contains(&options.only) {
            let measurements = measure_scenario(&scenario, &fixtures);
            print!("{}", table::rows(scenario.title, &measurements));
        }
    }
    println!("\n{}", fixtures.notes());
}

fn measure_scenario(scenario: &Scenario, fixtures: &Fixtures) -> Vec<Measurement> {
    let server = scenario.serve(fixtures);
    let commands = scenario.commands(fixtures, server.as_ref());
    // The first round is not counted: the system reads the programs in it.
    for command in &commands {
        sample(command, server.as_ref());
    }
    let mut samples: Vec<Vec<(Sample, Option<Traffic>)>> = vec![Vec::new(); commands.len()];
    for _ in 0..scenario.runs {
        for (command, samples) in commands.iter().zip(&mut samples) {
            samples.push(sample(command, server.as_ref()));
        }
    }
    let is_counted = scenario.is_counted(fixtures);
    commands
        .iter()
        .zip(samples)
        .map(|(command, samples)| Measurement {
            name: command.name.clone(),
            goals: command.goals.clone(),
            wall: median(samples.iter().map(|(sample, _)| sample.wall)),
            peak: median(samples.iter().map(|(sample, _)| sample.peak)),
            traffic: samples.last().and_then(|(_, traffic)| *traffic),
            instructions: is_counted.then(|| count_instructions(command)).flatten(),
            runs: samples.len(),
        })
        .collect()
}

fn sample(command: &BenchCommand, server: Option<&Server>) -> (Sample, Option<Traffic>) {
    if let Some(server) = server.filter(|_| command.changes) {
        server.reset();
    }
    let _ = server.map(Server::take_traffic);
    let sample = measure(command);
    (sample, server.map(Server::take_traffic))
}

/// The middle value; of two, the smaller.
fn median<T: Ord>(values: impl Iterator<Item = T>) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    let middle = (values.len() - 1) / 2;
    values.swap_remove(middle)
}
