use std::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Error;

use crate::commands::report::PartFailure;
use crate::commands::survey::Survey;
use crate::error::Failure;
use crate::topology::desired::{Fault, ParseOptions};
use crate::topology::{
    Desired, DesiredError, DesiredErrors, DesiredState, Org, OrgSelector, Position, ResolveOrgError,
};

/// A desired-state file that was read without a mistake.
pub(crate) struct DesiredFile {
    name: FileName,
    desired: Desired,
}

/// What a file is called in messages.
#[derive(Clone, Debug)]
struct FileName(Arc<Path>);

/// A place in the file: what goes before a message about it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    file: FileName,
    /// Where in the file.
    pub(crate) position: Position,
}

impl DesiredFile {
    /// Reads the file at `path`; `-` is standard input.
    ///
    /// # Errors
    /// It cannot be read, or there are mistakes in it: all of them, each with its place.
    pub(crate) fn read(path: &Path, allow_unknown_types: bool) -> Result<Self, Vec<PartFailure>> {
        let name = FileName(path.into());
        let text = name.read().map_err(|error| {
            let failure = Failure::usage(format!("cannot read {name}")).caused_by(error);
            vec![PartFailure::from(Error::from(failure))]
        })?;
        let options = ParseOptions {
            allow_unknown_types,
        };
        match Desired::parse(&text, options) {
            Ok(desired) => Ok(Self { name, desired }),
            Err(errors) => Err(name.failures(&errors)),
        }
    }

    /// Finds the orgs that are meant among those that were surveyed.
    ///
    /// # Errors
    /// All names that mean no single org, and what they reveal: pairs given twice, orgs connected to themselves.
    pub(super) fn resolve(&self, survey: &Survey<'_>) -> Result<DesiredState, Vec<PartFailure>> {
        let state = self.desired.resolve(|selector| find(selector, survey));
        state.map_err(|errors| self.name.failures(&errors))
    }

    /// A place in this file.
    pub(crate) fn place(&self, position: Position) -> Place {
        self.name.place(position)
    }
}

/// A profile stands for the org that its keys belong to; all else is looked for by what orgs are called.
fn find(selector: &OrgSelector, survey: &Survey<'_>) -> Result<Org, ResolveOrgError> {
    if let OrgSelector::Profile(wanted) = selector {
        let is_meant = |profile: Option<&Arc<str>>| profile.is_some_and(|name| **name == **wanted);
        let member = survey
            .members
            .iter()
            .find(|member| is_meant(member.account.profile()));
        if let Some(org) = member.and_then(|member| survey.org(&member.org)) {
            return Ok(org);
        }
    }
    selector.resolve(&survey.directory)
}

impl FileName {
    fn read(&self) -> io::Result<String> {
        if !self.is_standard_input() {
            return std::fs::read_to_string(&self.0);
        }
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text)?;
        Ok(text)
    }

    fn is_standard_input(&self) -> bool {
        self.0.as_os_str() == "-"
    }

    fn place(&self, position: Position) -> Place {
        Place {
            file: self.clone(),
            position,
        }
    }

    fn failures(&self, errors: &DesiredErrors) -> Vec<PartFailure> {
        errors.iter().map(|error| self.failure(error)).collect()
    }

    fn failure(&self, error: &DesiredError) -> PartFailure {
        let place = self.place(error.position);
        match &error.fault {
            Fault::Unresolved(unresolved) => place.failure(unresolved.clone()),
            _ => place.failure(Failure::usage(error.message())),
        }
    }
}

impl Place {
    /// A failure that is about this place.
    pub(crate) fn failure(self, failure: impl Into<Error>) -> PartFailure {
        failure.into().context(self).into()
    }

    /// The file, unless it is standard input.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        (!self.file.is_standard_input()).then(|| self.file.0.to_path_buf())
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_standard_input() {
            f.write_str("standard input")
        } else {
            self.0.display().fmt(f)
        }
    }
}

/// `orgconn.yaml:3:13`, as compilers write it and editors read it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        write!(f, "{}:{line}:{column}", self.file)
    }
}
