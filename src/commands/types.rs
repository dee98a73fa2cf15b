//! The connection types that a command is given.

use anyhow::Result;

use crate::error::Failure;
use crate::output::Output;
use crate::topology::{ConnectionType, TypeSet};

/// The flag that lets an unknown type through.
#[derive(clap::Args, Debug)]
pub(crate) struct UnknownTypes {
    /// Accept connection types that this version does not know
    #[arg(long)]
    allow_unknown_type: bool,
}

impl UnknownTypes {
    /// Whether unknown types are let through.
    pub(crate) fn are_allowed(&self) -> bool {
        self.allow_unknown_type
    }

    /// The given words as a set.
    ///
    /// # Errors
    /// A word is no type that this version knows, and unknown ones are not allowed.
    pub(crate) fn accept(&self, words: &[ConnectionType]) -> Result<TypeSet> {
        for word in words {
            refuse_empty(word)?;
            if !word.is_known() && !self.allow_unknown_type {
                return Err(Failure::usage(describe_unknown(word))
                    .hint("--allow-unknown-type sends it all the same, if Datadog has it by now")
                    .into());
            }
        }
        Ok(words.iter().cloned().collect())
    }
}

/// Warns of types to look for that this version does not know: connections may have them, or it is a slip.
///
/// # Errors
/// A word is empty.
pub(crate) fn warn_of_unknown(words: &[ConnectionType], output: &mut Output) -> Result<()> {
    for word in words {
        refuse_empty(word)?;
        if !word.is_known() {
            output.warn(&describe_unknown(word));
        }
    }
    Ok(())
}

fn refuse_empty(word: &ConnectionType) -> Result<()> {
    if word.as_str().is_empty() {
        return Err(Failure::usage("an empty connection type; give logs, metrics or audit").into());
    }
    Ok(())
}

fn describe_unknown(word: &ConnectionType) -> String {
    let known = ConnectionType::KNOWN
        .map(|kind| kind.to_string())
        .join(", ");
    format!("unknown connection type `{word}`; the known ones are {known}")
}
