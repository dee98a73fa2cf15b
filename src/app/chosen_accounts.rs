use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _};
use std::sync::{Arc, Mutex, OnceLock};

use futures_util::{StreamExt as _, stream};
#[cfg(feature = "sandbox")]
use secrecy::SecretString;
use uuid::Uuid;

use super::App;
use super::account::{Account, SharedState};
use super::signals::{self, JobSignal, StopSignals};
use crate::completion_cache::Cache;
#[cfg(feature = "sandbox")]
use crate::config::UnknownProfile;
use crate::config::{
    AccountSettings, ConfigError, ConfigFile, CredentialSource, Credentials, ProfileChoice, Server,
    Settings,
};
use crate::error::{CommandError, Result};
use crate::history::SANDBOX_HOST;
#[cfg(feature = "sandbox")]
use crate::sandbox::{self, DEFAULT_PROFILE, SampleProfile};

/// The maximum number of accounts that are used at a time. One HTTP/2 connection carries as many requests.
pub(crate) const MAX_CONCURRENT_ACCOUNTS: usize = 100;

/// The accounts that a command works with. Commands reach the network through it only.
pub(crate) struct ChosenAccounts {
    pub(super) accounts: Vec<Account>,
    /// The accounts that a command about some orgs does not need, where nothing chooses accounts.
    pub(super) unneeded: Vec<Account>,
    /// See [`ChosenAccounts::are_candidates`].
    pub(super) are_candidates: bool,
    /// Every profile of the configuration file, chosen or not, since `profile:NAME` may name any of them.
    pub(super) profiles: Vec<Account>,
    /// The sandbox's server, which runs until this value is dropped.
    #[cfg(feature = "sandbox")]
    _sandbox: Option<sandbox::ServerHandle>,
}

impl App {
    /// Opens the accounts that the flags, the environment and the configuration choose. If they choose none and there are
    /// profiles, the user is asked for one.
    ///
    /// # Errors
    /// Fails if a setting cannot be read, or there are no credentials.
    pub(crate) fn chosen_accounts(&mut self) -> Result<ChosenAccounts> {
        let chosen_accounts = self.open_accounts(false)?;
        self.show_command_line();
        Ok(chosen_accounts)
    }

    /// As [`App::chosen_accounts`], for a command that may say which orgs or connections it is about. If it does so, no
    /// profile is chosen, and the environment has no keys, all profiles are candidates: the command uses those that it
    /// needs. After its last question, the command calls [`App::show_command_line`].
    ///
    /// # Errors
    /// As [`App::chosen_accounts`].
    pub(crate) fn candidate_accounts_if(&mut self, says_target: bool) -> Result<ChosenAccounts> {
        self.open_accounts(says_target)
    }

    fn open_accounts(&mut self, all_if_unspecified: bool) -> Result<ChosenAccounts> {
        self.watch_signals()?;
        #[cfg(feature = "sandbox")]
        if self.flags.sandbox {
            let is_unspecified = self.profile_choice()? == ProfileChoice::None;
            let mut opened = self.open_sandbox(all_if_unspecified)?;
            opened.are_candidates = all_if_unspecified && is_unspecified;
            return Ok(opened);
        }
        let file = self.config_file()?;
        if self.must_ask_for_profile(&file, all_if_unspecified) {
            self.ask_for_profile(&file)?;
        }
        let is_unspecified = self.profile_choice()? == ProfileChoice::None;
        let settings = Settings::new(&self.flags.accounts, &self.environment, &file);
        let chosen = settings.accounts(all_if_unspecified)?;
        let profiles = settings.every_profile()?;
        let of_environment = |settings: &AccountSettings| settings.profile.is_none();
        let are_candidates =
            all_if_unspecified && is_unspecified && !chosen.iter().any(of_environment);
        self.note_ignored_settings(&chosen);
        if !are_candidates {
            // If keys must not be sent to a server, the command fails here, before it sends or asks anything.
            for settings in &chosen {
                settings.endpoint()?;
            }
        }
        let mut opened = ChosenAccounts::new(chosen, profiles, self.shared_state(None)?);
        opened.are_candidates = are_candidates;
        if let Ok(page) = opened.web_page(&[]) {
            self.output.link_orgs_to(&page);
        }
        Ok(opened)
    }

