//! Flags that several commands take, with their implementation.

use std::convert::Infallible;

use clap::builder::{ValueParser, ValueParserFactory};

use crate::app::{App, ChosenAccounts, ConnectionEnds};
use crate::error::{CommandError, Result};
use crate::model::{
    Connection, ConnectionSelector, ConnectionType, SelectConnectionError, TypeSet, did_you_mean,
};
use crate::output::{Output, OutputError, Row};
use crate::text_input;

/// Every flag reads a connection type in the same way.
impl ValueParserFactory for ConnectionType {
    type Parser = ValueParser;

    fn value_parser() -> ValueParser {
        // The words of `--type "logs, rum"` come with their spaces.
        let read = |word: &str| Ok::<_, Infallible>(Self::from_word(word.trim()));
        ValueParser::new(read)
    }
}

/// The flag that sorts the rows.
#[derive(clap::Args, Debug)]
pub(crate) struct Sorting {
    /// Order by these columns; `-` in front: descending
    ///
    /// Comma-separated, as in `--sort=source,-created_at`.
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    sort: Vec<String>,
}

impl Sorting {
    /// Sets the order of the rows, and checks format and columns before anything is sent.
    ///
    /// # Errors
    /// Fails if `R` does not have one of the columns, or if the format has no columns to choose.
    pub(crate) fn apply<R: Row>(&self, output: &mut Output) -> Result<(), OutputError> {
        output.sort_by(self.sort.clone());
        output.check_listing::<R>()
    }
}

/// The flag that allows unknown connection types.
#[derive(clap::Args, Debug)]
pub(crate) struct UnknownTypes {
    /// Accept connection types that this version does not know
    #[arg(long, hide_short_help = true)]
    pub(crate) allow_unknown_type: bool,
}

impl UnknownTypes {
    /// The given words as a set.
    ///
    /// # Errors
    /// Fails if a type is empty, or is unknown and not allowed.
    pub(crate) fn check(&self, words: &[ConnectionType]) -> Result<TypeSet> {
        for word in words {
            require_not_empty(word)?;
            if !word.is_known() && !self.allow_unknown_type {
                let known = ConnectionType::KNOWN.map(|kind| kind.to_string());
                let nearest = did_you_mean(word.as_str(), known.iter().map(String::as_str));
                let proposal =
                    nearest.unwrap_or_else(|| format!("; the known ones are {}", known.join(", ")));
                return Err(CommandError::usage(format!(
                    "unknown connection type `{word}`{proposal}"
                ))
                .hint("--allow-unknown-type takes it anyway, if Datadog already has it"));
            }
        }
        Ok(words.iter().cloned().collect())
    }
}

/// The flag that refuses new connections of a person.
#[derive(clap::Args, Debug)]
pub(crate) struct OwnerRule {
    /// Refuse to create what a person would own
    ///
    /// A connection is deleted with the account of the user who created it. `require_service_account = true` in a
    /// profile does the same.
    #[arg(long, hide_short_help = true)]
    pub(crate) require_service_account: bool,
}

/// The warning that a person would own new connections of an org.
pub(crate) fn personal_owner_warning(org: &str, owner: &str) -> String {
    format!(
        "new connections in {org} would belong to {owner}, and be deleted with that account: Datadog recommends a \
         service account"
    )
}

/// The flag that selects connections by type.
#[derive(clap::Args, Debug)]
pub(crate) struct TypeFilter {
    /// Only connections that share this type
    ///
    /// Or one of several: repeatable, comma-separated.
    #[arg(long = "type", value_name = "TYPE", value_delimiter = ',')]
    types: Vec<ConnectionType>,

    #[command(flatten)]
    unknown_types: UnknownTypes,
}

impl TypeFilter {
    /// Checks the types, which would select nothing if they are misspelled.
    ///
    /// # Errors
    /// As [`UnknownTypes::check`].
    pub(crate) fn check(&self) -> Result<()> {
        self.unknown_types.check(&self.types)?;
        Ok(())
    }

    /// Whether no type is given, so that every connection is selected.
    pub(crate) fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// Removes the connections that the filter does not select.
    pub(crate) fn retain(&self, connections: &mut Vec<Connection>) {
        connections.retain(|connection| self.selects(connection));
    }

    /// Whether the connection shares one of the types; without any, every connection is selected.
    pub(crate) fn selects(&self, connection: &Connection) -> bool {
        let shares = |kind| connection.types.contains(kind);
        self.types.is_empty() || self.types.iter().any(shares)
    }
}

/// The arguments of a command about one connection.
#[derive(clap::Args, Debug)]
pub(crate) struct OneConnection {
    /// Id of the connection, or its beginning
    #[arg(value_name = "CONNECTION")]
    connection: Option<ConnectionSelector>,

    #[command(flatten)]
    ends: ConnectionEnds,
}

impl OneConnection {
    /// Finds the connection, or asks for one with `question` if none is named. `unchanged` says for an error what was not
    /// done. Also returns the accounts, and the errors of those that the command can do without, which it has told.
    ///
    /// # Errors
    /// As [`App::accounts_and_connection`] and [`ChosenAccounts::find_connection`].
    pub(crate) async fn find(
        &self,
        question: &str,
        unchanged: &str,
        app: &mut App,
    ) -> Result<(ChosenAccounts, Connection, Vec<CommandError>)> {
        let asks_for_connection = app.asks_for_connection(self.connection.is_some(), &self.ends)?;
        let opening = app.accounts_and_connection(true, asks_for_connection, question, unchanged);
        let (chosen_accounts, chosen) = opening.await?;
        app.show_command_line();
        let progress = app.output.progress("reading the connections", None);
        let selector = self.connection.as_ref().or(chosen.as_ref());
        let finding = chosen_accounts.find_connection(selector, &self.ends);
        let (connection, failures) = progress.during(finding).await?;
        app.note_unused_profiles(&failures);
        Ok((chosen_accounts, connection, failures))
    }
}

fn require_not_empty(word: &ConnectionType) -> Result<()> {
    if word.as_str().is_empty() {
        return Err(CommandError::usage(
            "an empty connection type; give logs, metrics or audit",
        ));
    }
    Ok(())
}

/// The given ids, with `-` replaced by the ids of standard input.
///
/// # Errors
/// Fails if one is no id, or standard input cannot be read.
pub(crate) fn read_selectors(words: &[String]) -> Result<Vec<ConnectionSelector>> {
    let mut selectors = Vec::with_capacity(words.len());
    for word in words {
        if word != "-" {
            selectors.push(word.parse()?);
            continue;
        }
        let text = text_input::read(None)
            .map_err(|error| CommandError::from(error).context("cannot read standard input"))?;
        for (number, line) in (1..).zip(text.lines()) {
            if !line.trim().is_empty() {
                let selector = line.trim().parse();
                selectors.push(selector.map_err(|error: SelectConnectionError| {
                    CommandError::from(error).context(format!("line {number} of standard input"))
                })?);
            }
        }
    }
    Ok(selectors)
}
