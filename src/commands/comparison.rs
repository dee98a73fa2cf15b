//! A desired-state file compared with the live state: what `plan`, `apply` and `check --file` share.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use super::report;
use super::shared_flags::UnknownTypes;
use crate::app::{ACCOUNTS_AT_ONCE, Account, App, Session, Snapshot, side_by_side};
use crate::desired::{
    DesiredConnection, DesiredError, DesiredFile, FileName, Location, Plan, Position, Step,
};
use crate::error::{CommandError, Exit, Result};
use crate::model::{ChangeKind, Org, OrgRef, OrgSelector, ResolveOrgError};
use crate::output::{ErrorRecord, Format, Output, StepRow};

/// The file of the desired connections, and what a plan may do.
#[derive(clap::Args, Debug)]
pub(crate) struct FileArgs {
    /// File of the wanted connections, YAML or JSON; `-` reads standard input
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,

    /// Delete what the file's sources share beyond the file; other orgs' connections stay in any case
    #[arg(long)]
    pub(crate) prune: bool,

    #[command(flatten)]
    unknown_types: UnknownTypes,
}

impl FileArgs {
    /// Reads the file.
    ///
    /// # Errors
    /// The file cannot be read, or all mistakes in it.
    pub(crate) fn read(&self) -> Result<DesiredFile, Vec<FileError>> {
        read_file(&self.file, &self.unknown_types)
    }
}

/// An error, and the place in the file that it is about.
pub(crate) struct FileError {
    pub(crate) location: Option<Location>,
    /// The error without the place.
    pub(crate) error: CommandError,
}

impl FileError {
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

impl From<CommandError> for FileError {
    fn from(error: CommandError) -> Self {
        let location = None;
        Self { location, error }
    }
}

/// Reports errors where nothing could be compared.
///
/// # Errors
/// The output could not be written.
pub(crate) fn report_errors(errors: Vec<FileError>, output: &mut Output) -> Result<Exit> {
    report::failures(&into_errors(errors), output)
}

/// The errors with their places in front.
pub(crate) fn into_errors(errors: Vec<FileError>) -> Vec<CommandError> {
    errors.into_iter().map(FileError::into_error).collect()
}

/// Reads the file at `path`; `-` is standard input.
///
/// # Errors
/// As [`FileArgs::read`].
pub(crate) fn read_file(
    path: &Path,
    unknown_types: &UnknownTypes,
) -> Result<DesiredFile, Vec<FileError>> {
    let name = FileName::new(path);
    let text = match name.path() {
        Some(path) => std::fs::read_to_string(path),
        None => io::read_to_string(io::stdin().lock()),
    };
    let text = text.map_err(|error| {
        let error = CommandError::from(error).with_exit(Exit::Usage);
        vec![error.context(format!("cannot read {name}")).into()]
    })?;
    let file = DesiredFile::parse(name.clone(), &text, unknown_types.allow_unknown_type);
    file.map_err(|errors| FileError::from_desired(errors, |position| name.location(position)))
}

/// The live state compared with the file.
pub(crate) struct Comparison<'s> {
    /// What turns the live state into the file's, as far as the live state is known.
    pub(crate) plan: Plan,
    /// What the chosen accounts see; its failures are in `unknown`.
    pub(crate) snapshot: Snapshot<'s>,
    /// Why the live state is not wholly known: accounts that could not be asked, and connections that none sees.
    pub(crate) unknown: Vec<FileError>,
}

