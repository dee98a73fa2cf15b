use crate::output::{Output, OutputError, Row};

/// The flag that sorts the rows.
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
    /// Sets the order of the rows, and checks format and columns before anything is sent.
    ///
    /// # Errors
    /// `R` has no such column, or the format has no columns to choose.
    pub(crate) fn apply<R: Row>(&self, output: &mut Output) -> Result<(), OutputError> {
        output.sort_by(self.sort.clone());
        output.supports::<R>()
    }
}
