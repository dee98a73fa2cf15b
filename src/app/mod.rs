//! The state that every command gets: the flags, the output, and the functions that open the network, the journal and
//! the configuration.
//!
//! Imports `error`, `api`, `output`, `completion_cache` and the modules below them. Nothing is opened before a command
//! asks for it, so that a command without credentials cannot get a client.

mod account;
mod changes;
#[cfg(feature = "sandbox")]
mod child_process;
mod chosen_accounts;
mod flags;
mod impact;
mod questions;
mod resolve;
mod signals;
mod snapshot;
mod unreadable;
mod verification;

use std::ffi::OsString;
#[cfg(feature = "sandbox")]
use std::path::PathBuf;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::{
    ConfigFile, ConfigLocation, Environment, FileError, ProfileChoice, Server, private_variables,
};
use crate::error::{CommandError, Exit, Result};
use crate::history::{Journal, Origin};
use crate::model::KnownOrgs;
use crate::output::{Format, Output, OutputOptions, TerminalEnvironment};

pub(crate) use account::{Account, unknown_current_org_error};
pub(crate) use changes::{
    ChangeSender, Effect, MAX_CONCURRENT_CHANGES, complete_answer, with_senders,
};
#[cfg(feature = "sandbox")]
pub(crate) use child_process::run_command;
pub(crate) use chosen_accounts::{ChosenAccounts, MAX_CONCURRENT_ACCOUNTS, run_concurrently};
#[cfg(feature = "sandbox")]
pub(crate) use chosen_accounts::{chosen_samples, find_sample_profile};
pub(crate) use flags::{
    GlobalFlags, color_variable, config_variable, duration, format_variable, sandbox_variable,
};
pub(crate) use resolve::{
    ConnectionEnds, EndAccounts, EndOrgs, GroupOrgs, MatchingConnections, OrgLookup,
    exit_without_keys, explain_lack_of_groups, has_no_groups, is_unknown_connection,
};
#[cfg(feature = "sandbox")]
pub(crate) use signals::stop_token;
pub(crate) use signals::{JobSignal, stop_process};
pub(crate) use snapshot::Snapshot;
pub(crate) use unreadable::{unreadable_orgs_error, unreadable_records_error};
pub(crate) use verification::Verifications;

/// The program's state while a command runs.
pub(crate) struct App {
    /// The flags that every command takes.
    pub(crate) flags: GlobalFlags,
    /// Prints everything that the program prints.
    pub(crate) output: Output,
    /// The words of the command line, without the program's own name.
    arguments: Vec<String>,
    /// The words that answers to questions would have been on the command line.
    answers: Vec<String>,
    /// Whether `answers` has a word for each answer.
    can_repeat: bool,
    environment: Environment,
    /// Cancelled by the first Ctrl-C.
    interrupt: CancellationToken,
    /// Has a token for each change that was sent and is not answered.
    unanswered_changes: TaskTracker,
    watches_signals: bool,
}

impl App {
    /// Creates the state from the flags and the environment. It also checks whether the standard streams are terminals.
    /// `arguments` are the words of the command line, without the program's own name.
    pub(crate) fn new(
        flags: GlobalFlags,
        environment: Environment,
        arguments: Vec<String>,
    ) -> Self {
        let output = Output::new(OutputOptions {
            format: flags
                .template
                .as_ref()
                .map_or(flags.output, |_| Format::Template),
            columns: flags.columns.clone(),
            columns_variable: flags.columns_variable,
            template: flags.template.clone(),
            no_header: flags.no_header,
            raw: flags.raw,
            quiet: flags.quiet,
            color: flags.color,
            no_input: flags.no_input,
            now: Timestamp::now(),
            known_orgs: KnownOrgs::default(),
            row_signs: None,
            environment: terminal_environment(&environment),
        });
        Self {
            flags,
            output,
            arguments,
            answers: Vec::new(),
            can_repeat: true,
            environment,
            interrupt: CancellationToken::new(),
            unanswered_changes: TaskTracker::new(),
            watches_signals: false,
        }
    }

    /// Reads the configuration file. It is empty if the file does not exist.
    pub(crate) fn config_file(&self) -> Result<ConfigFile> {
        let file = ConfigFile::load(&self.config_location()?);
        file.map_err(|error| match (&error, self.flags.config_variable) {
            (FileError::Missing(_), Some(variable)) => CommandError::from(error).context(variable),
            _ => error.into(),
        })
    }

    /// The location of the configuration file, which may not exist.
    pub(crate) fn config_location(&self) -> Result<ConfigLocation> {
        Ok(self
            .environment
            .config_location(self.flags.config.as_deref())?)
    }

