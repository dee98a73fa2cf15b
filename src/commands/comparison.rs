//! Compares desired-state files, or a saved plan, with the live state, for `plan`, `apply` and `check --file`.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::report;
use super::shared_flags::UnknownTypes;
use crate::app::{
    Account, App, ChosenAccounts, MAX_CONCURRENT_ACCOUNTS, Snapshot, run_concurrently,
};
use crate::desired::{
    DesiredConnection, DesiredError, DesiredState, FileName, Location, Plan, Position,
    RepeatedPair, Scope, Step, unknown_type_errors,
};
use crate::error::{CommandError, Exit, Result};
use crate::model::{Change, ChangeKind, Connection, OrgDirectory, OrgRef, OrgSelector};
use crate::output::{Annotation, AnnotationLevel, ErrorRecord, Format, Output, StepRow};
use crate::text_input::{self, TextInputError};

/// The flags for desired-state files, and for what a plan may do with them.
#[derive(clap::Args, Debug)]
pub(crate) struct FileArgs {
    /// File of the wanted connections, YAML or JSON (repeatable); a directory stands for its *.yaml and *.yml files,
    /// `-` for standard input
    #[arg(short, long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Also delete connections that are not in the file, if their source is in its scope: the orgs that its key
    /// `manage` names, or without it the source orgs of its connections
    #[arg(long)]
    prune: bool,

    #[command(flatten)]
    unknown_types: UnknownTypes,
}

impl FileArgs {
    /// Reads the files.
    ///
    /// # Errors
    /// As [`Target::read_files`].
    pub(crate) fn read(&self) -> Result<Target, Vec<LocatedError>> {
        Target::read_files(&self.files, &self.unknown_types, self.prune)
    }
}

/// What the live state is to be.
pub(crate) enum Target {
    /// What the files describe. With `prune`, other connections in their scope are not wanted.
    Files { state: DesiredState, prune: bool },
    /// What the steps of a saved plan make of it.
    Plan(Plan),
}

