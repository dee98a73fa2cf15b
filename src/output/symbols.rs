use super::options::TerminalEnvironment;

/// The characters that tables and pictures are drawn with, besides letters and digits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Symbols {
    /// From a source to a destination.
    pub(super) arrow: &'static str,
    /// From a heading to the rows below it.
    pub(super) down_arrow: &'static str,
    /// In place of the middle of a long text.
    pub(super) ellipsis: &'static str,
    /// In front of an item of a tree.
    pub(super) branch: &'static str,
    /// In front of the last item.
    pub(super) last_branch: &'static str,
    /// In front of the further lines of an item that is not the last.
    pub(super) trunk: &'static str,
    pub(super) horizontal: char,
    pub(super) vertical: char,
    pub(super) crossing: char,
    /// In a cell of the matrix, the place of a type that is not shared.
    pub(super) absent: char,
}

impl Symbols {
    pub(super) const UNICODE: Self = Self {
        arrow: "→",
        down_arrow: "↓",
        ellipsis: "…",
        branch: "├── ",
        last_branch: "└── ",
        trunk: "│   ",
        horizontal: '─',
        vertical: '│',
        crossing: '┼',
        absent: '·',
    };

    pub(super) const ASCII: Self = Self {
        arrow: "->",
        down_arrow: "v",
        ellipsis: "...",
        branch: "|-- ",
        last_branch: "`-- ",
        trunk: "|   ",
        horizontal: '-',
        vertical: '|',
        crossing: '+',
        absent: '.',
    };

    /// The symbols that the environment can show. Names keep their characters anywhere.
    pub(super) fn new(environment: &TerminalEnvironment) -> &'static Self {
        match environment.is_utf8() && !environment.is_dumb() {
            true => &Self::UNICODE,
            false => &Self::ASCII,
        }
    }
}
