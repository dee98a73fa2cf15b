use std::borrow::Cow;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::connection::{ConnectionJson, ShowsConnection, connection_columns};
use super::reference::id_value;
use crate::output::{Column, InTable, Record};
use crate::topology::Connection;

/// What became of a connection: the row of the commands that write, and of `check`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionChange {
    /// One or two words: `created`, `exists`, `would delete`, `as wanted`, `differs`, `failed`, …
    pub result: Cow<'static, str>,
    /// Why, where that is not plain.
    pub reason: Option<String>,
    /// The connection, with what is known of it.
    pub connection: Connection,
}

impl ConnectionChange {
    /// A connection and what became of it, in one or two words.
    pub fn new(result: &'static str, connection: Connection) -> Self {
        Self {
            result: result.into(),
            reason: None,
            connection,
        }
    }

    /// Adds why, where that is not plain.
    #[must_use]
    pub fn because(self, reason: Option<String>) -> Self {
        Self { reason, ..self }
    }
}

impl ShowsConnection for ConnectionChange {
    fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl Record for ConnectionChange {
    type Json<'a> = ChangeJson<'a>;
    const PLURAL: &'static str = "connections";
    const COLUMNS: &'static [Column<Self>] = &{
        let result = Column::new("result", "RESULT", |row: &Self| {
            Some(Cow::Borrowed(&row.result))
        })
        .style(result_style);
        let reason = Column::new("reason", "REASON", |row: &Self| {
            row.reason.as_deref().map(Cow::Borrowed)
        })
        .in_table(InTable::WhenFilled);
        let [a, b, c, d, e, f, g, h, i, j] = connection_columns();
        [result, a, b, c, d, e, f, g, h, i, j, reason]
    };

    fn json(&self) -> ChangeJson<'_> {
        ChangeJson {
            result: &self.result,
            reason: self.reason.as_deref(),
            connection: (&self.connection).into(),
        }
    }

    fn id(&self) -> Option<Cow<'_, str>> {
        id_value(self.connection.id.as_ref())
    }
}

/// Green for what is as it was wanted, red for what is not, yellow for what was not done or is not
/// known. A word that is none of these has no colour: better none than a wrong one.
pub(in crate::output) fn result_style(result: &str) -> Style {
    let color = match result {
        "created" | "updated" | "deleted" | "exists" | "unchanged" | "as wanted" | "done" => {
            AnsiColor::Green
        }
        "would create" | "would update" | "would delete" | "not found" | "not attempted"
        | "unknown" => AnsiColor::Yellow,
        "differs" | "missing" | "unwanted" | "failed" => AnsiColor::Red,
        _ => return Style::new(),
    };
    color.on_default()
}

/// A change in JSON and YAML: `result`, `reason`, and the fields of the connection.
#[derive(Debug, Serialize)]
pub struct ChangeJson<'a> {
    result: &'a str,
    reason: Option<&'a str>,
    #[serde(flatten)]
    connection: ConnectionJson<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_has_the_colour_of_what_it_means() {
        let color = |result| result_style(result).get_fg_color();
        for (results, meant) in [
            (vec!["created", "unchanged", "as wanted"], AnsiColor::Green),
            (
                vec!["would create", "not attempted", "unknown"],
                AnsiColor::Yellow,
            ),
            (vec!["differs", "failed"], AnsiColor::Red),
        ] {
            for result in results {
                assert_eq!(color(result), Some(meant.into()), "{result}");
            }
        }
        assert_eq!(color("something new"), None);
    }
}
