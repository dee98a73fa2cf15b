//! Prints everything that a person or a program reads from orgconn.
//!
//! Data goes to standard output in the format that was asked for, messages and questions to standard error. A command
//! checks with [`Output::check_listing`] that its rows can be listed as asked before it sends anything, then begins a
//! [`Listing`](listing::Listing), pushes each [`Row`] as it comes, and finishes the listing with the errors of its
//! parts.
//!
//! It imports model, desired and history. Nothing here reads the environment, and no text from outside reaches a
//! terminal unescaped.

mod annotations;
mod colors;
mod columns;
mod delimited;
mod diff;
mod folding;
pub(crate) mod graph;
mod handle;
mod json;
mod listing;
mod markdown;
mod options;
mod progress;
mod prompt;
mod question_interrupt;
mod records;
mod row;
mod screen;
mod shorten;
mod streams;
mod symbols;
mod table;
mod template;
mod value;
mod wrap;
mod yaml;

#[cfg(test)]
mod tests;

pub(crate) use annotations::{Annotation, AnnotationLevel};
pub(crate) use columns::OutputError;
pub(crate) use folding::group_messages;
pub(crate) use handle::Output;
pub(crate) use options::{
    ColorChoice, Format, OutputOptions, RowSigns, TerminalEnvironment, is_utf8_locale,
};
pub(crate) use progress::Progress;
pub(crate) use prompt::{Choice, resume_question};
pub(crate) use question_interrupt::QuestionInterrupt;
pub(crate) use records::{
    AccessRow, ConnectionResult, CredentialOrigins, FindingRow, HistoryRow, IdentityPermissions,
    IdentityRow, IdentityUser, ImpactRow, NOT_ATTEMPTED, OrgGroupRow, OrgRow, ProfileRow, StepRow,
    VerificationRow,
};
pub(crate) use row::{ErrorRecord, Row, column_names};
pub(crate) use screen::{Screen, close_screen, close_screen_before_panics};
pub(crate) use streams::log_line;
pub(crate) use template::Template;
pub(crate) use value::plural;
