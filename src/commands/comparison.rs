//! Compares a desired-state file with the live state, for `plan`, `apply` and `check --file`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::report;
use super::shared_flags::UnknownTypes;
use crate::app::{
    Account, App, ChosenAccounts, MAX_CONCURRENT_ACCOUNTS, Snapshot, run_concurrently,
};
use crate::desired::{
    DesiredConnection, DesiredError, DesiredFile, FileName, Location, Plan, Position, Step,
};
use crate::error::{CommandError, Exit, Result};
use crate::model::{ChangeKind, OrgRef};
use crate::output::{ErrorRecord, Format, Output, StepRow};
use crate::text_input::{self, TextInputError};

/// The flags for the desired-state file, and for what a plan may do with it.
#[derive(clap::Args, Debug)]
pub(crate) struct FileArgs {
    /// File of the wanted connections, YAML or JSON; `-` reads standard input
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,

    /// Also delete connections of the file's source orgs that are not in the file; other orgs' connections always stay
    #[arg(long)]
    pub(crate) prune: bool,

    #[command(flatten)]
    unknown_types: UnknownTypes,
}

impl FileArgs {
    /// Reads the file.
    ///
    /// # Errors
    /// Fails if the file cannot be read or has mistakes; all mistakes are returned.
    pub(crate) fn read(&self) -> Result<DesiredFile, Vec<LocatedError>> {
        read_file(&self.file, &self.unknown_types)
    }
}

/// An error, and the place in the file that it is about.
pub(crate) struct LocatedError {
    pub(crate) location: Option<Location>,
    /// The error without the place.
    pub(crate) error: CommandError,
}

impl LocatedError {
    /// Mistakes in a file, each with its place there.
    fn from_desired(errors: Vec<DesiredError>, place: impl Fn(Position) -> Location) -> Vec<Self> {
        let errors = errors.into_iter().map(|error| Self {
            location: Some(place(error.position)),
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
}

impl From<CommandError> for LocatedError {
    fn from(error: CommandError) -> Self {
        let location = None;
        Self { location, error }
    }
}

/// Reports errors where nothing could be compared.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn report_errors(errors: Vec<LocatedError>, output: &mut Output) -> Result<Exit> {
    report::print_failures(&into_errors(errors), output)
}

/// The errors with their places in front.
pub(crate) fn into_errors(errors: Vec<LocatedError>) -> Vec<CommandError> {
    errors.into_iter().map(LocatedError::into_error).collect()
}

/// Reads the file at `path`; `-` is standard input.
///
/// # Errors
/// Fails as [`FileArgs::read`] does.
pub(crate) fn read_file(
    path: &Path,
    unknown_types: &UnknownTypes,
) -> Result<DesiredFile, Vec<LocatedError>> {
    let name = FileName::new(path);
    let text = text_input::read(name.path()).map_err(|error| vec![input_error(error, &name)])?;
    let file = DesiredFile::parse(name.clone(), &text, unknown_types.allow_unknown_type);
    file.map_err(|errors| LocatedError::from_desired(errors, |position| name.location(position)))
}

fn input_error(error: TextInputError, name: &FileName) -> LocatedError {
    match error {
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
    }
}

/// The live state compared with the file.
pub(crate) struct Comparison<'s> {
    /// The steps that bring the live connections to the file's state. Incomplete where the live state could not be
    /// read.
    pub(crate) plan: Plan,
    /// The orgs and connections that the chosen accounts see; its failures are in `unknown`.
    pub(crate) snapshot: Snapshot<'s>,
    /// The reasons why the live state is only partly known: accounts that could not be read, and connections that no
    /// account sees.
    pub(crate) unknown: Vec<LocatedError>,
}

/// Reads the live state through all accounts and compares it with the file.
///
/// # Errors
/// Fails if no account could be read, or if orgs of the file cannot be found; all of these are returned.
pub(crate) async fn compare<'s>(
    chosen_accounts: &'s ChosenAccounts,
    file: &DesiredFile,
    prune: bool,
) -> Result<Comparison<'s>, Vec<LocatedError>> {
    let mut snapshot = chosen_accounts.snapshot().await;
    let failures = std::mem::take(&mut snapshot.failures);
    let mut unknown: Vec<LocatedError> = failures.into_iter().map(Into::into).collect();
    if snapshot.accounts.is_empty() {
        return Err(unknown);
    }
    let desired = match file.resolve(|selector| snapshot.resolve_org(selector)) {
        Ok(desired) => desired,
        Err(errors) => {
            let errors = LocatedError::from_desired(errors, |position| file.location(position));
            unknown.extend(errors);
            return Err(unknown);
        }
    };
    let unread = match prune {
        true => unread_sources(&desired, &snapshot),
        false => Vec::new(),
    };
    let (visible, invisible): (Vec<_>, Vec<_>) = desired
        .into_iter()
        .partition(|connection| snapshot.sees(connection.source.id, connection.destination.id));
    let mut missing: Vec<_> = invisible.iter().map(invisible_connection).collect();
    missing.extend(unread);
    unknown.extend(missing_access_errors(missing, file, &snapshot));
    let plan = Plan::new(&snapshot.connections, visible, prune, |change| {
        let (account, _) = snapshot.account_that_may_make(change)?;
        account.profile().map(str::to_owned)
    });
    Ok(Comparison {
        plan,
        snapshot,
        unknown,
    })
}