impl Target {
    /// Reads the files at `paths`.
    ///
    /// # Errors
    /// Fails if a file cannot be read or has mistakes; all mistakes are returned.
    pub(crate) fn read_files(
        paths: &[PathBuf],
        unknown_types: &UnknownTypes,
        prune: bool,
    ) -> Result<Self, Vec<LocatedError>> {
        let (mut texts, mut errors) = (Vec::new(), Vec::new());
        for name in file_names(paths)? {
            match read_text(&name) {
                Ok(text) => texts.push((name, text)),
                Err(error) => errors.push(error),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        match DesiredState::parse(&texts, unknown_types.allow_unknown_type) {
            Ok(state) => Ok(Self::Files { state, prune }),
            Err(errors) => Err(LocatedError::from_desired(errors)),
        }
    }

    /// Reads a plan that `plan --out` saved.
    ///
    /// # Errors
    /// Fails if the file cannot be read, or is not a plan.
    pub(crate) fn read_plan(path: &Path) -> Result<Self> {
        let name = FileName::new(path);
        let text = read_text(&name).map_err(LocatedError::into_error)?;
        let plan = Plan::from_json(&text);
        let plan = plan.map_err(|error| {
            CommandError::from(error).context(format!("cannot read the plan {name}"))
        });
        Ok(Self::Plan(plan?))
    }
}

impl Target {
    /// Whether a file says `manage: all`.
    fn manages_all(&self) -> bool {
        matches!(self, Self::Files { state, .. } if state.manages_all())
    }

    /// Opens the accounts that comparing takes. Where nothing chooses accounts, they are those of the orgs that the files
    /// or the plan are about.
    ///
    /// # Errors
    /// As [`App::chosen_accounts`].
    pub(crate) async fn open_accounts(&self, app: &mut App) -> Result<ChosenAccounts> {
        let needed = match self {
            Self::Files { .. } if self.manages_all() => return app.candidate_accounts_if(true),
            Self::Files { state, .. } => state.needed_orgs(),
            Self::Plan(plan) => {
                let ends = |step: &Step| [step.source.id, step.destination.id];
                let steps = plan.steps().iter().map(ends);
                steps
                    .map(|ends| ends.map(OrgSelector::Uuid).to_vec())
                    .collect()
            }
        };
        match needed.is_empty() {
            true => app.chosen_accounts(),
            false => app.accounts_for(&needed).await,
        }
    }
}

/// The files at `paths`, in their order. A directory stands for the files in it.
///
/// # Errors
/// Fails if a directory cannot be read or has no such file, or if standard input is named twice.
fn file_names(paths: &[PathBuf]) -> Result<Vec<FileName>> {
    let mut names = Vec::new();
    for path in paths {
        if path.is_dir() {
            names.extend(files_in(path)?);
        } else {
            names.push(FileName::new(path));
        }
    }
    if names.iter().filter(|name| name.path().is_none()).count() > 1 {
        return Err(CommandError::usage("standard input is named twice"));
    }
    Ok(names)
}

/// The YAML files in a directory, sorted by their names. Hidden ones are left out, as shells do.
fn files_in(directory: &Path) -> Result<Vec<FileName>> {
    let list = || -> io::Result<Vec<PathBuf>> {
        let entries = directory.read_dir()?;
        let paths = entries.map(|entry| Ok(entry?.path()));
        paths.collect()
    };
    let cannot_read = |error: io::Error| {
        let error = CommandError::from(TextInputError::from(error));
        error.context(format!("cannot read {}", directory.display()))
    };
    let mut paths = list().map_err(cannot_read)?;
    paths.retain(|path| {
        let is_hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let extension = path.extension();
        !is_hidden
            && extension.is_some_and(|extension| extension == "yaml" || extension == "yml")
            && !path.is_dir()
    });
    if paths.is_empty() {
        let directory = directory.display();
        return Err(CommandError::usage(format!(
            "the directory {directory} has no *.yaml or *.yml file"
        )));
    }
    paths.sort();
    Ok(paths.into_iter().map(FileName::new).collect())
}

/// Reads a file; `-` is standard input.
fn read_text(name: &FileName) -> Result<String, LocatedError> {
    text_input::read(name.path()).map_err(|error| match error {
        TextInputError::Invalid { reason } => LocatedError {
            location: Some(name.location(Position {
                line: reason.line,
                column: reason.column,
            })),
            error: CommandError::usage(reason.to_string()),
        },
        error => CommandError::from(error)
            .context(format!("cannot read {name}"))
            .into(),
    })
}

/// An error, and the place in the file that it is about.
pub(crate) struct LocatedError {
    pub(crate) location: Option<Location>,
    /// The error without the place.
    pub(crate) error: CommandError,
}

impl LocatedError {
    /// Mistakes in files, each with its place there.
    fn from_desired(errors: Vec<DesiredError>) -> Vec<Self> {
        let errors = errors.into_iter().map(|error| Self {
            location: Some(error.location),
            error: error.kind.into(),
        });
        errors.collect()
    }

    /// The error, with the place in front of its message.
    pub(crate) fn into_error(self) -> CommandError {
        match self.location {
            Some(location) => self.error.context(location.to_string()),
            None => self.error,
        }
    }

    fn annotation(&self) -> Annotation {
        let message = self.error.message();
        let is_located = self
            .location
            .as_ref()
            .is_some_and(|location| location.file.path().is_some());
        // GitHub shows the location in a file itself. For standard input it cannot, so the message has the location.
        let message = match &self.location {
            Some(location) if !is_located => format!("{location}: {message}"),
            _ => message,
        };
        Annotation {
            level: AnnotationLevel::Error,
            location: self.location.clone(),
            title: format!("orgconn: {}", self.error.exit().as_str()),
            message: match self.error.profile() {
                Some(profile) => format!("profile {profile}: {message}"),
                None => message,
            },
        }
    }
}

impl From<CommandError> for LocatedError {
    fn from(error: CommandError) -> Self {
        let location = None;
        Self { location, error }
    }
}

impl From<CommandError> for Vec<LocatedError> {
    fn from(error: CommandError) -> Self {
        vec![error.into()]
    }
}

/// Reports errors where nothing could be compared.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn report_errors(errors: Vec<LocatedError>, output: &mut Output) -> Result<Exit> {
    report_steps(Steps::default(), false, errors, output)
}

/// The errors with their places in front.
pub(crate) fn into_errors(errors: Vec<LocatedError>) -> Vec<CommandError> {
    errors.into_iter().map(LocatedError::into_error).collect()
}

/// The live state compared with the target.
pub(crate) struct Comparison<'s> {
    /// The steps that bring the live connections to the target. Incomplete where the live state could not be read.
    pub(crate) plan: Plan,
    /// The orgs and connections that the chosen accounts see; its failures are in `unknown`.
    pub(crate) snapshot: Snapshot<'s>,
    /// The reasons why the live state is only partly known: accounts that could not be read, and connections that no
    /// account sees.
    pub(crate) unknown: Vec<LocatedError>,
    /// Whether a file says `manage: all`.
    manages_all: bool,
}

