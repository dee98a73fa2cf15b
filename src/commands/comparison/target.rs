use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::LocatedError;
use crate::app::{App, ChosenAccounts, GroupOrgs};
use crate::commands::shared_flags::UnknownTypes;
use crate::desired::{DesiredState, FileName, Plan, Position, Step};
use crate::error::{CommandError, Result};
use crate::model::OrgSelector;
use crate::text_input::{self, TextInputError};

/// The maximum size of a saved plan in bytes: some 60,000 changes.
pub(crate) const MAX_PLAN_BYTES: u64 = 64 << 20;

/// The flags for desired-state files, and for what a plan may do with them.
#[derive(clap::Args, Debug)]
pub(crate) struct FileArgs {
    /// File of the wanted connections (repeatable)
    ///
    /// YAML or JSON. A directory stands for its *.yaml and *.yml files, `-` for standard input.
    #[arg(short, long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Also delete what is not in the file
    ///
    /// Connections whose source is in the file's scope: the orgs that its key `manage` names, or without it the source
    /// orgs of its connections.
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

    /// Whether `path` is one of the files, also by another name.
    ///
    /// # Errors
    /// Fails as [`Target::read_files`] does where the files cannot be listed.
    pub(crate) fn contains(&self, path: &Path) -> Result<bool> {
        let Ok(path) = path.canonicalize() else {
            return Ok(false);
        };
        let names = file_names(&self.files)?;
        let mut files = names.iter().filter_map(FileName::path);
        Ok(files.any(|file| file.canonicalize().is_ok_and(|file| file == path)))
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
    /// Fails if the file cannot be read, is not a plan, or another user could have changed it after the review.
    pub(crate) fn read_plan(path: &Path) -> Result<Self> {
        let name = FileName::new(path);
        let read = match name.path() {
            Some(path) => text_input::read_own_content(path, MAX_PLAN_BYTES),
            None => text_input::read(None),
        };
        let text = read.map_err(|error| cannot_read(&name, error).into_error())?;
        let plan = Plan::from_json(&text);
        let plan = plan.map_err(|error| {
            CommandError::from(error).context(format!("cannot read the plan {name}"))
        });
        Ok(Self::Plan(plan?))
    }

    /// Whether a file says `manage: all`.
    pub(super) fn manages_all(&self) -> bool {
        matches!(self, Self::Files { state, .. } if state.manages_all())
    }

    /// Opens the accounts that comparing takes. Where nothing chooses accounts, they are those of the orgs that the files
    /// or the plan are about. If the files name groups of orgs, [`Target::expand_groups`] finds out which these are.
    ///
    /// # Errors
    /// As [`App::chosen_accounts`].
    pub(crate) async fn open_accounts(&self, app: &mut App) -> Result<ChosenAccounts> {
        let needed = match self {
            Self::Files { .. } if self.manages_all() => return app.candidate_accounts_if(true),
            Self::Files { state, .. } if !state.groups().is_empty() => {
                return app.candidate_accounts_if(true);
            }
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

    /// Replaces the groups of orgs in the files by their orgs, and keeps the accounts that are needed for these. A saved
    /// plan has the orgs that were reviewed.
    ///
    /// # Errors
    /// Fails if a group is not found, or its orgs cannot be read; all of these are returned.
    pub(crate) async fn expand_groups(
        &mut self,
        chosen_accounts: &mut ChosenAccounts,
        app: &mut App,
    ) -> Result<(), Vec<LocatedError>> {
        let manages_all = self.manages_all();
        let Self::Files { state, .. } = self else {
            return Ok(());
        };
        let groups = state.groups();
        let Some(first) = groups.first() else {
            return Ok(());
        };
        let names: Vec<_> = groups.iter().map(|group| group.value).collect();
        let progress = app.output.progress("reading the groups of orgs", None);
        let read = progress
            .during(chosen_accounts.orgs_of_groups(&names))
            .await;
        let found = read.map_err(|error| {
            let location = Some(first.location.clone());
            vec![LocatedError { location, error }]
        })?;
        let GroupOrgs {
            orgs,
            profiles,
            failures,
        } = found;
        let (mut orgs_by_group, mut errors) = (HashMap::new(), Vec::new());
        for (group, orgs) in groups.into_iter().zip(orgs) {
            let location = group.location;
            match orgs {
                Ok(orgs) => {
                    let group = group.value;
                    if orgs.is_empty() {
                        let message = format!("{location}: the group `{group}` has no orgs");
                        app.output.warn(&message);
                    }
                    orgs_by_group.insert(group.to_owned(), orgs);
                }
                Err(error) => errors.push(LocatedError {
                    location: Some(location),
                    error,
                }),
            }
        }
        match chosen_accounts.are_candidates() {
            true => app.note_unused_profiles(&failures),
            false => errors.extend(failures.into_iter().map(LocatedError::from)),
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let expanded = std::mem::take(state).with_orgs_of_groups(&orgs_by_group);
        *state = expanded.map_err(LocatedError::from_desired)?;
        let needed = state.needed_orgs();
        if !manages_all && !needed.is_empty() {
            app.keep_needed(chosen_accounts, &needed, &profiles).await;
        }
        Ok(())
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
    text_input::read(name.path()).map_err(|error| cannot_read(name, error))
}

fn cannot_read(name: &FileName, error: TextInputError) -> LocatedError {
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