    /// Whether nothing chooses one of several profiles, and the user can.
    fn must_ask_for_profile(&self, file: &ConfigFile, all_if_unspecified: bool) -> bool {
        let flags = &self.flags.accounts;
        let can_ask = self.output.can_ask() && !file.profiles.is_empty();
        // A server by flag is for the environment's keys: a profile has its own.
        let accounts =
            || Settings::new(flags, &self.environment, file).accounts(all_if_unspecified);
        can_ask
            && flags.server_flag().is_none()
            && matches!(accounts(), Err(ConfigError::NoDefaultProfile { .. }))
    }

    /// Opens one account with credentials that no profile has yet. `pinned_org` is the org that they must belong to, if
    /// there is one. Nothing that it reads is cached for completion.
    ///
    /// # Errors
    /// Fails if keys must not be sent to the server, or the history cannot be opened.
    pub(crate) fn accounts_with_credentials(
        &mut self,
        server: Server,
        trusted_hosts: Vec<String>,
        profile: String,
        pinned_org: Option<Uuid>,
        credentials: Credentials,
    ) -> Result<ChosenAccounts> {
        let settings = AccountSettings {
            profile: Some(profile),
            is_default: false,
            server,
            server_origin: None,
            trusted_hosts,
            pinned_org,
            requires_service_account: false,
            credentials: CredentialSource::Known(credentials),
            ignored_settings: Vec::new(),
        };
        settings.endpoint()?;
        self.watch_signals()?;
        let mut shared = self.shared_state(None)?;
        shared.cache = None;
        Ok(ChosenAccounts::new(vec![settings], Vec::new(), shared))
    }

    /// Starts to handle Ctrl-C, so that requests in flight can finish, and the terminal is put back as it was before a
    /// question. Further calls do nothing.
    pub(crate) fn watch_signals(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.watches_signals, true) {
            let signals = StopSignals::new(self.output.can_ask())?;
            let (interrupt, question_interrupt) =
                (self.interrupt.clone(), self.output.question_interrupt());
            let unanswered_changes = self.unanswered_changes.clone();
            let resume_signal = JobSignal::resume()?;
            tokio::spawn(signals::watch(
                signals,
                resume_signal,
                interrupt,
                question_interrupt,
                unanswered_changes,
            ));
        }
        Ok(())
    }

    fn shared_state(&self, host_label: Option<&'static str>) -> Result<SharedState> {
        Ok(SharedState {
            environment: self.environment.clone(),
            timeout: self.flags.timeout,
            timeout_origin: self.flags.timeout_origin,
            is_quiet: self.flags.quiet,
            max_retries: self.flags.max_retries,
            interrupt: self.interrupt.clone(),
            unanswered_changes: self.unanswered_changes.clone(),
            journal: match self.flags.no_history {
                true => None,
                false => Some(self.journal()?),
            },
            cache: self.completion_cache(),
            known_orgs: self.output.known_orgs().clone(),
            host_label,
            transports: Mutex::default(),
            journal_writer: OnceLock::new(),
        })
    }

    /// The cache for shell completion, if the command runs at a terminal.
    fn completion_cache(&self) -> Option<Cache> {
        let directory = self.environment.cache_directory().ok()?;
        io::stderr().is_terminal().then(|| Cache::new(directory))
    }

    /// Tells the user which settings have no effect on any of the chosen accounts.
    fn note_ignored_settings(&mut self, chosen: &[AccountSettings]) {
        let [first, others @ ..] = chosen else {
            return;
        };
        let by_all = |name: &&String| {
            others
                .iter()
                .all(|other| other.ignored_settings.contains(name))
        };
        let ignored: Vec<_> = first
            .ignored_settings
            .iter()
            .filter(by_all)
            .cloned()
            .collect();
        if ignored.is_empty() {
            return;
        }
        let used = match (&first.profile, others) {
            (Some(profile), []) => format!("the profile {profile} is used"),
            (Some(_), _) => "the profiles are used".to_owned(),
            (None, _) => "the environment's credentials are used".to_owned(),
        };
        let note = format!("{used}, and {} ignored", ignored.join(", "));
        self.output.note(&note);
    }
}

