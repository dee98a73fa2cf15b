mod groups;

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};
use uuid::Uuid;

use super::unreadable::unreadable_records_error;
use crate::api::{
    self, Client, ClientSettings, ConnectionFilter, ErrorKind, Permission, Transport,
};
use crate::completion_cache::{Cache, CacheOwner};
use crate::config::{
    AccountSettings, CredentialSource, Credentials, Endpoint, Environment, Proxy,
    check_certificate_file, kill_secret_commands,
};
use crate::error::{CommandError, Exit, Result};
use crate::history::{Journal, JournalWriter};
use crate::model::{ChangeKind, Connection, KnownOrgs, Org, OrgDirectory, OrgGroup, OrgRef, User};
use crate::output;

/// How often a list is read that changes while it is read.
const MAX_READINGS: u32 = 3;
/// How long reading credentials may take before it is said what is waited for.
const SILENCE: Duration = Duration::from_secs(2);

/// The state that all accounts of a command share.
pub(super) struct SharedState {
    /// Names the proxy and the certificates.
    pub(super) environment: Environment,
    pub(super) timeout: Duration,
    /// Where the timeout comes from, for messages.
    pub(super) timeout_origin: &'static str,
    /// Whether notes are left out.
    pub(super) is_quiet: bool,
    pub(super) max_retries: u32,
    pub(super) interrupt: CancellationToken,
    /// Has a token for each change that was sent and is not answered.
    pub(super) unanswered_changes: TaskTracker,
    /// `None` with `--no-history`.
    pub(super) journal: Option<Journal>,
    /// Stores orgs and connections for shell completion; `None` unless the command runs at a terminal.
    pub(super) cache: Option<Cache>,
    /// The orgs that this run has read.
    pub(super) known_orgs: KnownOrgs,
    /// A fixed name for the server in the history and the cache, used for the sandbox, whose address changes from run
    /// to run; else `None`.
    pub(super) host_label: Option<&'static str>,
    /// One transport for each server, with its connections and certificates.
    pub(super) transports: Mutex<Vec<Transport>>,
    /// Created by the first change.
    pub(super) journal_writer: OnceLock<JournalWriter>,
}

impl SharedState {
    fn transport(&self, endpoint: Endpoint) -> Result<Transport> {
        let mut transports = self
            .transports
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let known = transports
            .iter()
            .find(|known| *known.endpoint() == endpoint);
        if let Some(known) = known {
            return Ok(known.clone());
        }
        if endpoint.is_https() {
            check_certificate_file(&self.environment)?;
        }
        let proxy = Proxy::from_environment(&self.environment, &endpoint)?;
        let transport = Transport::through(proxy.as_ref(), endpoint, self.timeout)?;
        transports.push(transport.clone());
        Ok(transport)
    }
}

/// The credentials of one org, and the client that uses them. Keeps the orgs and connections that this run has read.
/// Nothing is read or sent before it is needed.
pub(crate) struct Account {
    settings: AccountSettings,
    shared: Arc<SharedState>,
    client: OnceCell<Client>,
    managed_orgs: OnceCell<OrgDirectory>,
    all_connections: OnceCell<Vec<Connection>>,
    /// The groups of orgs, or the error of an account without groups.
    org_groups: OnceCell<Result<Vec<OrgGroup>, api::Error>>,
    /// The orgs of the groups that were read.
    group_members: Mutex<HashMap<Uuid, Vec<OrgRef>>>,
    current_user: OnceCell<User>,
    write_permission: OnceCell<Permission>,
}

impl Account {
    pub(super) fn new(settings: AccountSettings, shared: Arc<SharedState>) -> Self {
        Self {
            settings,
            shared,
            client: OnceCell::new(),
            managed_orgs: OnceCell::new(),
            all_connections: OnceCell::new(),
            org_groups: OnceCell::new(),
            group_members: Mutex::default(),
            current_user: OnceCell::new(),
            write_permission: OnceCell::new(),
        }
    }

    /// The profile that the credentials come from; `None` if they come from no profile.
    pub(crate) fn profile(&self) -> Option<&str> {
        self.settings.profile.as_deref()
    }

    /// The profile's name for messages; empty for the environment's credentials.
    pub(super) fn profile_name(&self) -> &str {
        self.profile().unwrap_or_default()
    }