/// An operation that requires keys of an org to which no chosen account belongs.
struct MissingAccess {
    position: Option<Position>,
    /// The first half of the message: what cannot be read or changed.
    problem: String,
    /// The org whose keys are required, in backticks; or `either org`.
    keys_of: String,
}

fn invisible_connection(connection: &DesiredConnection) -> MissingAccess {
    let (source, destination) = (connection.source.label(), connection.destination.label());
    MissingAccess {
        position: Some(connection.position),
        problem: format!("whether `{source}` is connected to `{destination}` cannot be read"),
        keys_of: "either org".to_owned(),
    }
}

/// The source orgs whose connections outside the file cannot be read.
fn unread_sources(
    connections: &[DesiredConnection],
    snapshot: &Snapshot<'_>,
) -> Vec<MissingAccess> {
    let mut described = HashSet::new();
    let unread = connections.iter().filter(|connection| {
        let source = connection.source.id;
        snapshot.account_of_org(source).is_none() && described.insert(source)
    });
    let missing = unread.map(|connection| MissingAccess {
        position: Some(connection.position),
        problem: format!(
            "the connections of `{}` that are not in the file cannot be read",
            connection.source.label()
        ),
        keys_of: format!("`{}`", connection.source.label()),
    });
    missing.collect()
}

