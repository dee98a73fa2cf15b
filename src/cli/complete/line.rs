use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches as _};

use crate::app::{config_variable, sandbox_variable};
use crate::completion_cache::{Cache, CacheOwner};
use crate::config::{AccountFlags, AccountSettings, ConfigFile, Environment, Settings};
#[cfg(feature = "sandbox")]
use crate::{app::chosen_samples, history::SANDBOX_HOST, sandbox::SampleProfile};

/// The command line up to the cursor, parsed up to the first mistake in it.
pub(super) struct PartialLine {
    /// clap's definition of the whole command line.
    pub(super) definition: Command,
    pub(super) flags: AccountFlags,
    pub(super) environment: Environment,
    config: Option<PathBuf>,
    in_sandbox: bool,
    /// The parsed arguments of the innermost command.
    matches: ArgMatches,
    /// The names of the commands, the outermost first.
    path: Vec<String>,
    /// The word at the cursor.
    typed: String,
}

impl PartialLine {
    /// Parses `words`: the first is the program, the last is the word at the cursor. `definition` must be set to ignore
    /// errors.
    pub(super) fn parse(
        definition: &Command,
        words: &[String],
        environment: Environment,
    ) -> Option<Self> {
        let (typed, before) = words.split_last()?;
        let mut matches = definition.clone().try_get_matches_from(before).ok()?;
        let flags = AccountFlags::from_arg_matches(&matches).ok()?;
        let config = matches.try_get_one("config").ok().flatten().cloned();
        let config = config.or_else(|| config_variable(&environment));
        let sandbox_flag = matches.try_get_one("sandbox").ok().flatten().copied();
        let in_sandbox =
            sandbox_flag.unwrap_or_default() || sandbox_variable(&environment).unwrap_or_default();
        let mut path = Vec::new();
        while let Some((name, inner)) = matches.remove_subcommand() {
            path.push(name);
            matches = inner;
        }
        Some(Self {
            definition: definition.clone(),
            flags,
            environment,
            config,
            in_sandbox,
            matches,
            path,
            typed: typed.to_owned(),
        })
    }

    /// The values that the line already gives to an argument. In a comma-separated list at the cursor, these are the
    /// values before the last comma.
    pub(super) fn given(&self, argument: &Arg) -> Vec<String> {
        let raw = self.matches.try_get_raw(argument.get_id().as_str());
        let raw = raw.ok().flatten().into_iter().flatten();
        let mut given: Vec<_> = raw
            .map(|value| value.to_string_lossy().into_owned())
            .collect();
        if let Some(delimiter) = argument.get_value_delimiter()
            && let Some((list, _)) = self.typed.rsplit_once(delimiter)
        {
            let (_, list) = list.split_once('=').unwrap_or(("", list));
            given.extend(list.split(delimiter).map(str::to_owned));
        }
        given
    }

    /// The innermost command on the line.
    fn command(&self) -> Option<&Command> {
        let mut names = self.path.iter();
        names.try_fold(&self.definition, |command, name| {
            command.find_subcommand(name)
        })
    }

    /// Whether the command takes positional arguments.
    pub(super) fn takes_positionals(&self) -> bool {
        let command = self.command();
        command.is_some_and(|it| it.has_subcommands() || it.get_positionals().next().is_some())
    }

    /// The ids of the arguments that are on the line and must not be repeated.
    pub(super) fn used_up(&self) -> Vec<String> {
        let arguments = self.command().into_iter().flat_map(Command::get_arguments);
        let used_up = arguments.filter(|argument| {
            let may_repeat = matches!(argument.get_action(), ArgAction::Append | ArgAction::Count);
            !may_repeat && self.is_given(argument.get_id().as_str())
        });
        used_up
            .map(|argument| argument.get_id().to_string())
            .collect()
    }

    /// Whether the line has the argument.
    pub(super) fn is_given(&self, argument: &str) -> bool {
        self.matches.ids().any(|id| id == argument)
            && self.matches.value_source(argument) == Some(ValueSource::CommandLine)
    }

    /// Whether the command works on the sandbox.
    pub(super) fn in_sandbox(&self) -> bool {
        self.in_sandbox
    }

    /// The cache of orgs and connections.
    pub(super) fn cache(&self) -> Option<Cache> {
        Some(Cache::new(self.environment.cache_directory().ok()?))
    }

    /// The configuration file; an empty one where it cannot be read.
    pub(super) fn load_config(&self) -> ConfigFile {
        let location = self.environment.config_location(self.config.as_deref());
        let file = location
            .ok()
            .and_then(|location| ConfigFile::load(&location).ok());
        file.unwrap_or_default()
    }

    /// The owners of the cached data that suits the command: one for each account that it would use. Empty if the
    /// settings are invalid.
    pub(super) fn cache_owners(&self) -> Vec<CacheOwner> {
        // Where no profile is chosen, the org in `--source` decides which profile is used. Its value is not looked up
        // here, so all profiles are possible.
        let names_source = matches!(
            self.path.first().map(String::as_str),
            Some("create" | "update" | "delete")
        ) && self.is_given("source");
        if self.in_sandbox() {
            return self.sandbox_owners(names_source);
        }
        let file = self.load_config();
        let settings = Settings::new(&self.flags, &self.environment, &file);
        let accounts = settings.accounts(names_source);
        let accounts = accounts.unwrap_or_default().into_iter();
        let owner = |account: AccountSettings| CacheOwner {
            server: account.server.label(),
            profile: account.profile,
        };
        accounts.map(owner).collect()
    }

    #[cfg(feature = "sandbox")]
    fn sandbox_owners(&self, names_source: bool) -> Vec<CacheOwner> {
        let choice = self.flags.profile_choice(&self.environment).ok();
        let samples = choice.and_then(|choice| chosen_samples(choice, names_source).ok());
        let owner = |sample: &SampleProfile| CacheOwner {
            server: SANDBOX_HOST.to_owned(),
            profile: Some(sample.name.to_owned()),
        };
        samples.unwrap_or_default().into_iter().map(owner).collect()
    }

    #[cfg(not(feature = "sandbox"))]
    fn sandbox_owners(&self, _names_source: bool) -> Vec<CacheOwner> {
        Vec::new()
    }
}