#[cfg(feature = "sandbox")]
impl App {
    fn open_sandbox(&self, all_if_unspecified: bool) -> Result<ChosenAccounts> {
        // Variables may be meant for other runs, so they are ignored; a flag is meant for this run.
        if let Some(flag) = self.flags.accounts.server_flag() {
            return Err(CommandError::usage(format!(
                "{flag} cannot be used with the sandbox, which is a server of its own"
            )));
        }
        let chosen = chosen_samples(self.profile_choice()?, all_if_unspecified);
        let chosen = chosen.map_err(|error| match self.flags.accounts.profile_variable() {
            Some(variable) => error.context(variable),
            None => error,
        })?;
        let running = sandbox::start(&self.sandbox_file()?).map_err(anyhow::Error::from)?;
        let settings = |samples: Vec<&'static SampleProfile>| {
            let settings = samples
                .into_iter()
                .map(|sample| sample_settings(sample, running.url()));
            settings.collect::<Result<Vec<_>>>()
        };
        let profiles = settings(sandbox::profiles().iter().collect())?;
        let chosen = settings(chosen)?;
        let mut chosen_accounts =
            ChosenAccounts::new(chosen, profiles, self.shared_state(Some(SANDBOX_HOST))?);
        chosen_accounts._sandbox = Some(running);
        Ok(chosen_accounts)
    }

    /// Removes the orgs and connections of the sandbox from the completion cache.
    pub(crate) fn remove_sandbox_from_cache(&self) {
        if let Ok(directory) = self.environment.cache_directory() {
            Cache::new(directory).remove_server(SANDBOX_HOST);
        }
    }
}

/// The chosen sample profiles. If none is chosen, the default one, or with `all_if_unspecified` all of them.
///
/// # Errors
/// Fails if a chosen profile does not exist.
#[cfg(feature = "sandbox")]
pub(crate) fn chosen_samples(
    choice: ProfileChoice,
    all_if_unspecified: bool,
) -> Result<Vec<&'static SampleProfile>> {
    match choice {
        ProfileChoice::Named(names) => names.iter().map(|name| find_sample_profile(name)).collect(),
        ProfileChoice::None if !all_if_unspecified => {
            Ok(vec![find_sample_profile(DEFAULT_PROFILE)?])
        }
        ProfileChoice::All | ProfileChoice::None => Ok(sandbox::profiles().iter().collect()),
    }
}

/// The sample profile of this name.
///
/// # Errors
/// Fails if there is none.
#[cfg(feature = "sandbox")]
pub(crate) fn find_sample_profile(name: &str) -> Result<&'static SampleProfile> {
    let profiles = sandbox::profiles();
    let found = profiles.iter().find(|profile| profile.name == name);
    found.ok_or_else(|| {
        let names = profiles.iter().map(|profile| profile.name);
        CommandError::from(UnknownProfile::new(name, names)).context("in the sandbox")
    })
}

#[cfg(feature = "sandbox")]
fn sample_settings(sample: &SampleProfile, url: &str) -> Result<AccountSettings> {
    let credentials = Credentials::Keys {
        api_key: SecretString::from(sample.api_key()),
        app_key: SecretString::from(sample.app_key()),
    };
    Ok(AccountSettings {
        profile: Some(sample.name.to_owned()),
        is_default: sample.name == DEFAULT_PROFILE,
        server: Server::from_url(url).map_err(anyhow::Error::from)?,
        server_origin: None,
        trusted_hosts: Vec::new(),
        pinned_org: Some(sample.org_id),
        requires_service_account: false,
        credentials: CredentialSource::Known(credentials),
        ignored_settings: Vec::new(),
    })
}

impl ChosenAccounts {
    fn new(
        chosen: Vec<AccountSettings>,
        profiles: Vec<AccountSettings>,
        shared: SharedState,
    ) -> Self {
        let shared = Arc::new(shared);
        let open = |settings: Vec<AccountSettings>| {
            let accounts = settings.into_iter();
            accounts
                .map(|settings| Account::new(settings, shared.clone()))
                .collect()
        };
        Self {
            accounts: open(chosen),
            unneeded: Vec::new(),
            are_candidates: false,
            profiles: open(profiles),
            #[cfg(feature = "sandbox")]
            _sandbox: None,
        }
    }

    /// Whether nothing chooses accounts, so that these are all profiles and the command uses those that it needs. The
    /// others cannot make it fail.
    pub(crate) fn are_candidates(&self) -> bool {
        self.are_candidates
    }

