use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, ValueEnum};
use jiff::SignedDuration;

use crate::config::{AccountFlags, ConfigError, Environment, EnvironmentError};
use crate::output::{ColorChoice, Format, Template};

const OUTPUT: &str = "ORGCONN_OUTPUT";
const COLUMNS: &str = "ORGCONN_COLUMNS";
const TEMPLATE: &str = "ORGCONN_TEMPLATE";
const CONFIG: &str = "ORGCONN_CONFIG";

/// The flags that every command takes. Each has an environment variable; a flag comes before it. clap does not read the
/// variables: it would report them as flags, and read empty ones.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalFlags {
    #[command(flatten)]
    pub(crate) accounts: AccountFlags,

    /// Output format
    ///
    /// [env: ORGCONN_OUTPUT]
    #[arg(short, long, global = true, value_name = "FORMAT")]
    #[arg(value_enum, default_value_t)]
    pub(crate) output: Format,

    /// Columns to show, in this order (comma-separated)
    ///
    /// In json, jsonl and yaml: flat items with just these fields.
    ///
    /// [env: ORGCONN_COLUMNS]
    #[arg(long, global = true, value_name = "NAMES")]
    #[arg(value_delimiter = ',')]
    pub(crate) columns: Option<Vec<String>>,

    /// The variable that the columns or the template come from, for messages; `None` for flags.
    #[arg(skip)]
    pub(super) columns_variable: Option<&'static str>,

    /// One line for each item, with columns in braces: '{source} -> {destination}: {types}'
    ///
    /// [env: ORGCONN_TEMPLATE]
    #[arg(long, global = true, value_name = "TEXT")]
    #[arg(conflicts_with_all = ["output", "columns"])]
    pub(crate) template: Option<Template>,

    /// Leave out the header in table, csv and tsv
    ///
    /// [env: ORGCONN_NO_HEADER]
    #[arg(long, global = true)]
    pub(crate) no_header: bool,

    /// Keep the values in csv and tsv as they are
    ///
    /// A name that begins with =, +, - or @ is a formula to a spreadsheet, which may run it or send other cells away.
    /// Without this flag such a value gets a ' in front, and csv shows control and invisible characters escaped.
    ///
    /// [env: ORGCONN_RAW]
    #[arg(long, global = true)]
    pub(crate) raw: bool,

    /// Answer yes to every confirmation
    ///
    /// [env: ORGCONN_YES]
    #[arg(short, long, global = true)]
    pub(crate) yes: bool,

    /// Never ask; fail where an answer is needed
    ///
    /// [env: ORGCONN_NO_INPUT]
    #[arg(long, global = true)]
    pub(crate) no_input: bool,

    /// Make changes without writing them to the history
    ///
    /// For machines on which it cannot be written. `orgconn undo` does not know these changes.
    ///
    /// [env: ORGCONN_NO_HISTORY]
    #[arg(long, global = true)]
    pub(crate) no_history: bool,

    /// Print only warnings and errors to standard error
    ///
    /// [env: ORGCONN_QUIET]
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Log each request to standard error
    ///
    /// Given twice, with details.
    ///
    /// [env: ORGCONN_VERBOSE]
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,

    /// When to use colour
    ///
    /// [env: ORGCONN_COLOR]
    #[arg(long, global = true, value_name = "WHEN")]
    #[arg(value_enum, default_value_t)]
    pub(crate) color: ColorChoice,

    /// Time limit of one request, with its retries and waits
    ///
    /// A check after a lost answer may take as long again.
    ///
    /// [env: ORGCONN_TIMEOUT]
    #[arg(long, global = true, value_name = "DURATION")]
    #[arg(value_parser = duration, default_value = "60s")]
    pub(crate) timeout: Duration,

    /// Where the timeout comes from, for messages.
    #[arg(skip = "the default of --timeout")]
    pub(super) timeout_origin: &'static str,

    /// How often a request is retried after a temporary failure
    ///
    /// [env: ORGCONN_MAX_RETRIES]
    #[arg(long, global = true, value_name = "N")]
    #[arg(default_value_t = 3)]
    pub(crate) max_retries: u32,

    /// Configuration file to read in place of the usual one
    ///
    /// [env: ORGCONN_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// The variable that the configuration file comes from, for messages; `None` for the flag.
    #[arg(skip)]
    pub(super) config_variable: Option<&'static str>,

    /// Use a local sandbox with sample orgs
    ///
    /// No account, no keys, nothing leaves this machine.
    ///
    /// [env: ORGCONN_SANDBOX]
    #[cfg(feature = "sandbox")]
    #[arg(long, global = true)]
    pub(crate) sandbox: bool,
}

