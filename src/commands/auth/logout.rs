use anyhow::Result;

use super::chosen_profile;
use crate::commands::profile::{discard, of_profile, refuse_in_sandbox, show};
use crate::config::Editor;
use crate::context::Context;
use crate::error::{Exit, Failure};
use crate::output::ProfileRow;

/// Delete the keys that a login has kept for a profile
///
/// They go from the keychain, or the files that the login made; variables, commands and other files are left as they
/// are. The profile stays, and says no more where its keys come from.
#[derive(clap::Args, Debug)]
pub(super) struct Args {}

pub(super) fn run(_: &Args, context: &mut Context) -> Result<Exit> {
    context.output.check::<ProfileRow>()?;
    refuse_in_sandbox(context)?;
    let mut editor = Editor::open(&context.config_location()?)?;
    let file = editor.file().clone();
    let name = chosen_profile(context, &file)?
        .ok_or_else(|| Failure::usage("no profile is named").hint("name it with --profile"))?;
    let profile = file.profile(&name)?;
    // A profile whose secrets are still there keeps its say on where they are.
    discard(profile, &file, &mut context.output)?;
    editor.forget_credentials(&name)?;
    let file = editor.save()?;
    show(vec![of_profile(file.profile(&name)?, &file)], context)
}
