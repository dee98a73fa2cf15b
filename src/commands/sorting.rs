//! The order of the rows, for the commands that list.

use crate::output::{Output, OutputError, Record};

/// The flag that orders the rows.
#[derive(clap::Args, Debug)]
pub(crate) struct Sorting {
    /// Order by these columns; `-` in front: descending (comma-separated)
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    sort: Vec<String>,
}

impl Sorting {
    /// Sets the order, and checks what is asked of the columns before anything else is done.
    ///
    /// # Errors
    /// `R` has no such column, or the format has no columns to choose.
    pub(crate) fn apply<R: Record>(&self, output: &mut Output) -> Result<(), OutputError> {
        output.sort_by(self.sort.clone());
        output.check::<R>()
    }
}