impl GlobalFlags {
    /// Reads the variables of the flags that are not on the command line. `matches` is the parsed command line.
    ///
    /// # Errors
    /// Fails if a variable has an invalid value, two of them exclude each other, or a name that begins with `ORGCONN_`
    /// is unknown. The output format is read before all others, so that the error can be written in it.
    pub(crate) fn read_variables(
        &mut self,
        matches: &ArgMatches,
        environment: &Environment,
    ) -> Result<(), ConfigError> {
        let is_given = |flag| matches.value_source(flag) == Some(ValueSource::CommandLine);
        let [output, columns, template] = ["output", "columns", "template"].map(is_given);
        if !output && !template {
            set(&mut self.output, format_variable(environment)?);
        }
        environment.require_known_settings()?;
        // The flag `--output id` has no columns, whatever columns the variable has for other formats.
        if !columns && !template && (!output || self.output.has_columns()) {
            let columns = environment.get_list(COLUMNS)?;
            self.columns = (!columns.is_empty()).then_some(columns);
            self.columns_variable = self.columns.as_ref().map(|_| COLUMNS);
        }
        if !output && !columns && !template {
            self.template = environment.get_with(TEMPLATE, Template::from_str)?;
            let mut others = [OUTPUT, COLUMNS].into_iter();
            if self.template.is_some()
                && let Some(other) = others.find(|name| environment.is_set(name))
            {
                let one = TEMPLATE;
                return Err(ConfigError::Exclusive { one, other });
            }
            if self.template.is_some() {
                self.columns_variable = Some(TEMPLATE);
            }
        }
        self.no_header = self.no_header || environment.get_bool("ORGCONN_NO_HEADER")?;
        self.raw = self.raw || environment.get_bool("ORGCONN_RAW")?;
        self.yes = self.yes || environment.get_bool("ORGCONN_YES")?;
        self.no_input = self.no_input || environment.get_bool("ORGCONN_NO_INPUT")?;
        self.no_history = self.no_history || environment.get_bool("ORGCONN_NO_HISTORY")?;
        self.quiet = self.quiet || environment.get_bool("ORGCONN_QUIET")?;
        if !is_given("verbose") {
            let verbose = environment.get_with("ORGCONN_VERBOSE", number)?;
            set(&mut self.verbose, verbose);
        }
        if !is_given("color") {
            set(&mut self.color, color_variable(environment)?);
        }
        if is_given("timeout") {
            self.timeout_origin = "--timeout";
        } else if let Some(timeout) = environment.get_with("ORGCONN_TIMEOUT", duration)? {
            self.timeout = timeout;
            self.timeout_origin = "ORGCONN_TIMEOUT";
        }
        if !is_given("max_retries") {
            let max_retries = environment.get_with("ORGCONN_MAX_RETRIES", number)?;
            set(&mut self.max_retries, max_retries);
        }
        if self.config.is_none() {
            self.config = config_variable(environment);
            self.config_variable = self.config.as_ref().map(|_| CONFIG);
        }
        #[cfg(feature = "sandbox")]
        {
            self.sandbox = self.sandbox || sandbox_variable(environment)?;
        }
        Ok(())
    }
}

/// The output format that the environment asks for.
///
/// # Errors
/// Fails if there is no such format.
pub(crate) fn format_variable(
    environment: &Environment,
) -> Result<Option<Format>, EnvironmentError> {
    environment.get_with(OUTPUT, choice)
}

/// When the environment asks for colour.
///
/// # Errors
/// Fails if the variable has another word.
pub(crate) fn color_variable(
    environment: &Environment,
) -> Result<Option<ColorChoice>, EnvironmentError> {
    environment.get_with("ORGCONN_COLOR", choice)
}

/// The configuration file that the environment names.
pub(crate) fn config_variable(environment: &Environment) -> Option<PathBuf> {
    environment.path(CONFIG)
}

/// Whether the environment asks for the sandbox. False in a build without it.
///
/// # Errors
/// Fails if the variable is neither true nor false.
pub(crate) fn sandbox_variable(environment: &Environment) -> Result<bool, EnvironmentError> {
    Ok(cfg!(feature = "sandbox") && environment.get_bool("ORGCONN_SANDBOX")?)
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn choice<T: ValueEnum>(word: &str) -> Result<T, String> {
    let values = T::value_variants().iter();
    let values = values.filter_map(ValueEnum::to_possible_value);
    // Those of single commands are hidden.
    let values = values.filter(|value| !value.is_hide_set());
    let names: Vec<_> = values.map(|value| value.get_name().to_owned()).collect();
    T::from_str(word, false).map_err(|_| format!("give one of {}", names.join(", ")))
}

fn number<T: FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse().map_err(|_| "give a whole number")
}

/// The longest length of time that can be given: that of the largest plain number.
const MAX_DURATION: Duration = Duration::from_secs(u32::MAX as u64);

/// Reads a length of time: `60s`, `500ms`, `1m30s`, or a plain number of seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse::<u32>()
        .map(|seconds| SignedDuration::from_secs(seconds.into()));
    let length = seconds.or_else(|_| text.parse::<SignedDuration>());
    let length = length
        .ok()
        .and_then(|length| Duration::try_from(length).ok())
        .filter(|length| !length.is_zero())
        .ok_or("give a length of time above zero, such as 30s, 500ms or 2m")?;
    // A clock cannot show the end of a much longer time.
    match length > MAX_DURATION {
        true => Err(format!("give at most {} seconds", MAX_DURATION.as_secs())),
        false => Ok(length),
    }
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
    fn a_duration_ends_before_the_clock_does() {
        assert_eq!(duration("4294967295"), Ok(MAX_DURATION));
        for too_long in ["4294967296s", "9223372036854775807s"] {
            assert_eq!(
                duration(too_long),
                Err("give at most 4294967295 seconds".to_owned())
            );
        }
    }

    #[test]
    fn nothing_zero_and_negative_are_no_durations() {
        for text in ["", "0", "0s", "-5s", "soon", "s", "1.5.2s"] {
            assert!(duration(text).is_err(), "{text:?}");
        }
    }
}