/// Each missing access as an error; the last one has the hint, which is the same for all.
fn missing_access_errors(
    missing: Vec<MissingAccess>,
    file: &DesiredFile,
    snapshot: &Snapshot<'_>,
) -> Vec<LocatedError> {
    let errors = missing.into_iter().map(|it| {
        let reason = describe_lack_of_keys(&it.keys_of, snapshot);
        let message = format!("{}: {reason}", it.problem);
        LocatedError {
            location: it.position.map(|position| file.location(position)),
            error: CommandError::new(Exit::Permission, message),
        }
    });
    let mut errors: Vec<_> = errors.collect();
    if let Some(mut last) = errors.pop() {
        last.error = last.error.hint(
            "--all-profiles uses every profile of the configuration file; one of them must have the keys of the org \
             itself",
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

    /// The account that may make a step's change, and the org that its credentials belong to.
    pub(crate) fn account_for(&self, step: &Step) -> Option<(&'s Account, &OrgRef)> {
        self.snapshot.account_that_may_make(step.change.as_ref()?)
    }

    /// One error for each source org whose changes no chosen account can make.
    pub(crate) fn changes_without_account(&self, file: &DesiredFile) -> Vec<LocatedError> {
        let mut described = HashSet::new();
        let steps = self.plan.changes();
        let steps = steps
            .filter(|step| self.account_for(step).is_none() && described.insert(step.source.id));
        let missing = steps.map(|step| MissingAccess {
            position: self.plan.position_of(step),
            problem: format!(
                "the connections from `{}` cannot be changed",
                step.source.label()
            ),
            keys_of: format!("`{}`", step.source.label()),
        });
        missing_access_errors(missing.collect(), file, &self.snapshot)
    }

    /// The planned steps as rows, without results.
    pub(crate) fn rows(&self) -> Vec<StepRow> {
        let steps = self.plan.steps().iter();
        steps.map(StepRow::planned).collect()
    }

    /// The location in the file of the connection that a step is about.
    pub(crate) fn location(&self, step: &Step, file: &DesiredFile) -> Option<Location> {
        let position = self.plan.position_of(step);
        position.map(|position| file.location(position))
    }

    /// Prints the warnings that a person should see before the plan is carried out.
    pub(crate) async fn print_warnings(&self, output: &mut Output) {
        output.warn_each(self.plan.warnings(&self.snapshot.orgs));
        output.warn_each(self.personal_owner_warnings().await);
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

    /// Prints how many changes there are, and how many more connections `--prune` would delete.
    pub(crate) fn note_counts(&self, output: &mut Output) {
        let counts = self.plan.counts();
        output.note(&format!(
            "{} to create, {} to update, {} to delete, {} unchanged",
            counts.create, counts.update, counts.delete, counts.unchanged
        ));
        let prunable = match self.plan.prunable().count() {
            0 => return,
            1 => "1 more connection of these source orgs that is not in the file".to_owned(),
            several => {
                format!("{several} more connections of these source orgs that are not in the file")
            }
        };
        output.hint(&format!("--prune would delete {prunable}"));
    }
}

/// Shows the plan, the parts of the live state that could not be read, and the changes that cannot be made. This is all
/// that `plan` and `apply --dry-run` do.
///
/// # Errors
/// Fails if there are no credentials, or if the output could not be written.
pub(crate) async fn show_plan(file: &DesiredFile, prune: bool, app: &mut App) -> Result<Exit> {
    let chosen_accounts = app.chosen_accounts()?;
    let output = &mut app.output;
    let progress = output.progress("reading the connections", None);
    let compared = progress
        .during(compare(&chosen_accounts, file, prune))
        .await;
    let mut comparison = match compared {
        Ok(comparison) => comparison,
        Err(errors) => return report_errors(errors, output),
    };
    let without_account = comparison.changes_without_account(file);
    comparison.print_warnings(output).await;
    let is_any_live_state_known = comparison.is_any_live_state_known();
    let mut errors = std::mem::take(&mut comparison.unknown);
    errors.extend(without_account);
    let exit = report_steps(
        comparison.rows(),
        is_any_live_state_known,
        &into_errors(errors),
        output,
    )?;
    comparison.note_counts(output);
    Ok(exit)
}

/// Prints the result of a command that shows steps: first the rows (on a terminal as a diff), then the failures.
/// Returns the exit code. `succeeded` says whether any part succeeded.
///
/// # Errors
/// Fails if the output could not be written.
pub(crate) fn report_steps(
    rows: Vec<StepRow>,
    succeeded: bool,
    failures: &[CommandError],
    output: &mut Output,
) -> Result<Exit> {
    report::print_and_exit(succeeded, failures, output, |errors, output| {
        show(rows, errors, output)
    })
}

fn show(mut rows: Vec<StepRow>, errors: &[ErrorRecord], output: &mut Output) -> Result<()> {
    if output.prefers_diff() {
        return Ok(output.write_diff(&rows)?);
    }
    // Structured formats show every step; the others show only the changes.
    if !matches!(output.format(), Format::Json | Format::Jsonl | Format::Yaml) {
        rows.retain(StepRow::is_change);
    }
    report::print_list(rows, errors, output)
}
