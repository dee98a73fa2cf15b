//! The only printer: data on standard output in the format that was asked for, and messages on
//! standard error.
//!
//! A command begins a [`Listing`] of its [`Record`]s before it asks the API for anything, so that a
//! wrong column name costs nothing; it pushes each record as it comes and finishes the listing with
//! the errors of its parts. Nothing here reads the environment, and nothing from outside reaches a
//! terminal unescaped.

mod annotations;
mod delimited;
mod diff;
mod escape;
pub mod graph;
mod handle;
mod json;
mod listing;
mod messages;
mod options;
mod progress;
mod prompt;
mod record;
mod records;
mod selection;
mod stderr;
mod streams;
mod structured;
mod table;

#[cfg(test)]
mod tests;

pub use annotations::Annotation;
pub use escape::escape;
pub use handle::Output;
pub use listing::{ErrorView, Listing};
pub(crate) use messages::interjection;
pub use options::{ColorChoice, Format, OutputOptions, TerminalEnvironment};
pub use progress::Progress;
pub use prompt::Answer;
pub use record::{Column, Fit, InTable, Record};
pub use records::{
    ChangeJson, ConnectionChange, ConnectionJson, CredentialOrigins, HistoryJson, HistoryRow,
    IdentityJson, IdentityRow, OrgJson, OrgRow, ProfileJson, ProfileRow, ShowsConnection, StepJson,
    StepRow, connection_columns,
};
pub use selection::OutputError;
pub use streams::Streams;