/// Reads the live state through all accounts and compares it with the target.
///
/// # Errors
/// Fails if no account could be read, or if orgs of the files cannot be found, or if a type in them is unknown and not
/// live; all of these are returned.
pub(crate) async fn compare<'s>(
    chosen_accounts: &'s ChosenAccounts,
    target: &Target,
) -> Result<Comparison<'s>, Vec<LocatedError>> {
    let mut snapshot = chosen_accounts.snapshot().await;
    let failures = std::mem::take(&mut snapshot.failures);
    let mut unknown: Vec<LocatedError> = failures.into_iter().map(Into::into).collect();
    if snapshot.accounts.is_empty() {
        return Err(unknown);
    }
    let compared = match target {
        Target::Files { state, prune } => compare_files(state, *prune, &snapshot),
        Target::Plan(saved) => Ok(compare_plan(saved, &snapshot)),
    };
    let (plan, missing) = match compared {
        Ok(compared) => compared,
        Err(errors) => {
            unknown.extend(LocatedError::from_desired(errors));
            return Err(unknown);
        }
    };
    unknown.extend(missing_access_errors(missing, &snapshot));
    unknown.extend(plan.repeated.iter().map(repeated_pair_error));
    if let Target::Plan(saved) = target {
        unknown.extend(other_profile_errors(&plan, saved));
    }
    Ok(Comparison {
        plan,
        snapshot,
        unknown,
        manages_all: target.manages_all(),
    })
}

/// The plan that brings the snapshot's connections to the state of the files, and what it lacks access to.
fn compare_files(
    state: &DesiredState,
    prune: bool,
    snapshot: &Snapshot<'_>,
) -> Result<(Plan, Vec<MissingAccess>), Vec<DesiredError>> {
    let desired = state.resolve(|selector| snapshot.resolve_org(selector))?;
    let (visible, invisible): (Vec<_>, Vec<_>) = desired
        .connections
        .into_iter()
        .partition(|connection| snapshot.sees(connection.source.id, connection.destination.id));
    let errors = unknown_type_errors(&snapshot.connections, &visible);
    if !errors.is_empty() {
        return Err(errors);
    }
    let invisible = invisible.iter().map(|connection| {
        let DesiredConnection {
            source,
            destination,
            location,
            ..
        } = connection;
        MissingAccess::to_pair(source, destination, Some(location.clone()))
    });
    let mut missing: Vec<_> = invisible.collect();
    if prune {
        missing.extend(unread_sources(&desired.scope, snapshot));
    }
    let scope = scope_locations(desired.scope, snapshot);
    let profile_for = |change: &_| profile_that_may_make(change, snapshot);
    let plan = Plan::new(&snapshot.connections, visible, scope, prune, profile_for);
    Ok((plan, missing))
}

/// The steps of the saved plan against the snapshot's connections, and what they lack access to.
fn compare_plan(saved: &Plan, snapshot: &Snapshot<'_>) -> (Plan, Vec<MissingAccess>) {
    let steps = saved.steps().iter();
    let invisible = steps.filter(|step| !snapshot.sees(step.source.id, step.destination.id));
    let missing = invisible
        .map(|step| MissingAccess::to_pair(&step.source, &step.destination, step.location.clone()));
    let profile_for = |change: &_| profile_that_may_make(change, snapshot);
    let plan = saved.against(&snapshot.connections, profile_for);
    (plan, missing.collect())
}