    /// The variables that programs which this one starts do not get, since they may hold keys.
    pub(crate) fn private_variables(&self) -> Result<Vec<OsString>> {
        let file = self.config_file()?;
        Ok(private_variables(&self.environment, &file))
    }

    /// Opens the journal of the changes that this machine made.
    pub(crate) fn journal(&self) -> Result<Journal> {
        Ok(Journal::open(&self.environment.state_directory()?)?)
    }

    /// The profiles that flags or variables choose.
    pub(crate) fn profile_choice(&self) -> Result<ProfileChoice> {
        Ok(self.flags.accounts.profile_choice(&self.environment)?)
    }

    /// The hosts outside Datadog's domains that flags or the environment trust with keys.
    pub(crate) fn trusted_hosts(&self) -> Result<Vec<String>> {
        Ok(self.flags.accounts.trusted_hosts(&self.environment)?)
    }

    /// The server that the flags or variables name, for a profile that names none.
    pub(crate) fn server(&self) -> Result<Server> {
        Ok(self.flags.accounts.server(&self.environment)?)
    }

    /// The file that holds the sandbox's state.
    #[cfg(feature = "sandbox")]
    pub(crate) fn sandbox_file(&self) -> Result<PathBuf> {
        Ok(self.environment.state_directory()?.join("sandbox.json"))
    }

    /// Whether the user has interrupted the command.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupt.is_cancelled()
    }

    /// Waits until the user interrupts the command.
    pub(crate) async fn interrupted(&self) {
        self.interrupt.cancelled().await;
    }

    /// Whether the command line ends with `--`, so that what belongs behind it is missing.
    #[cfg(feature = "sandbox")]
    pub(crate) fn is_cut_off(&self) -> bool {
        self.arguments.last().is_some_and(|word| word == "--")
    }

    /// Whether this run uses the sandbox.
    pub(crate) fn in_sandbox(&self) -> bool {
        #[cfg(feature = "sandbox")]
        return self.flags.sandbox;
        #[cfg(not(feature = "sandbox"))]
        false
    }

    /// Whether this run shows a change of the history. A run in the sandbox shows only the changes made in the sandbox,
    /// any other run only those made outside of it. With `--profile` it shows only the changes of these profiles.
    pub(crate) fn shows_history_of(&self, origin: &Origin) -> bool {
        origin.matches(self.in_sandbox(), &self.flags.accounts.profile)
    }

    /// Whether a browser can show a page: the user sees standard output, on a desktop or where `BROWSER` names one.
    pub(crate) fn has_browser(&self) -> bool {
        let has_desktop = cfg!(any(windows, target_os = "macos"))
            || ["BROWSER", "DISPLAY", "WAYLAND_DISPLAY"]
                .iter()
                .any(|name| self.environment.is_set(name));
        has_desktop && self.output.terminal_width().is_some()
    }

    /// Whether the user must be asked for a confirmation, which `--yes` makes unnecessary. `action` is a gerund, such
    /// as "deleting"; `hint` says what `--yes` does.
    ///
    /// # Errors
    /// Fails if a confirmation is necessary but nobody can answer.
    pub(crate) fn must_ask(&self, action: &str, hint: &str) -> Result<bool> {
        if self.flags.yes || self.output.can_ask() {
            return Ok(!self.flags.yes);
        }
        let message = format!("{action} needs a confirmation, and there is no terminal to ask on");
        Err(CommandError::usage(message).hint(hint))
    }

    /// Asks for a confirmation, whether or not `--yes` is given; see [`App::must_ask`]. `unchanged` says for the error what did not happen, such as "nothing was deleted".
    ///
    /// # Errors
    /// Fails if the answer is no, or the user pressed Ctrl-C.
    pub(crate) fn ask_confirmation(&mut self, question: &str, unchanged: &str) -> Result<()> {
        self.watch_signals()?;
        let answer = self.output.confirm(question);
        match answer.map_err(|error| CommandError::unanswered(error, unchanged))? {
            true => Ok(()),
            false => Err(CommandError::new(
                Exit::Failure,
                format!("not confirmed; {unchanged}"),
            )),
        }
    }
}

/// Reads the terminal's properties from the environment. A value that is not UTF-8 counts as not set.
pub(crate) fn terminal_environment(environment: &Environment) -> TerminalEnvironment {
    let get = |name| {
        let value = environment.get(name).ok().flatten();
        value.map(|value| value.to_string())
    };
    TerminalEnvironment {
        no_color: get("NO_COLOR"),
        clicolor_force: get("CLICOLOR_FORCE"),
        term: get("TERM"),
        columns: get("COLUMNS"),
        locale: environment.locale(),
    }
}
