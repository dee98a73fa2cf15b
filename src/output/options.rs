use std::collections::HashMap;
use std::fmt;

use clap::ValueEnum;
use jiff::Timestamp;
use uuid::Uuid;

use super::template::Template;
use crate::model::KnownOrgs;

/// How data is written to standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns for people; on a terminal fitted to its width
    #[default]
    Table,
    /// The table with every column and whole values, however narrow the terminal is
    Wide,
    /// One object: `{"schema":"orgconn/v1","items":[…],"errors":[…]}`
    Json,
    /// One JSON item per line
    Jsonl,
    /// The data of `json`, as YAML; of `export`, a desired-state file
    Yaml,
    /// Comma-separated values with a header
    Csv,
    /// Tab-separated values with a header
    Tsv,
    /// One id per line
    Id,
    /// The text of `--template` for each item
    #[value(skip)]
    Template,
    /// Workflow commands that GitHub shows as annotations of a file
    #[value(hide = true)]
    Github,
    /// A table for a pull request
    #[value(hide = true)]
    Markdown,
    /// Terraform resources with import blocks
    #[value(hide = true)]
    Terraform,
    /// Who sees whose data, as a tree of text
    #[value(hide = true)]
    Tree,
    /// Who sees whose data, as a matrix of text
    #[value(hide = true)]
    Matrix,
    /// Who sees whose data, as a Mermaid diagram
    #[value(hide = true)]
    Mermaid,
    /// Who sees whose data, in Graphviz's language
    #[value(hide = true)]
    Dot,
    /// Who sees whose data, as a picture
    #[value(hide = true)]
    Svg,
}

impl Format {
    /// The formats of every listing. Those of single commands are described by the help of the command.
    pub(crate) const LISTINGS: [Self; 8] = [
        Self::Table,
        Self::Wide,
        Self::Json,
        Self::Jsonl,
        Self::Yaml,
        Self::Csv,
        Self::Tsv,
        Self::Id,
    ];

    /// The formats of `check` beside those of a listing.
    pub(crate) const CHECK: [Self; 1] = [Self::Github];

    /// The formats of `plan` beside those of a listing: annotations, and a table for a pull request.
    pub(crate) const PLAN: [Self; 2] = [Self::Github, Self::Markdown];

    /// The formats of `audit` beside those of a listing.
    pub(crate) const AUDIT: [Self; 2] = Self::PLAN;

    /// The formats of `graph`, the usual one first.
    pub(crate) const GRAPH: [Self; 6] = [
        Self::Tree,
        Self::Matrix,
        Self::Mermaid,
        Self::Dot,
        Self::Svg,
        Self::Json,
    ];

    /// The formats of `export`, the usual one first.
    pub(crate) const EXPORT: [Self; 2] = [Self::Yaml, Self::Terraform];

    /// Whether it is a table, which is written at the end.
    pub(super) fn is_table(self) -> bool {
        matches!(self, Self::Table | Self::Wide)
    }

    /// Whether the columns of a listing in it can be chosen.
    pub(crate) fn has_columns(self) -> bool {
        Self::LISTINGS.contains(&self) && self != Self::Id
    }
}

/// The word that chooses the format on the command line.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.pad(value.as_ref().map_or("template", |value| value.get_name()))
    }
}

/// Whether colour is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal that takes it, unless the environment says otherwise
    #[default]
    Auto,
    /// Always, into a pipe or file too
    Always,
    /// Never
    Never,
}

impl From<ColorChoice> for clap::ColorChoice {
    fn from(choice: ColorChoice) -> Self {
        match choice {
            ColorChoice::Auto => Self::Auto,
            ColorChoice::Always => Self::Always,
            ColorChoice::Never => Self::Never,
        }
    }
}

/// What was added, changed or taken away, by its id.
pub(crate) type RowSigns = HashMap<Uuid, char>;

