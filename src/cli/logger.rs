use log::{LevelFilter, Log, Metadata, Record};

use crate::output;

/// Writes the program's own log records to standard error. Records of other crates are dropped: they may hold headers.
struct StandardErrorLogger;

static LOGGER: StandardErrorLogger = StandardErrorLogger;

/// Starts logging: warnings at verbosity 0 unless quiet, each request at 1, details from 2 on. Errors are what the
/// commands that secrets come from write to standard error.
pub(super) fn start(verbosity: u8, is_quiet: bool) {
    let level = match verbosity {
        0 if is_quiet => LevelFilter::Error,
        0 => LevelFilter::Warn,
        1 => LevelFilter::Info,
        _ => LevelFilter::Debug,
    };
    if log::set_logger(&LOGGER).is_ok() {
        log::set_max_level(level);
    }
}

impl Log for StandardErrorLogger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with(env!("CARGO_CRATE_NAME"))
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            output::log_line(&record.args().to_string());
        }
    }

    fn flush(&self) {}
}
