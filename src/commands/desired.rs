//! What `plan`, `apply` and `check --file` share: the file of the wanted connections, the live state that it is held
//! against, and how the difference is shown.

mod display;
mod file;
mod prospect;
mod warnings;

pub(crate) use display::{finish, tell_counts};
pub(crate) use file::{DesiredFile, Place};
pub(crate) use prospect::{Prospect, look};
pub(crate) use warnings::warn;

use std::path::PathBuf;

use super::report::PartFailure;
use super::types::UnknownTypes;
use crate::topology::PlanOptions;

/// Which connections are wanted, and what may be done about it.
#[derive(clap::Args, Debug)]
pub(crate) struct Wish {
    /// File of the wanted connections, YAML or JSON; `-` reads standard input
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,

    /// Delete what the file's sources share beyond the file; other orgs' connections stay in any case
    #[arg(long)]
    prune: bool,

    #[command(flatten)]
    unknown_types: UnknownTypes,
}

impl Wish {
    /// Reads the file.
    ///
    /// # Errors
    /// All mistakes in it, or that it cannot be read.
    pub(crate) fn read(&self) -> Result<DesiredFile, Vec<PartFailure>> {
        DesiredFile::read(&self.file, self.unknown_types.are_allowed())
    }

    /// What a plan may do.
    pub(crate) fn options(&self) -> PlanOptions {
        PlanOptions { prune: self.prune }
    }
}