/// Reads the live state through all accounts and compares it with the file.
///
/// # Errors
/// No account could be asked, or all orgs of the file that cannot be found.
pub(crate) async fn compare<'s>(
    session: &'s Session,
    file: &DesiredFile,
    prune: bool,
) -> Result<Comparison<'s>, Vec<FileError>> {
    let mut snapshot = session.snapshot().await;
    let failures = std::mem::take(&mut snapshot.failures);
    let mut unknown: Vec<FileError> = failures.into_iter().map(Into::into).collect();
    if snapshot.accounts.is_empty() {
        return Err(unknown);
    }
    let desired = match file.resolve(|selector| find_org(selector, &snapshot)) {
        Ok(desired) => desired,
        Err(errors) => {
            let errors = FileError::from_desired(errors, |position| file.location(position));
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
    let mut gaps: Vec<_> = invisible.iter().map(invisible_connection).collect();
    gaps.extend(unread);
    unknown.extend(describe_gaps(gaps, file, &snapshot));
    let plan = Plan::new(&snapshot.connections, visible, prune, |change| {
        let (account, _) = snapshot.account_for(change)?;
        account.profile().map(str::to_owned)
    });
    Ok(Comparison {
        plan,
        snapshot,
        unknown,
    })
}

/// The org that a selector means among those of the snapshot. A profile means the org that its keys belong to.
fn find_org(selector: &OrgSelector, snapshot: &Snapshot<'_>) -> Result<Org, ResolveOrgError> {
    if let OrgSelector::Profile(wanted) = selector {
        let mut accounts = snapshot.accounts.iter();
        if let Some((_, org)) = accounts.find(|(account, _)| account.profile() == Some(wanted)) {
            return Ok(snapshot.org(org));
        }
    }
    selector.resolve(&snapshot.orgs)
}

/// Something that no chosen account can see or do.
struct Gap {
    position: Option<Position>,
    /// What it is and whose keys it takes, up to "is served by".
    description: String,
}

fn invisible_connection(connection: &DesiredConnection) -> Gap {
    let (source, destination) = (connection.source.label(), connection.destination.label());
    Gap {
        position: Some(connection.position),
        description: format!(
            "whether `{source}` is connected to `{destination}` cannot be read: neither of them is served by"
        ),
    }
}

/// The sources whose connections beyond the file are not known.
fn unread_sources(connections: &[DesiredConnection], snapshot: &Snapshot<'_>) -> Vec<Gap> {
    let mut described = HashSet::new();
    let unread = connections.iter().filter(|connection| {
        let source = connection.source.id;
        snapshot.account_of(source).is_none() && described.insert(source)
    });
    let gaps = unread.map(|connection| Gap {
        position: Some(connection.position),
        description: format!(
            "what `{}` shares beyond the file cannot be read: it is not served by",
            connection.source.label()
        ),
    });
    gaps.collect()
}

/// The gaps as errors; the last one has the hint, which is the same for all.
fn describe_gaps(gaps: Vec<Gap>, file: &DesiredFile, snapshot: &Snapshot<'_>) -> Vec<FileError> {
    let credentials = describe_credentials(snapshot);
    let count = gaps.len();
    let errors = gaps.into_iter().enumerate().map(|(index, gap)| {
        let message = format!("{} {credentials}", gap.description);
        let mut error = CommandError::new(Exit::Permission, message);
        if index + 1 == count {
            error = error.hint(
                "--all-profiles uses every profile of the configuration file; one of them must have the keys of \
                 the org itself",
            );
        }
        let location = gap.position.map(|position| file.location(position));
        FileError { location, error }
    });
    errors.collect()
}

fn describe_credentials(snapshot: &Snapshot<'_>) -> String {
    let accounts = snapshot.accounts.iter();
    let profiles = accounts.filter_map(|(account, _)| account.profile());
    let profiles: Vec<_> = profiles.collect();
    match (profiles.as_slice(), snapshot.accounts.as_slice()) {
        ([], [(_, org), ..]) => format!("these credentials, which belong to `{}`", org.label()),
        ([only], _) => format!("the profile {only}"),
        (several, _) => format!("any of the profiles {}", several.join(", ")),
    }
}

impl<'s> Comparison<'s> {
    /// Whether any of the live state that the file is about is known.
    pub(crate) fn has_result(&self) -> bool {
        self.unknown.is_empty() || !self.plan.steps().is_empty()
    }

    /// The account that may make a step's change, and the org that its credentials belong to.
    pub(crate) fn account_for(&self, step: &Step) -> Option<(&'s Account, &OrgRef)> {
        self.snapshot.account_for(step.change.as_ref()?)
    }

    /// The changes that no chosen account may make, one error for each source org.
    pub(crate) fn changes_without_account(&self, file: &DesiredFile) -> Vec<FileError> {
        let mut described = HashSet::new();
        let steps = self.plan.changes();
        let steps = steps
            .filter(|step| self.account_for(step).is_none() && described.insert(step.source.id));
        let gaps = steps.map(|step| Gap {
            position: self.plan.position_of(step),
            description: format!(
                "the connections from `{0}` cannot be changed: `{0}` is not served by",
                step.source.label()
            ),
        });
        describe_gaps(gaps.collect(), file, &self.snapshot)
    }

    /// The steps as rows, nothing done yet.
    pub(crate) fn rows(&self) -> Vec<StepRow> {
        let steps = self.plan.steps().iter();
        steps.map(StepRow::planned).collect()
    }

    /// Where the file speaks of a step.
    pub(crate) fn location(&self, step: &Step, file: &DesiredFile) -> Option<Location> {
        let position = self.plan.position_of(step);
        position.map(|position| file.location(position))
    }

    /// Warns of what a person should know before the plan is carried out.
    pub(crate) async fn warn(&self, output: &mut Output) {
        for warning in self.plan.warnings(&self.snapshot.orgs) {
            output.warn(&warning);
        }
        for warning in self.personal_owners().await {
            output.warn(&warning);
        }
    }

    /// A warning for each account whose new connections would belong to a person. An account that cannot be asked is
    /// skipped: what is wrong with it shows elsewhere.
    async fn personal_owners(&self) -> Vec<String> {
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
                "what is created in `{}` would belong to {owner}, and be deleted with that account: Datadog \
                 recommends a service account",
                org.label()
            ))
        });
        let warnings = side_by_side(warnings, ACCOUNTS_AT_ONCE).await;
        warnings.into_iter().flatten().collect()
    }

    /// Says how much there is to do, and what pruning would do beyond it.
    pub(crate) fn note_counts(&self, output: &mut Output) {
        let counts = self.plan.counts();
        output.note(&format!(
            "{} to create, {} to update, {} to delete, {} unchanged",
            counts.create, counts.update, counts.delete, counts.unchanged
        ));
        let prunable = match self.plan.prunable().count() {
            0 => return,
            1 => "1 connection".to_owned(),
            several => format!("{several} connections"),
        };
        output.hint(&format!(
            "--prune would delete {prunable} of these sources that the file does not name"
        ));
    }
}

