use std::fmt;

use clap::ValueEnum;

/// How data is written to standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns for people; on a terminal fitted to its width
    #[default]
    Table,
    /// One object: `{"schema":"orgconn/v1","items":[…],"errors":[…]}`
    Json,
    /// One JSON item a line
    Jsonl,
    /// The data of `json`, as YAML
    Yaml,
    /// Comma-separated values with a header
    Csv,
    /// Tab-separated values with a header
    Tsv,
    /// One id a line
    Id,
    /// Workflow commands that GitHub shows as annotations of a file: `check --file`
    #[value(hide = true)]
    Github,
    /// Terraform resources with import blocks: `export`
    #[value(hide = true)]
    Terraform,
    /// Who sees whose data, as a tree of text: `graph`
    #[value(hide = true)]
    Tree,
    /// Who sees whose data, as a Mermaid diagram: `graph`
    #[value(hide = true)]
    Mermaid,
    /// Who sees whose data, in Graphviz's language: `graph`
    #[value(hide = true)]
    Dot,
    /// Who sees whose data, as a picture: `graph`
    #[value(hide = true)]
    Svg,
}

impl Format {
    /// The formats that every listing has. The others belong to single commands, whose own help tells of them: each
    /// command says with [`Output::require`](super::Output::require) which ones it writes.
    pub const LISTINGS: [Self; 7] = [
        Self::Table,
        Self::Json,
        Self::Jsonl,
        Self::Yaml,
        Self::Csv,
        Self::Tsv,
        Self::Id,
    ];

    /// Whether it has columns, which can be chosen and have a header.
    pub fn has_columns(self) -> bool {
        matches!(self, Self::Table | Self::Csv | Self::Tsv)
    }
}

/// The word that chooses the format on the command line.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Yaml => "yaml",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Id => "id",
            Self::Github => "github",
            Self::Terraform => "terraform",
            Self::Tree => "tree",
            Self::Mermaid => "mermaid",
            Self::Dot => "dot",
            Self::Svg => "svg",
        })
    }
}

/// Whether colour is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal that takes it, unless the environment says otherwise
    #[default]
    Auto,
    /// Always, into a pipe or file too
    Always,
    /// Never
    Never,
}

/// What the user wants of the output.
#[derive(Clone, Debug, Default)]
pub struct OutputOptions {
    /// How data is written.
    pub format: Format,
    /// The names of the columns to show, in their order; `None` for the usual ones.
    pub columns: Option<Vec<String>>,
    /// Leaves the header out of `table`, `csv` and `tsv`.
    pub no_header: bool,
    /// Leaves notes and hints out; warnings and errors stay.
    pub quiet: bool,
    /// Whether colour is used.
    pub color: ColorChoice,
    /// Never asks, even on a terminal.
    pub no_input: bool,
    /// The names of the columns to sort by, the most important first; with `-` in front,
    /// descending.
    pub sort: Vec<String>,
    /// The columns that a table leaves out unless they are asked for, as all rows say the same there.
    pub trivial_columns: Vec<&'static str>,
    /// What the environment says about the terminal.
    pub environment: TerminalEnvironment,
}

/// The variables that say something about the terminal, as they were read; `None` for one that is
/// not set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerminalEnvironment {
    /// `NO_COLOR`: with any value but the empty one, no colour (no-color.org).
    pub no_color: Option<String>,
    /// `CLICOLOR_FORCE`: with any value but the empty one and `0`, colour into a pipe or file too.
    pub clicolor_force: Option<String>,
    /// `TERM`: `dumb` takes no colour, and nothing can be drawn on it.
    pub term: Option<String>,
    /// `COLUMNS`: the width of a terminal that does not tell it itself.
    pub columns: Option<String>,
}

impl TerminalEnvironment {
    /// Whether the terminal knows no control sequences.
    pub(super) fn is_dumb(&self) -> bool {
        self.term.as_deref() == Some("dumb")
    }
}

impl ColorChoice {
    /// Whether a stream is coloured. `NO_COLOR` goes before `CLICOLOR_FORCE`, and the flag before
    /// both.
    pub(super) fn colours(self, environment: &TerminalEnvironment, is_terminal: bool) -> bool {
        let is_set =
            |variable: &Option<String>| variable.as_deref().is_some_and(|it| !it.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if is_set(&environment.no_color) => false,
            Self::Auto => {
                let force = &environment.clicolor_force;
                let is_forced = is_set(force) && force.as_deref() != Some("0");
                is_forced || (is_terminal && !environment.is_dumb())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(
        no_color: Option<&str>,
        force: Option<&str>,
        term: Option<&str>,
    ) -> TerminalEnvironment {
        TerminalEnvironment {
            no_color: no_color.map(Into::into),
            clicolor_force: force.map(Into::into),
            term: term.map(Into::into),
            columns: None,
        }
    }

    #[test]
    fn a_terminal_is_coloured_unless_the_environment_says_otherwise() {
        let colours =
            |environment, is_terminal| ColorChoice::Auto.colours(&environment, is_terminal);
        assert!(colours(environment(None, None, None), true));
        assert!(!colours(environment(None, None, None), false));
        assert!(colours(environment(Some(""), None, None), true));
        assert!(!colours(environment(Some("1"), Some("1"), None), true));
        assert!(!colours(environment(None, None, Some("dumb")), true));
        assert!(colours(environment(None, Some("1"), None), false));
        assert!(!colours(environment(None, Some("0"), None), false));
    }

    #[test]
    fn the_flag_goes_before_the_environment() {
        assert!(ColorChoice::Always.colours(&environment(Some("1"), None, None), false));
        assert!(!ColorChoice::Never.colours(&environment(None, Some("1"), None), true));
    }

    #[test]
    fn a_format_is_shown_as_the_command_line_reads_it() {
        for format in Format::value_variants() {
            let value = format.to_possible_value().unwrap();
            assert_eq!(value.get_name(), format.to_string());
        }
    }
}
