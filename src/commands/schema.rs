use anyhow::Result;

use crate::context::Context;
use crate::error::Exit;
use crate::topology::desired::SCHEMA;

/// Print the JSON Schema of the desired-state file, for editors
///
/// An editor with a YAML language server checks the file while it is written, if the schema is kept beside it
/// (orgconn schema > orgconn.schema.json) and the file begins with the line
/// `# yaml-language-server: $schema=orgconn.schema.json`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, context: &mut Context) -> Result<Exit> {
    context.output.write_text(SCHEMA)?;
    Ok(Exit::Done)
}
