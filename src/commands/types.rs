//! The connection types that a command is given.

use anyhow::Result;

use crate::error::Failure;
use crate::topology::{ConnectionType, TypeSet};

/// The flag that lets an unknown type through.
#[derive(clap::Args, Debug)]
pub(crate) struct UnknownTypes {
    /// Accept connection types that this version does not know
    #[arg(long)]
    allow_unknown_type: bool,
}

impl UnknownTypes {
    /// The given words as a set.
    ///
    /// # Errors
    /// A word is no type that this version knows, and unknown ones are not allowed.
    pub(crate) fn accept(&self, words: &[ConnectionType]) -> Result<TypeSet> {
        for word in words {
            if word.as_str().is_empty() {
                return Err(Failure::usage(
                    "an empty connection type; give logs, metrics or audit",
                )
                .into());
            }
            if !word.is_known() && !self.allow_unknown_type {
                return Err(unknown(word).into());
            }
        }
        Ok(words.iter().cloned().collect())
    }
}

fn unknown(word: &ConnectionType) -> Failure {
    let known = ConnectionType::KNOWN
        .map(|kind| kind.to_string())
        .join(", ");
    Failure::usage(format!(
        "unknown connection type `{word}`; the known ones are {known}"
    ))
    .hint("--allow-unknown-type sends it all the same, if Datadog has it by now")
}
