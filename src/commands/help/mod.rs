mod topics;

pub(crate) use self::topics::TOPICS;
use crate::app::App;
use crate::error::{CommandError, Exit, Result};

/// Explain a command or a topic
///
/// The topics are exit-codes, environment, configuration, selectors, permissions and scripting.
#[derive(clap::Args, Debug)]
#[command(before_help = "  orgconn help auth status
  orgconn help exit-codes")]
pub(crate) struct Args {
    /// Command or topic
    #[arg(value_name = "COMMAND")]
    words: Vec<String>,
}

/// Prints a topic, or the long help of a command of `definition`, the whole command line.
pub(crate) fn run(args: Args, definition: fn() -> clap::Command, app: &mut App) -> Result<Exit> {
    let topic = match args.words.as_slice() {
        [word] => topics::topic(word),
        _ => None,
    };
    let text = match topic {
        Some(text) => text,
        None => command_help(&args.words, &mut definition())?,
    };
    app.output.write_text(&text)?;
    Ok(Exit::Done)
}

fn command_help(words: &[String], definition: &mut clap::Command) -> Result<String> {
    definition.build();
    let mut command = definition;
    for word in words {
        command = command.find_subcommand_mut(word).ok_or_else(|| {
            CommandError::usage(format!("no command and no topic `{word}`")).hint(format!(
                "`orgconn help` lists the commands; the topics are {}",
                TOPICS.join(", ")
            ))
        })?;
    }
    Ok(command.render_long_help().to_string())
}