/// An error for each source org whose changes another profile would make than the saved plan names: the user of the
/// keys becomes the owner of a connection.
fn other_profile_errors(plan: &Plan, saved: &Plan) -> Vec<LocatedError> {
    let mut described = HashSet::new();
    let planned: HashMap<_, _> = saved
        .steps()
        .iter()
        .map(|step| (step.pair(), step))
        .collect();
    let errors = plan.changes().filter_map(|step| {
        let (now, planned) = (step.profile.as_ref()?, planned.get(&step.pair())?);
        let planned = planned.profile.as_ref().filter(|planned| *planned != now)?;
        let message = format!(
            "the plan is for the profile `{planned}`, and the profile `{now}` is chosen for `{}`",
            step.source.label()
        );
        let error = CommandError::usage(message)
            .hint("choose the profiles of the plan, or make a new plan");
        described.insert((planned, now)).then(|| LocatedError {
            location: step.location.clone(),
            error,
        })
    });
    errors.collect()
}

fn profile_that_may_make(change: &Change, snapshot: &Snapshot<'_>) -> Option<String> {
    let (account, _) = snapshot.account_for(change).ok()??;
    account.profile().map(str::to_owned)
}

/// The orgs in the scope, each with its location in a file.
fn scope_locations(scope: Scope, snapshot: &Snapshot<'_>) -> HashMap<Uuid, Location> {
    let mut locations = HashMap::new();
    if let Some(all) = scope.all {
        let served = snapshot.accounts.iter();
        locations.extend(served.map(|(_, org)| (org.id, all.clone())));
    }
    let sources = scope.sources.into_iter();
    locations.extend(sources.map(|source| (source.value.id, source.location)));
    locations
}

fn repeated_pair_error(pair: &RepeatedPair) -> LocatedError {
    let ids: Vec<_> = pair
        .connections
        .iter()
        .map(|found| found.id.to_string())
        .collect();
    let ends = pair.connections.first().map(|first| {
        format!(
            "from `{}` to `{}`",
            first.source.label(),
            first.destination.label()
        )
    });
    let message = format!(
        "the service lists {} connections {}, where there can be one: {}",
        ids.len(),
        ends.unwrap_or_default(),
        ids.join(", ")
    );
    let error = CommandError::new(Exit::Failure, message);
    LocatedError {
        location: pair.location.clone(),
        error: error.hint("`orgconn get ID` shows each; delete those that should not be there"),
    }
}

/// An operation that requires keys of an org to which no chosen account belongs.
struct MissingAccess {
    location: Option<Location>,
    /// The first half of the message: what cannot be read or changed.
    problem: String,
    /// The org whose keys are required, in backticks; or `either org`.
    keys_of: String,
}

impl MissingAccess {
    /// The connection between two orgs cannot be read.
    fn to_pair(source: &OrgRef, destination: &OrgRef, location: Option<Location>) -> Self {
        let (source, destination) = (source.label(), destination.label());
        Self {
            location,
            problem: format!("whether `{source}` is connected to `{destination}` cannot be read"),
            keys_of: "either org".to_owned(),
        }
    }
}

/// The source orgs in the scope whose connections outside the files cannot be read.
fn unread_sources(scope: &Scope, snapshot: &Snapshot<'_>) -> Vec<MissingAccess> {
    let sources = scope.sources.iter();
    let unread =
        sources.filter(|source| snapshot.accounts_of_org(source.value.id).next().is_none());
    let missing = unread.map(|source| {
        let org = source.value.label();
        MissingAccess {
            location: Some(source.location.clone()),
            problem: format!("the connections of `{org}` that are not in the file cannot be read"),
            keys_of: format!("`{org}`"),
        }
    });
    missing.collect()
}