    /// Whether the configuration has profiles that are not chosen, so that `--all-profiles` sees more.
    pub(crate) fn leaves_out_profiles(&self) -> bool {
        let is_chosen = |profile: &Account| {
            let mut accounts = self.accounts.iter();
            accounts.any(|account| account.profile() == profile.profile())
        };
        !self.profiles.iter().all(is_chosen)
    }

    /// All chosen accounts, in the order in which their profiles were chosen.
    pub(crate) fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The only chosen account, for a command that works with one.
    ///
    /// # Errors
    /// Fails if several profiles are chosen.
    pub(crate) fn single_account(&self) -> Result<&Account> {
        match self.accounts.as_slice() {
            [account] => Ok(account),
            several => {
                let names = several.iter().filter_map(Account::profile);
                Err(CommandError::usage(
                    "this command works with one profile, and several are chosen",
                )
                .candidates(names)
                .hint("choose one with --profile, or where the command takes it name the org with --source"))
            }
        }
    }

    /// The web page with the connections of the orgs that these profiles see; of every account if there are none.
    ///
    /// # Errors
    /// Fails if no page is known, or the accounts are on several sites.
    pub(crate) fn web_page(&self, profiles: &[String]) -> Result<String> {
        let sees = |account: &&Account| {
            let mut profiles = profiles.iter().map(String::as_str);
            profiles.len() == 0 || profiles.any(|profile| account.profile() == Some(profile))
        };
        let accounts = self.accounts.iter().filter(sees);
        let pages: BTreeSet<_> = accounts.filter_map(Account::web_page).collect();
        match pages.len() {
            0 => Err(self.no_web_page_error()),
            1 => Ok(pages.into_iter().collect()),
            _ => Err(CommandError::usage(
                "the profiles are on several sites, and each has a web page of its own",
            )
            .hint("choose one with --profile")),
        }
    }

    /// Checks that a web page is known for one account at least.
    ///
    /// # Errors
    /// Fails if it is not.
    pub(crate) fn require_web_page(&self) -> Result<()> {
        match self.accounts.iter().find_map(Account::web_page) {
            Some(_) => Ok(()),
            None => Err(self.no_web_page_error()),
        }
    }

    fn no_web_page_error(&self) -> CommandError {
        match self.accounts.first().map(Account::server) {
            Some(server) if server != SANDBOX_HOST => CommandError::usage(format!(
                "the web page that belongs to `{server}` is not known"
            ))
            .hint("only Datadog's own sites have a known one; name one with --site in place of the URL"),
            _ => CommandError::usage("the sandbox has no web page")
                .hint("only Datadog's own sites have one; leave out --sandbox and ORGCONN_SANDBOX"),
        }
    }

    /// Does the same work with each account in parallel. The results are in the order of the accounts. An error names
    /// its profile, and does not stop the other accounts.
    pub(crate) async fn for_each_account<'a, T, W>(
        &'a self,
        work: impl Fn(&'a Account) -> W,
    ) -> Vec<(&'a Account, Result<T>)>
    where
        W: Future<Output = Result<T>>,
    {
        for_each_account(self.accounts.iter(), work).await
    }
}

/// As [`ChosenAccounts::for_each_account`], with these accounts.
pub(super) async fn for_each_account<'a, T, W>(
    accounts: impl Iterator<Item = &'a Account>,
    work: impl Fn(&'a Account) -> W,
) -> Vec<(&'a Account, Result<T>)>
where
    W: Future<Output = Result<T>>,
{
    let tasks = accounts.map(|account| {
        let work = work(account);
        async move {
            let result = work.await;
            let result = result.map_err(|error| error.for_profile(account.profile()));
            (account, result)
        }
    });
    run_concurrently(tasks, MAX_CONCURRENT_ACCOUNTS).await
}

/// Runs up to the given number of tasks in parallel and returns their results in order. A task that waits, for example
/// for a rate limit, does not prevent the next one from starting.
pub(crate) async fn run_concurrently<T>(
    tasks: impl Iterator<Item = impl Future<Output = T>>,
    at_once: usize,
) -> Vec<T> {
    let numbered = tasks
        .enumerate()
        .map(|(number, task)| async move { (number, task.await) });
    let results = stream::iter(numbered).buffer_unordered(at_once);
    let mut results: Vec<_> = results.collect().await;
    results.sort_unstable_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}