    /// Whether the profile is the default one.
    pub(crate) fn is_default(&self) -> bool {
        self.settings.is_default
    }

    /// The site or the URL of the API, as messages show it; `sandbox` in the sandbox.
    pub(crate) fn server(&self) -> String {
        match self.shared.host_label {
            Some(name) => name.to_owned(),
            None => self.settings.server.label(),
        }
    }

    /// The web page with the connections of the account's org; `None` if the page is not known.
    pub(crate) fn web_page(&self) -> Option<String> {
        // The sandbox is a server on this machine, and has no web page.
        self.settings.server.web_page()
    }

    /// The web page at this path of the account's site; the path alone where the site is not known.
    pub(crate) fn web_url(&self, path: &str) -> String {
        let url = self.settings.server.web_url(path);
        url.unwrap_or_else(|| path.to_owned())
    }

    /// The API's host as the history stores it; `sandbox` in the sandbox.
    pub(crate) fn host(&self) -> Result<String> {
        match self.shared.host_label {
            Some(name) => Ok(name.to_owned()),
            None => Ok(self.settings.endpoint()?.authority().to_owned()),
        }
    }

    /// The org that the credentials must belong to according to the profile, if the profile names one.
    pub(crate) fn pinned_org(&self) -> Option<Uuid> {
        self.settings.pinned_org
    }

    /// Where the credentials come from.
    pub(crate) fn credentials(&self) -> &CredentialSource {
        &self.settings.credentials
    }

    /// Whether the command was interrupted, so that nothing more may be started.
    pub(super) fn is_interrupted(&self) -> bool {
        self.shared.interrupt.is_cancelled()
    }

    /// Counts a change as sent and not answered until the token is dropped.
    pub(super) fn count_unanswered(&self) -> TaskTrackerToken {
        self.shared.unanswered_changes.token()
    }

    /// The writer of the journal; `None` if changes are not written to it. Must be called in a tokio runtime.
    pub(super) fn journal_writer(&self) -> Option<&JournalWriter> {
        let journal = self.shared.journal.as_ref()?;
        let start = || JournalWriter::new(journal.clone());
        Some(self.shared.journal_writer.get_or_init(start))
    }

    /// The client. The first call reads the secrets and creates it.
    ///
    /// # Errors
    /// Fails if a secret cannot be read or sent as a header, or if keys must not be sent to the server.
    pub(crate) async fn client(&self) -> Result<&Client> {
        // All requests begin here: a box keeps the types of their futures below the depth that the compiler allows.
        let connect = || Box::pin(self.connect());
        self.client.get_or_try_init(connect).await
    }

    async fn connect(&self) -> Result<Client> {
        let transport = self.shared.transport(self.settings.endpoint()?)?;
        let credentials = self.read_credentials().await?;
        let settings = ClientSettings {
            timeout: self.shared.timeout,
            timeout_origin: Some(self.shared.timeout_origin),
            max_retries: self.shared.max_retries,
            interrupt: self.shared.interrupt.clone(),
            credentials_origin: self.settings.credentials.description(),
            server_origin: self.settings.server_origin.clone(),
            // Its port is another one in each run.
            server_name: self.shared.host_label.map(|label| format!("the {label}")),
            ..ClientSettings::default()
        };
        Ok(Client::new(transport, &credentials, settings)?)
    }

    /// Reads the credentials. If that takes long, it is said what is waited for: a command or a keychain may wait for a
    /// person.
    async fn read_credentials(&self) -> Result<Credentials> {
        let source = &self.settings.credentials;
        let reading = async {
            let mut reading = pin!(source.read(self.shared.timeout));
            match timeout(SILENCE, &mut reading).await {
                Ok(credentials) => Ok(credentials?),
                Err(_) => {
                    let description = source.description().unwrap_or_default();
                    if !self.shared.is_quiet {
                        output::log_line(&format!("waiting for {description}"));
                    }
                    Ok(reading.await?)
                }
            }
        };
        tokio::select! {
            biased;
            () = self.shared.interrupt.cancelled() => {
                kill_secret_commands();
                Err(CommandError::new(Exit::Interrupted, "interrupted while the credentials were read"))
            }
            credentials = reading => credentials,
        }
    }