/// Each missing access as an error; the last one has the hint, which is the same for all.
fn missing_access_errors(
    missing: Vec<MissingAccess>,
    snapshot: &Snapshot<'_>,
) -> Vec<LocatedError> {
    let errors = missing.into_iter().map(|it| {
        let reason = describe_lack_of_keys(&it.keys_of, snapshot);
        let message = format!("{}: {reason}", it.problem);
        LocatedError {
            location: it.location,
            error: CommandError::new(Exit::Permission, message),
        }
    });
    let mut errors: Vec<_> = errors.collect();
    if let Some(mut last) = errors.pop() {
        last.error = last.error.hint(
            "a profile must have the keys of the org itself: `orgconn profile add` adds one, and --all-profiles uses all \
             that there are",
        );
        errors.push(last);
    }
    errors
}

fn describe_lack_of_keys(org: &str, snapshot: &Snapshot<'_>) -> String {
    let accounts = snapshot.accounts.iter();
    let profiles = accounts.filter_map(|(account, _)| account.profile());
    let profiles: Vec<_> = profiles.collect();
    match (profiles.as_slice(), snapshot.accounts.as_slice()) {
        ([], [(_, own), ..]) => {
            format!(
                "these credentials belong to `{}`, not to {org}",
                own.label()
            )
        }
        ([only], _) => format!("the profile {only} does not have keys for {org}"),
        (several, _) => format!(
            "none of the profiles {} has keys for {org}",
            several.join(", ")
        ),
    }
}

impl<'s> Comparison<'s> {
    /// Whether at least a part of the live state that the file is about is known.
    pub(crate) fn is_any_live_state_known(&self) -> bool {
        self.unknown.is_empty() || !self.plan.steps().is_empty()
    }

    /// The account that makes a step's change, and the org that its credentials belong to. `None` for the steps of
    /// [`Comparison::changes_without_account`].
    pub(crate) fn account_for(&self, step: &Step) -> Option<(&'s Account, &OrgRef)> {
        self.snapshot.account_for(step.change.as_ref()?).ok()?
    }

    /// One error for each source org whose changes no chosen account can make, or several can.
    pub(crate) fn changes_without_account(&self) -> Vec<LocatedError> {
        let mut described = HashSet::new();
        let steps = self.plan.changes();
        let undecided = steps.filter_map(|step| {
            let error = self.snapshot.account_for(step.change.as_ref()?).err()?;
            described.insert(step.source.id).then(|| LocatedError {
                location: self.plan.location_of(step),
                error,
            })
        });
        let mut errors: Vec<_> = undecided.collect();
        errors.extend(self.changes_without_access(described));
        errors
    }

    /// One error for each source org whose changes no chosen account can make, except those in `described`.
    fn changes_without_access(&self, mut described: HashSet<Uuid>) -> Vec<LocatedError> {
        let steps = self.plan.changes();
        let steps = steps
            .filter(|step| self.account_for(step).is_none() && described.insert(step.source.id));
        let missing = steps.map(|step| MissingAccess {
            location: self.plan.location_of(step),
            problem: format!(
                "the connections from `{}` cannot be changed",
                step.source.label()
            ),
            keys_of: format!("`{}`", step.source.label()),
        });
        missing_access_errors(missing.collect(), &self.snapshot)
    }

    /// The planned steps as rows, without results.
    pub(crate) fn rows(&self) -> Vec<StepRow> {
        let steps = self.plan.steps().iter();
        steps.map(StepRow::planned).collect()
    }

    /// Prints the warnings that a person should see before the plan is carried out.
    pub(crate) async fn print_warnings(&self, output: &mut Output) {
        output.warn_each(self.plan.warnings(&self.snapshot.orgs));
        output.warn_each(self.impossible_pair_warnings());
        output.warn_each(self.personal_owner_warnings().await);
    }

    /// A warning for each connection to create that the service will refuse, as far as the lists of orgs show: the orgs
    /// at its ends are on different sites, or belong to different accounts.
    fn impossible_pair_warnings(&self) -> Vec<String> {
        let creates = self
            .plan
            .changes()
            .filter(|step| step.kind() == Some(ChangeKind::Create));
        creates
            .filter_map(|step| self.impossible_pair_warning(step))
            .collect()
    }

