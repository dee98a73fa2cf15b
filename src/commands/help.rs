mod topics;

use anyhow::Result;

use crate::cli;
use crate::context::Context;
use crate::error::{Exit, Failure};

pub(super) use topics::NAMES as TOPICS;

/// Explain a command, or one of the topics: exit-codes, selectors, environment
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Command or topic
    #[arg(value_name = "COMMAND")]
    words: Vec<String>,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit> {
    let text = match args.words.as_slice() {
        [topic] if topics::find(topic).is_some() => topics::find(topic).unwrap_or_default(),
        words => of_command(words)?,
    };
    context.output.write_text(&text)?;
    Ok(Exit::Done)
}

/// The long help of the command that the words lead to.
fn of_command(words: &[String]) -> Result<String> {
    let mut definition = cli::definition();
    definition.build();
    let mut command = &mut definition;
    for word in words {
        command = command
            .find_subcommand_mut(word)
            .ok_or_else(|| unknown(word))?;
    }
    Ok(command.render_long_help().to_string())
}

fn unknown(word: &str) -> Failure {
    Failure::usage(format!("no command and no topic `{word}`")).hint(format!(
        "`orgconn help` lists the commands; the topics are {}",
        topics::NAMES.join(", ")
    ))
}
