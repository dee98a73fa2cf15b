mod topics;

pub(crate) use self::topics::{ENVIRONMENT, TOPIC_LIST, TOPICS};
use crate::app::App;
use crate::error::{CommandError, Exit, Result};
use crate::model::nearest_word;

/// Explain a command or a topic
#[derive(clap::Args, Debug)]
#[command(long_about = format!("Explain a command or a topic\n\nThe topics are {}.", TOPICS.join(", ")))]
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
    let mut command = &*definition;
    for word in words {
        let subcommand = command.find_subcommand(word);
        command = subcommand.ok_or_else(|| unknown_word(word, command))?;
    }
    Ok(command.clone().render_long_help().to_string())
}

fn unknown_word(word: &str, command: &clap::Command) -> CommandError {
    let names = command.get_subcommands().map(clap::Command::get_name);
    let nearest = nearest_word(word, names.chain(TOPICS).chain([TOPIC_LIST]));
    let nearest = nearest.map_or_else(String::new, |name| format!("the nearest is `{name}`; "));
    CommandError::usage(format!("no command and no topic `{word}`")).hint(format!(
        "{nearest}`orgconn help` lists the commands; the topics are {}",
        TOPICS.join(", ")
    ))
}