    /// The orgs that the credentials manage, read once. Empty if the credentials may not read them.
    ///
    /// # Errors
    /// Fails if the service could not be asked, or the answer shows that the credentials belong to another org than the
    /// profile names.
    pub(crate) async fn managed_orgs(&self) -> Result<&OrgDirectory> {
        let read = || async {
            match self.client().await?.managed_orgs(None).await {
                Err(error) if error.kind() == ErrorKind::Forbidden => Ok(OrgDirectory::default()),
                answer => {
                    let orgs = answer?;
                    let refs = orgs.orgs.iter().map(Org::to_ref);
                    refs.for_each(|org| self.shared.known_orgs.add(&org));
                    if orgs.current.is_none_or(|org| self.may_belong_to(org)) {
                        self.cache_orgs(&orgs);
                    }
                    Ok::<_, CommandError>(orgs)
                }
            }
        };
        let orgs = self.managed_orgs.get_or_try_init(read).await?;
        if let Some(current) = orgs.current_org() {
            self.require_pinned(&current)?;
        }
        Ok(orgs)
    }

    /// The managed orgs, if they were read in this run.
    pub(crate) fn known_orgs(&self) -> Option<&OrgDirectory> {
        self.managed_orgs.get()
    }

    /// Whether this run has read that the credentials manage the org. Only then its public id is known.
    pub(super) fn lists_org(&self, id: Uuid) -> bool {
        self.known_orgs().is_some_and(|orgs| orgs.get(id).is_some())
    }

    /// Everything that this run has read about an org so far, from the managed orgs or a connection.
    pub(crate) fn known_org(&self, id: Uuid) -> Org {
        if let Some(org) = self.known_orgs().and_then(|orgs| orgs.get(id)) {
            return org.clone();
        }
        let connections = self.all_connections.get().into_iter().flatten();
        let mut ends =
            connections.flat_map(|connection| [&connection.source, &connection.destination]);
        let named = ends.find(|end| end.id == id && end.name.is_some());
        named.map_or_else(|| Org::from_id(id), Org::from)
    }

    /// The org that the credentials belong to, as the API reports it. No other function asks the API for it. If it is
    /// not known yet, this requests the current user, which is the cheapest request that contains it.
    ///
    /// # Errors
    /// Fails if the service could not be asked, or its answer names no org.
    pub(crate) async fn current_org(&self) -> Result<OrgRef> {
        if let Some(known) = self.known_current_org() {
            return Ok(known);
        }
        let org = self.current_user().await?.org;
        Ok(org.ok_or_else(unknown_current_org_error)?.into())
    }

    /// The user that the credentials belong to, read once.
    ///
    /// # Errors
    /// Fails if the service could not be asked.
    pub(crate) async fn current_user(&self) -> Result<&User> {
        let read = || async { Ok(self.client().await?.current_user().await?) };
        self.current_user.get_or_try_init(read).await
    }

    /// Whom new connections would belong to, if that is a person: `Dana, a person`. A user that cannot be read is no
    /// error: the change itself has the same one.
    pub(crate) async fn personal_owner(&self) -> Option<String> {
        self.current_user().await.ok()?.person()
    }

    /// Checks that new connections would belong to a service account, if that is required: by `is_required`, the flag,
    /// or by the profile.
    ///
    /// # Errors
    /// Fails if it is required, and the user is no service account or cannot be read.
    pub(crate) async fn check_owner(&self, is_required: bool) -> Result<()> {
        let is_required_by_profile = self.settings.requires_service_account;
        if !is_required && !is_required_by_profile {
            return Ok(());
        }
        let user = self.current_user().await.map_err(|error| {
            error.context("a service account is required, and whose keys these are is not known")
        })?;
        if user.service_account == Some(true) {
            return Ok(());
        }
        let owner = match user.person() {
            Some(person) => format!("would belong to {person}"),
            None => "may belong to a person".to_owned(),
        };
        let requirement = match is_required_by_profile {
            true => format!(
                "`require_service_account` of the profile {}",
                self.profile_name()
            ),
            false => "--require-service-account".to_owned(),
        };
        let message =
            format!("new connections {owner}, and {requirement} refuses that: nothing was created");
        Err(CommandError::usage(message)
            .hint("use the keys of a service account of the source org"))
    }

    /// As [`Account::current_org`], with the org's name if the credentials may read it.
    ///
    /// # Errors
    /// As [`Account::current_org`].
    pub(crate) async fn current_org_with_name(&self) -> Result<OrgRef> {
        self.managed_orgs().await?;
        let current = self.current_org().await?;
        Ok(self.known_org(current.id).to_ref())
    }

