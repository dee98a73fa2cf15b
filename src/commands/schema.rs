use crate::app::App;
use crate::desired::SCHEMA;
use crate::error::{Exit, Result};

/// Print the JSON Schema of the desired-state file, for editors
///
/// An editor with a YAML language server checks the file while it is written, if the schema is kept beside it
/// (orgconn schema > orgconn.schema.json) and the file begins with the line
/// `# yaml-language-server: $schema=orgconn.schema.json`.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn schema > orgconn.schema.json")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, app: &mut App) -> Result<Exit> {
    app.output.write_text(SCHEMA)?;
    Ok(Exit::Done)
}
