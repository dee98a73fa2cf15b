use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::BoolishValueParser;
use jiff::SignedDuration;

use crate::config::AccountFlags;
use crate::output::{ColorChoice, Format, Template};

/// The flags that every command takes. Each has an environment variable; a flag comes before it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalFlags {
    #[command(flatten)]
    pub(crate) accounts: AccountFlags,

    /// Output format
    #[arg(short, long, global = true, value_name = "FORMAT")]
    #[arg(env = "ORGCONN_OUTPUT", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    pub(crate) output: Format,

    /// Columns to show in table, csv and tsv, or fields in json, jsonl and yaml, in this order (comma-separated)
    #[arg(long, global = true, value_name = "NAMES")]
    #[arg(env = "ORGCONN_COLUMNS", hide_env_values = true)]
    #[arg(value_delimiter = ',')]
    pub(crate) columns: Option<Vec<String>>,

    /// One line for each item, with columns in braces: '{source} -> {destination}: {types}'
    #[arg(long, global = true, value_name = "TEXT")]
    #[arg(env = "ORGCONN_TEMPLATE", hide_env_values = true)]
    #[arg(conflicts_with_all = ["output", "columns"])]
    pub(crate) template: Option<Template>,

    /// Leave out the header in table, csv and tsv
    #[arg(long, global = true)]
    #[arg(env = "ORGCONN_NO_HEADER", hide_env_values = true)]
    #[arg(value_parser = BoolishValueParser::new())]
    pub(crate) no_header: bool,

    /// Answer yes to every confirmation
    #[arg(short, long, global = true)]
    #[arg(env = "ORGCONN_YES", hide_env_values = true)]
    #[arg(value_parser = BoolishValueParser::new())]
    pub(crate) yes: bool,

    /// Never ask; fail where an answer is needed
    #[arg(long, global = true)]
    #[arg(env = "ORGCONN_NO_INPUT", hide_env_values = true)]
    #[arg(value_parser = BoolishValueParser::new())]
    pub(crate) no_input: bool,

    /// Print only warnings and errors to standard error
    #[arg(short, long, global = true)]
    #[arg(env = "ORGCONN_QUIET", hide_env_values = true)]
    #[arg(value_parser = BoolishValueParser::new())]
    pub(crate) quiet: bool,

    /// Log each request to standard error; given twice, with details
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    #[arg(env = "ORGCONN_VERBOSE", hide_env_values = true)]
    pub(crate) verbose: u8,

    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN")]
    #[arg(env = "ORGCONN_COLOR", hide_env_values = true)]
    #[arg(value_enum, default_value_t)]
    pub(crate) color: ColorChoice,

    /// Time limit of one request, with its retries and waits; a check after a lost answer may take as long again
    #[arg(long, global = true, value_name = "DURATION")]
    #[arg(env = "ORGCONN_TIMEOUT", hide_env_values = true)]
    #[arg(value_parser = duration, default_value = "60s")]
    pub(crate) timeout: Duration,

    /// How often a request is retried after a temporary failure
    #[arg(long, global = true, value_name = "N")]
    #[arg(env = "ORGCONN_MAX_RETRIES", hide_env_values = true)]
    #[arg(default_value_t = 3)]
    pub(crate) max_retries: u32,

    /// Configuration file to read in place of the usual one
    #[arg(long, global = true, value_name = "FILE")]
    #[arg(env = "ORGCONN_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,

    /// Use a local sandbox with sample orgs: no account, no keys, nothing leaves this machine
    #[cfg(feature = "sandbox")]
    #[arg(long, global = true)]
    #[arg(env = "ORGCONN_SANDBOX", hide_env_values = true)]
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
