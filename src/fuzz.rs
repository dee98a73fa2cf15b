//! The functions that the fuzz targets of `tests/fuzz` call with any bytes. Each panics where the program would break a
//! promise. No program has this module: it is there for fuzzing and for the tests only.

pub use crate::api::fuzz::{api_error, api_page};
pub use crate::cli::fuzz::completion_line;
pub use crate::config::fuzz::{configuration, host_rule};
pub use crate::desired::fuzz::desired_state;
pub use crate::history::fuzz::history;
pub use crate::model::fuzz::selector;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Runs a target with each of its seeds. An input that fuzzing finds becomes a seed.
    fn run_seeds(target: fn(&[u8]), name: &str) {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds");
        let mut count = 0;
        for seed in fs::read_dir(seeds.join(name)).unwrap() {
            target(&fs::read(seed.unwrap().path()).unwrap());
            count += 1;
        }
        assert!(count > 0);
    }

    #[test]
    fn every_seed_keeps_the_promises() {
        run_seeds(api_error, "api_error");
        run_seeds(api_page, "api_page");
        run_seeds(completion_line, "completion_line");
        run_seeds(configuration, "configuration");
        run_seeds(desired_state, "desired_state");
        run_seeds(history, "history");
        run_seeds(host_rule, "host_rule");
        run_seeds(selector, "selector");
    }
}