    /// The org that the credentials belong to, if this run has already read it.
    pub(crate) fn known_current_org(&self) -> Option<OrgRef> {
        let managed = self.known_orgs().and_then(OrgDirectory::current_org);
        managed.or_else(|| self.current_user.get()?.org.map(OrgRef::from))
    }

    /// Checks that the credentials belong to the org that the profile names, if it names one. Asks the service only if
    /// no answer has shown their org yet.
    ///
    /// # Errors
    /// As [`Account::current_org`] and [`Account::require_pinned`].
    pub(crate) async fn check_pinned_org(&self) -> Result<()> {
        match self.pinned_org() {
            Some(_) => self.require_pinned(&self.current_org().await?),
            None => Ok(()),
        }
    }

    /// Waits for what is read with these credentials, and checks at the same time that they belong to the org that the
    /// profile names: with another org's keys the answer is about the wrong org.
    ///
    /// # Errors
    /// As [`Account::check_pinned_org`], or with the error of `read`.
    pub(crate) async fn with_pinned_org<T>(
        &self,
        read: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        // A secret that cannot be read must fail once, not in both.
        self.client().await?;
        match futures_util::join!(self.check_pinned_org(), read) {
            // Credentials that the service refuses make both fail: the error of what was wanted says more.
            (Err(error), Err(other)) if error.api_kind().is_some() => Err(other),
            (Err(error), _) | (Ok(()), Err(error)) => Err(error),
            (Ok(()), Ok(answer)) => Ok(answer),
        }
    }

    /// Checks that `current`, the org that the credentials belong to, is the org that the profile names, if it names
    /// one.
    ///
    /// # Errors
    /// Fails if the profile names another org; the message names both.
    pub(crate) fn require_pinned(&self, current: &OrgRef) -> Result<()> {
        let Some(pinned) = self
            .pinned_org()
            .filter(|_| !self.may_belong_to(current.id))
        else {
            return Ok(());
        };
        Err(CommandError::usage(format!(
            "the keys of the profile `{}` belong to the org {}, not to {} as the profile says",
            self.profile_name(),
            current.label_with_id(),
            self.known_org(pinned).to_ref().label_with_id(),
        ))
        .hint("give the profile the keys of its org, or correct `org` in the configuration file"))
    }

    /// Whether the credentials may create, update and delete connections, found out once without changing anything.
    ///
    /// # Errors
    /// Fails if the secrets cannot be read, or the command was interrupted.
    pub(super) async fn may_write(&self) -> Result<Permission> {
        let ask = || async { Ok(self.client().await?.may_write_connections().await?) };
        self.write_permission.get_or_try_init(ask).await.copied()
    }

    /// Whether the profile leaves it possible that the credentials belong to this org.
    fn may_belong_to(&self, org: Uuid) -> bool {
        self.pinned_org().is_none_or(|pinned| pinned == org)
    }

    /// Reads the connections that the filter selects, as far as the service shows them. Also returns the reason why they
    /// may not be all, if there is one. A list that changes while it is read is read again.
    ///
    /// # Errors
    /// Fails if the service could not be asked, or if the credentials belong to another org than the profile names.
    pub(crate) async fn list_connections(
        &self,
        filter: ConnectionFilter,
    ) -> Result<(Vec<Connection>, Option<CommandError>)> {
        let selects_all = filter == ConnectionFilter::default();
        let listing = self.list_unchecked_connections(filter);
        let (connections, gap) = self.with_pinned_org(listing).await?;
        if gap.is_none() && selects_all {
            self.cache_connections(&connections);
        }
        Ok((connections, gap))
    }

    /// As [`Account::list_connections`], for a caller that checks the credentials' org and fills the cache itself.
    pub(super) async fn list_unchecked_connections(
        &self,
        filter: ConnectionFilter,
    ) -> Result<(Vec<Connection>, Option<CommandError>)> {
        let mut readings_left = MAX_READINGS;
        loop {
            let (connections, gap) = self.read_connections(filter.clone()).await?;
            readings_left -= 1;
            let has_changed =
                gap.as_ref().and_then(CommandError::api_kind) == Some(ErrorKind::IncompleteListing);
            if !has_changed || readings_left == 0 {
                return Ok((connections, gap));
            }
        }
    }