    fn impossible_pair_warning(&self, step: &Step) -> Option<String> {
        let (account, _) = self.account_for(step)?;
        let pair = format!(
            "`{}` cannot be connected to `{}`",
            step.source.label(),
            step.destination.label()
        );
        let destination = step.destination.id;
        let accounts = self.snapshot.accounts.iter();
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            accounts.partition(|(other, _)| other.server() == account.server());
        let knows_destination = |(other, own): &&&(&Account, OrgRef)| {
            let listed = other.known_orgs().and_then(|list| list.get(destination));
            own.id == destination || listed.is_some()
        };
        if here.iter().find(knows_destination).is_none()
            && let Some((other, _)) = elsewhere.iter().find(knows_destination)
        {
            let (here, there) = (account.server(), other.server());
            return Some(format!(
                "{pair}: they are on different sites, {here} and {there}"
            ));
        }
        let lists = here.iter().filter_map(|(other, _)| complete_list(other));
        let mut lists_with_source = lists
            .filter(|list| list.get(step.source.id).is_some())
            .peekable();
        lists_with_source.peek()?;
        lists_with_source
            .all(|list| list.get(destination).is_none())
            .then(|| format!("{pair}: it is not among the orgs of the same account"))
    }

    /// The annotation of each change, at its line in the file.
    fn annotations(&self) -> Vec<Annotation> {
        let annotation = |step: &Step| {
            let (source, destination) = (step.source.label(), step.destination.label());
            let (before, after) = (step.types_before(), step.types_after());
            let effect = match step.kind() {
                Some(ChangeKind::Create) => format!("would share {after}"),
                Some(ChangeKind::Update) => format!("would share {after} in place of {before}"),
                Some(ChangeKind::Delete) => format!("would not share {before} any more"),
                None => return None,
            };
            Some(Annotation {
                level: AnnotationLevel::Notice,
                location: self.plan.location_of(step),
                title: format!("connection to {}", step.action_word()),
                message: format!("`{source}` to `{destination}` {effect}"),
            })
        };
        self.plan.changes().filter_map(annotation).collect()
    }

    /// A warning for each account whose new connections would belong to a person. An account that cannot be asked is
    /// skipped: its error is reported elsewhere.
    async fn personal_owner_warnings(&self) -> Vec<String> {
        let mut orgs = HashSet::new();
        let creates = self
            .plan
            .changes()
            .filter(|step| step.kind() == Some(ChangeKind::Create));
        let accounts: Vec<_> = creates
            .filter_map(|step| self.account_for(step))
            .filter(|(_, org)| orgs.insert(org.id))
            .collect();
        let warnings = accounts.into_iter().map(|(account, org)| async move {
            let user = account.client().await.ok()?.current_user().await.ok()?;
            if user.service_account != Some(false) {
                return None;
            }
            let name = user.name.or(user.email).or(user.handle);
            let owner = match name {
                Some(name) => format!("{name}, a person"),
                None => "a person".to_owned(),
            };
            Some(format!(
                "new connections in `{}` would belong to {owner}, and be deleted with that account: Datadog \
                 recommends a service account",
                org.label()
            ))
        });
        let warnings = run_concurrently(warnings, MAX_CONCURRENT_ACCOUNTS).await;
        warnings.into_iter().flatten().collect()
    }

    /// Prints how many changes there are, how many more connections `--prune` would delete, and how many it would not.
    pub(crate) fn note_counts(&self, output: &mut Output) {
        let counts = self.plan.counts();
        output.note(&format!(
            "{} to create, {} to update, {} to delete, {} unchanged",
            counts.create, counts.update, counts.delete, counts.unchanged
        ));
        match self.plan.prunable().count() {
            0 => {}
            1 => output.hint(
                "--prune would delete 1 more connection of these source orgs that is not in the file",
            ),
            several => output.hint(&format!(
                "--prune would delete {several} more connections of these source orgs that are not in the file"
            )),
        }
        self.note_outside_scope(output);
    }

