use super::comparison::{self, FileArgs};
use crate::app::App;
use crate::error::{Exit, Result};
use crate::output::StepRow;

/// Show the changes that would bring the live connections to a file's state
///
/// Nothing is changed. The exit code is 0 whether or not there is anything to do; `orgconn check -f FILE` tells the
/// two apart. json, jsonl and yaml hold every connection of the file, the other formats only the changes.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "Examples:
  orgconn plan -f orgconn.yaml --all-profiles
  orgconn plan -f orgconn.yaml --all-profiles --prune -o json")]
pub(crate) struct Args {
    #[command(flatten)]
    file: FileArgs,
}

pub(crate) async fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing::<StepRow>()?;
    match args.file.read() {
        Ok(file) => comparison::show_plan(&file, args.file.prune, app).await,
        Err(errors) => comparison::report_errors(errors, &mut app.output),
    }
}