/// The user's choices for the output.
#[derive(Clone, Debug, Default)]
pub(crate) struct OutputOptions {
    /// How data is written.
    pub(crate) format: Format,
    /// The names of the columns to show, in their order; `None` for the usual ones.
    pub(crate) columns: Option<Vec<String>>,
    /// The variable that the columns or the template come from; `None` for flags.
    pub(crate) columns_variable: Option<&'static str>,
    /// The text of each item, which takes the place of a format.
    pub(crate) template: Option<Template>,
    /// Leaves the header out of `table`, `csv` and `tsv`.
    pub(crate) no_header: bool,
    /// Keeps the values of `csv` and `tsv` as they are, also those that are dangerous to look at or to open.
    pub(crate) raw: bool,
    /// Leaves out notes and hints; warnings and errors stay.
    pub(crate) quiet: bool,
    /// Whether colour is used.
    pub(crate) color: ColorChoice,
    /// Never asks, even on a terminal.
    pub(crate) no_input: bool,
    /// The time to which others are relative.
    pub(crate) now: Timestamp,
    /// The orgs that the run has read, among which orgs of one name are told apart.
    pub(crate) known_orgs: KnownOrgs,
    /// The signs in front of the rows of a table, by the ids of the rows; `None` for a table without signs.
    pub(crate) row_signs: Option<RowSigns>,
    /// The environment variables about the terminal.
    pub(crate) environment: TerminalEnvironment,
}

/// The variables that describe the terminal, as they were read; `None` for one that is not set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TerminalEnvironment {
    /// `NO_COLOR`: with any value but the empty one, no colour (no-color.org).
    pub(crate) no_color: Option<String>,
    /// `CLICOLOR_FORCE`: with any value but the empty one and `0`, colour into a pipe or file too.
    pub(crate) clicolor_force: Option<String>,
    /// `TERM`: `dumb` takes neither colour nor moves of the cursor, and shows ASCII only.
    pub(crate) term: Option<String>,
    /// `COLUMNS`: the width of a terminal that does not report its own.
    pub(crate) columns: Option<String>,
    /// The first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set and not empty, which says how characters are encoded.
    pub(crate) locale: Option<String>,
}

impl TerminalEnvironment {
    /// Whether the terminal only writes lines one below the other.
    pub(super) fn is_dumb(&self) -> bool {
        self.term.as_deref() == Some("dumb")
    }

    /// Whether characters outside ASCII can be shown. Windows has no such variables, and shows them.
    pub(super) fn is_utf8(&self) -> bool {
        cfg!(windows) || is_utf8_locale(self.locale.as_deref().unwrap_or_default())
    }
}

/// Whether a locale such as `de_DE.UTF-8` encodes characters as UTF-8.
pub(crate) fn is_utf8_locale(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase().replace('-', "");
    locale.contains("utf8")
}

impl ColorChoice {
    /// Whether a stream is coloured. The flag has precedence over `NO_COLOR`, and that over `CLICOLOR_FORCE`.
    pub(super) fn is_colored(self, environment: &TerminalEnvironment, is_terminal: bool) -> bool {
        let value = |variable: &Option<String>| variable.clone().filter(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if value(&environment.no_color).is_some() => false,
            Self::Auto => {
                let is_forced =
                    value(&environment.clicolor_force).is_some_and(|force| force != "0");
                is_forced || (is_terminal && !environment.is_dumb())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::symbols::Symbols;

    #[test]
    fn a_terminal_is_colored_unless_the_environment_says_otherwise() {
        for (no_color, force, term, is_terminal, is_colored) in [
            (None, None, None, true, true),
            (None, None, None, false, false),
            (Some(""), None, None, true, true),
            (Some("1"), Some("1"), None, true, false),
            (None, None, Some("dumb"), true, false),
            (None, Some("1"), None, false, true),
            (None, Some("0"), None, false, false),
        ] {
            let environment = TerminalEnvironment {
                no_color: no_color.map(Into::into),
                clicolor_force: force.map(Into::into),
                term: term.map(Into::into),
                ..TerminalEnvironment::default()
            };
            let auto = ColorChoice::Auto.is_colored(&environment, is_terminal);
            assert_eq!(auto, is_colored, "{environment:?}");
            assert!(ColorChoice::Always.is_colored(&environment, is_terminal));
            assert!(!ColorChoice::Never.is_colored(&environment, is_terminal));
        }
    }

    #[cfg(not(windows))]
    #[test]
    fn drawing_needs_a_locale_in_utf8_and_a_terminal_that_is_not_dumb() {
        for (locale, term, is_drawn) in [
            (Some("C.UTF-8"), None, true),
            (Some("de_DE.utf8@euro"), Some("xterm"), true),
            (Some("UTF-8"), None, true),
            (Some("C.UTF-8"), Some("dumb"), false),
            (Some("de_DE.ISO-8859-1"), None, false),
            (Some("C"), None, false),
            (None, None, false),
        ] {
            let environment = TerminalEnvironment {
                locale: locale.map(Into::into),
                term: term.map(Into::into),
                ..TerminalEnvironment::default()
            };
            let symbols = Symbols::new(&environment);
            assert_eq!(*symbols == Symbols::UNICODE, is_drawn, "{environment:?}");
        }
    }
}