    /// Keeps the orgs of connections that were read, so that orgs of one name are told apart.
    pub(crate) fn note_orgs(&self, connections: &[Connection]) {
        for connection in connections {
            self.shared.known_orgs.add(&connection.source);
            self.shared.known_orgs.add(&connection.destination);
        }
    }

    /// As [`Account::list_unchecked_connections`], reading each page once.
    async fn read_connections(
        &self,
        filter: ConnectionFilter,
    ) -> Result<(Vec<Connection>, Option<CommandError>)> {
        let mut pages = self.client().await?.connections(filter).check_all_ids();
        let (mut connections, mut unreadable) = (Vec::new(), Vec::new());
        while let Some(page) = pages.next().await {
            match page {
                Ok(page) => {
                    self.note_orgs(&page.connections);
                    connections.extend(page.connections);
                    unreadable.extend(page.unreadable);
                }
                Err(error)
                    if connections.is_empty() && error.kind() != ErrorKind::IncompleteListing =>
                {
                    return Err(error.into());
                }
                Err(error) => return Ok((connections, Some(error.into()))),
            }
        }
        Ok((connections, unreadable_records_error(&unreadable)))
    }

    /// As [`Account::list_connections`], but fails if the connections may not be all, for callers that need them all.
    ///
    /// # Errors
    /// Fails if the service could not be asked, or a part of its answer cannot be read.
    pub(crate) async fn complete_connections(
        &self,
        filter: ConnectionFilter,
    ) -> Result<Vec<Connection>> {
        match self.list_connections(filter).await? {
            (connections, None) => Ok(connections),
            (_, Some(error)) => Err(error),
        }
    }

    /// All connections that the credentials' org takes part in, read once.
    ///
    /// # Errors
    /// As [`Account::complete_connections`].
    pub(crate) async fn all_connections(&self) -> Result<&[Connection]> {
        let read = || self.complete_connections(ConnectionFilter::default());
        Ok(self.all_connections.get_or_try_init(read).await?)
    }

    /// The orgs in the account's connections, and the managed orgs if this run has read them.
    ///
    /// # Errors
    /// As [`Account::complete_connections`].
    pub(crate) async fn orgs_of_connections(&self) -> Result<OrgDirectory> {
        let mut directory = self.known_orgs().cloned().unwrap_or_default();
        for connection in self.all_connections().await? {
            directory.add_orgs_of(connection);
        }
        Ok(directory)
    }

    /// The orgs that the credentials see: the managed ones. An org that manages no others, or may not read them, sees
    /// others in its connections only, so then these are read as well.
    ///
    /// # Errors
    /// As [`Account::managed_orgs`] and [`Account::complete_connections`].
    pub(crate) async fn visible_orgs(&self) -> Result<OrgDirectory> {
        let managed = self.managed_orgs().await?;
        let is_other = |org: &Org| Some(org.id) != managed.current;
        match managed.orgs.iter().any(is_other) {
            true => Ok(managed.clone()),
            false => self.orgs_of_connections().await,
        }
    }

    /// Whether the command runs at a terminal, so that orgs and connections are cached for shell completion.
    pub(crate) fn has_cache(&self) -> bool {
        self.shared.cache.is_some()
    }

    /// Caches all orgs that the credentials manage.
    pub(crate) fn cache_orgs(&self, orgs: &OrgDirectory) {
        if let Some(cache) = &self.shared.cache {
            cache.store_orgs(&self.cache_owner(), orgs);
        }
    }

    /// Caches all connections of the credentials' org.
    pub(crate) fn cache_connections(&self, connections: &[Connection]) {
        if let Some(cache) = &self.shared.cache {
            cache.store_connections(&self.cache_owner(), connections);
        }
    }

    /// Stores a change of a connection in the cache.
    pub(super) fn cache_change(&self, kind: ChangeKind, connection: &Connection) {
        if let Some(cache) = &self.shared.cache {
            cache.store_change(&self.cache_owner(), kind, connection);
        }
    }

    fn cache_owner(&self) -> CacheOwner {
        CacheOwner {
            server: self.server(),
            profile: self.settings.profile.clone(),
        }
    }
}

/// The error for an answer that does not name the org of the credentials.
pub(crate) fn unknown_current_org_error() -> CommandError {
    CommandError::new(
        Exit::Permission,
        "the service does not say which org these credentials belong to",
    )
}
