use log::{LevelFilter, Log, Metadata, Record};

use crate::output;

/// Writes what orgconn itself logs to standard error. Other crates' records are left out: they may hold headers.
struct StandardError;

static LOGGER: StandardError = StandardError;

/// Starts logging: nothing at 0, each request at 1, details at 2 and above.
pub(super) fn start(verbosity: u8) {
    let level = match verbosity {
        0 => return,
        1 => LevelFilter::Info,
        _ => LevelFilter::Debug,
    };
    if log::set_logger(&LOGGER).is_ok() {
        log::set_max_level(level);
    }
}

impl Log for StandardError {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with(env!("CARGO_CRATE_NAME"))
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            output::interjection(&record.args().to_string());
        }
    }

    fn flush(&self) {}
}
