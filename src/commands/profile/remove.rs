use anyhow::Result;

use super::kept;
use super::refuse_in_sandbox;
use crate::config::Editor;
use crate::context::Context;
use crate::error::{Exit, Failure, unanswered};
use crate::output::Answer;

/// Remove a profile from the configuration file
///
/// Asks, unless --yes is given. Secrets that `orgconn auth login` has kept for the profile go with it.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Name of the profile
    #[arg(value_name = "NAME")]
    name: String,
}

pub(super) fn run(args: &Args, context: &mut Context) -> Result<Exit> {
    refuse_in_sandbox(context)?;
    let name = &args.name;
    let mut editor = Editor::open(&context.config_location()?)?;
    let file = editor.file().clone();
    let profile = file.profile(name)?;
    if !context.globals.yes {
        confirm(name, context)?;
    }
    let was_default = editor.remove(name)?;
    editor.save()?;
    context
        .output
        .note(&format!("removed the profile `{name}`"));
    if was_default {
        context
            .output
            .hint("it was the default profile, and there is none now");
    }
    if let Err(error) = kept::discard(profile, &file, &mut context.output) {
        let error = anyhow::Error::from(error);
        context
            .output
            .warn(&format!("a secret may be left behind: {error:#}"));
    }
    Ok(Exit::Done)
}

fn confirm(name: &str, context: &mut Context) -> Result<()> {
    if !context.output.can_ask() {
        return Err(
            Failure::usage("nobody can be asked here whether to remove the profile")
                .hint("--yes removes without asking")
                .into(),
        );
    }
    let answer = context
        .output
        .confirm(&format!("Remove the profile `{name}`?"));
    match answer.map_err(|error| unanswered(error, "nothing was removed"))? {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::new(Exit::Failure, "not confirmed; nothing was removed").into()),
    }
}
