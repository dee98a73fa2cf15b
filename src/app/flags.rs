use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;
use jiff::SignedDuration;

use crate::config::AccountFlags;
use crate::output::{ColorChoice, Format};

/// The flags that every command takes. Each has an environment variable; a flag comes before it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalFlags {
    #[command(flatten)]
    pub(crate) accounts: AccountFlags,

    /// Format of what goes to standard output
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORMAT",
        env = "ORGCONN_OUTPUT",
        hide_env_values = true
    )]
    #[arg(value_enum, default_value_t)]
    pub(crate) output: Format,

    /// Columns to show in table, csv and tsv, in this order (comma-separated)
    #[arg(
        long,
        global = true,
        value_name = "NAMES",
        env = "ORGCONN_COLUMNS",
        hide_env_values = true
    )]
    #[arg(value_delimiter = ',')]
    pub(crate) columns: Option<Vec<String>>,

    /// Leave out the line of column names in table, csv and tsv
    #[arg(long, global = true, env = "ORGCONN_NO_HEADER", hide_env_values = true)]
    #[arg(value_parser = BoolishValueParser::new())]
    pub(crate) no_header: bool,

    /// Do what would be asked about, without asking
    #[arg(
        short,
        long,
        global = true,
        env = "ORGCONN_YES",
        hide_env_values = true
    )]
    #[arg(value_parser = BoolishValueParser::new())]
    pub(crate) yes: bool,

    /// Never ask: what would need an answer is an error
    #[arg(long, global = true, env = "ORGCONN_NO_INPUT", hide_env_values = true)]
    #[arg(value_parser = BoolishValueParser::new())]
    pub(crate) no_input: bool,

    /// Leave notes and hints out: standard error gets warnings and errors alone
    #[arg(
        short,
        long,
        global = true,
        env = "ORGCONN_QUIET",
        hide_env_values = true
    )]
    #[arg(value_parser = BoolishValueParser::new())]
    pub(crate) quiet: bool,

    /// Tell of each request on standard error; given twice, with details
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    #[arg(env = "ORGCONN_VERBOSE", hide_env_values = true)]
    pub(crate) verbose: u8,

    /// When to use colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        env = "ORGCONN_COLOR",
        hide_env_values = true
    )]
    #[arg(value_enum, default_value_t)]
    pub(crate) color: ColorChoice,

    /// The longest that one operation may take, its retries and waits included
    #[arg(
        long,
        global = true,
        value_name = "DURATION",
        env = "ORGCONN_TIMEOUT",
        hide_env_values = true
    )]
    #[arg(value_parser = duration, default_value = "60s")]
    pub(crate) timeout: Duration,

    /// How often a request is tried again that failed for a reason that may pass
    #[arg(
        long,
        global = true,
        value_name = "N",
        env = "ORGCONN_MAX_RETRIES",
        hide_env_values = true
    )]
    #[arg(default_value_t = 3)]
    pub(crate) max_retries: u32,

    /// Configuration file to read in place of the usual one
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "ORGCONN_CONFIG",
        hide_env_values = true
    )]
    pub(crate) config: Option<PathBuf>,

    /// Use a local stand-in for the API with sample orgs: no account, no keys, nothing leaves this machine
    #[cfg(feature = "sandbox")]
    #[arg(long, global = true, env = "ORGCONN_SANDBOX", hide_env_values = true)]
    #[arg(value_parser = BoolishValueParser::new())]
    pub(crate) sandbox: bool,
}

/// Reads a length of time: `60s`, `500ms`, `1m30s`, or a plain number of seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse::<u32>()
        .map(|seconds| SignedDuration::from_secs(seconds.into()));
    let length = seconds.or_else(|_| text.parse::<SignedDuration>());
    length
        .ok()
        .and_then(|length| Duration::try_from(length).ok())
        .filter(|length| !length.is_zero())
        .ok_or_else(|| "give a length of time above zero, such as 30s, 500ms or 2m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_has_a_unit_or_is_in_seconds() {
        assert_eq!(duration("60s"), Ok(Duration::from_secs(60)));
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("45"), Ok(Duration::from_secs(45)));
    }

    #[test]
    fn nothing_zero_and_negative_are_no_durations() {
        for text in ["", "0", "0s", "-5s", "soon", "s", "1.5.2s"] {
            assert!(duration(text).is_err(), "{text:?}");
        }
    }
}