/// Shows the plan, and what is not known or cannot be carried out: all of `plan`, and of `apply --dry-run`.
///
/// # Errors
/// There are no credentials, or the output could not be written.
pub(crate) async fn show_plan(file: &DesiredFile, prune: bool, app: &mut App) -> Result<Exit> {
    let session = app.session()?;
    let output = &mut app.output;
    let progress = output.progress("reading the connections", None);
    let compared = progress.during(compare(&session, file, prune)).await;
    let mut comparison = match compared {
        Ok(comparison) => comparison,
        Err(errors) => return report_errors(errors, output),
    };
    let without_account = comparison.changes_without_account(file);
    comparison.warn(output).await;
    let has_result = comparison.has_result();
    let mut errors = std::mem::take(&mut comparison.unknown);
    errors.extend(without_account);
    let exit = report_steps(comparison.rows(), has_result, &into_errors(errors), output)?;
    comparison.note_counts(output);
    Ok(exit)
}

/// Ends a command that shows steps: the rows, on a terminal as a diff, then the failures. `succeeded` says whether
/// part of it went well.
///
/// # Errors
/// The output could not be written.
pub(crate) fn report_steps(
    rows: Vec<StepRow>,
    succeeded: bool,
    failures: &[CommandError],
    output: &mut Output,
) -> Result<Exit> {
    report::finish(succeeded, failures, output, |errors, output| {
        show(rows, errors, output)
    })
}

fn show(mut rows: Vec<StepRow>, errors: &[ErrorRecord], output: &mut Output) -> Result<()> {
    if output.prefers_diff() {
        return Ok(output.write_diff(&rows)?);
    }
    // Structured formats have every step; the others only what changes.
    if !matches!(output.format(), Format::Json | Format::Jsonl | Format::Yaml) {
        rows.retain(StepRow::is_change);
    }
    report::list(rows, errors, output)
}