    /// Prints how many live connections are outside the scope, if there are any. Those of sources that no chosen account
    /// serves count only if the files manage all orgs.
    pub(crate) fn note_outside_scope(&self, output: &mut Output) {
        let is_served = |found: &&Connection| {
            let mut accounts = self.snapshot.accounts_of_org(found.source.id);
            accounts.next().is_some()
        };
        let outside = self.plan.outside_scope();
        let outside = outside.filter(|found| self.manages_all || is_served(found));
        let connections = match outside.count() {
            0 => return,
            1 => "1 live connection of another source org is not in the file, and stays".to_owned(),
            several => format!(
                "{several} live connections of other source orgs are not in the file, and stay"
            ),
        };
        output.note(&match self.manages_all {
            true => format!("{connections}: no chosen profile serves the source"),
            false => {
                format!("{connections}; `manage: all` in the file would put them in its scope")
            }
        });
    }
}

/// The orgs that the account manages, if that is all orgs of its account. A child org manages nobody: its list has
/// itself only.
fn complete_list(account: &Account) -> Option<&OrgDirectory> {
    let list = account.known_orgs()?;
    let has_others = list.orgs.iter().any(|org| Some(org.id) != list.current);
    has_others.then_some(list)
}

/// Shows the plan, the parts of the live state that could not be read, and the changes that cannot be made. This is all
/// that `plan` and `apply --dry-run` do. Returns the plan if it is complete.
///
/// # Errors
/// Fails if there are no credentials, or if the output could not be written.
pub(crate) async fn show_plan(target: &Target, app: &mut App) -> Result<(Exit, Option<Plan>)> {
    let chosen_accounts = target.open_accounts(app).await?;
    let output = &mut app.output;
    let progress = output.progress("reading the connections", None);
    let compared = progress.during(compare(&chosen_accounts, target)).await;
    let mut comparison = match compared {
        Ok(comparison) => comparison,
        Err(errors) => return Ok((report_errors(errors, output)?, None)),
    };
    let without_account = comparison.changes_without_account();
    comparison.print_warnings(output).await;
    let is_any_live_state_known = comparison.is_any_live_state_known();
    let mut errors = std::mem::take(&mut comparison.unknown);
    errors.extend(without_account);
    let is_complete = errors.is_empty();
    let steps = Steps {
        rows: comparison.rows(),
        annotations: comparison.annotations(),
    };
    let exit = report_steps(steps, is_any_live_state_known, errors, output)?;
    comparison.note_counts(output);
    Ok((exit, is_complete.then_some(comparison.plan)))
}

/// The steps of a plan as they are shown.
#[derive(Default)]
pub(crate) struct Steps {
    pub(crate) rows: Vec<StepRow>,
    /// The changes as `-o github` shows them.
    pub(crate) annotations: Vec<Annotation>,
}

impl From<Vec<StepRow>> for Steps {
    fn from(rows: Vec<StepRow>) -> Self {
        let annotations = Vec::new();
        Self { rows, annotations }
    }
}

/// Prints the result of a command that shows steps: first the steps (on a terminal as a diff), then the failures.
/// Returns the exit code. `succeeded` says whether any part succeeded.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn report_steps(
    mut steps: Steps,
    succeeded: bool,
    failures: Vec<LocatedError>,
    output: &mut Output,
) -> Result<Exit> {
    let failed = failures.iter().map(LocatedError::annotation);
    steps.annotations.extend(failed);
    let failures = into_errors(failures);
    report::print_and_exit(succeeded, &failures, output, |errors, output| {
        show(steps, errors, output)
    })
}

fn show(steps: Steps, errors: &[ErrorRecord], output: &mut Output) -> Result<()> {
    let mut rows = steps.rows;
    if output.prefers_diff() {
        return Ok(output.write_diff(&rows)?);
    }
    match output.format() {
        Format::Github => return Ok(output.annotate(steps.annotations)?),
        Format::Markdown => return Ok(output.write_markdown(&rows, errors)?),
        // Structured formats show every step; the others show only the changes.
        Format::Json | Format::Jsonl | Format::Yaml => {}
        _ => rows.retain(StepRow::is_change),
    }
    let files: HashSet<_> = rows.iter().filter_map(|row| row.file.as_deref()).collect();
    if files.len() < 2 {
        output.hide_column("file");
    }
    report::print_list(rows, errors, output)
}
