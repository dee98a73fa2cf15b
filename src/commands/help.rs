use std::fmt::Write as _;

use crate::app::App;
use crate::error::{CommandError, Exit, Result};

/// Explain a command, or one of the topics: exit-codes, selectors, environment
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Command or topic
    #[arg(value_name = "COMMAND")]
    words: Vec<String>,
}

/// The topics that `help` explains beside the commands.
pub(crate) const TOPICS: [&str; 3] = ["exit-codes", "selectors", "environment"];

/// Prints a topic, or the long help of a command of `definition`, the whole command line.
pub(crate) fn run(args: Args, definition: fn() -> clap::Command, app: &mut App) -> Result<Exit> {
    let topic = match args.words.as_slice() {
        [word] => topic(word),
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

/// The text of a topic.
fn topic(name: &str) -> Option<String> {
    match name {
        "exit-codes" => Some(exit_codes()),
        "selectors" => Some(SELECTORS.to_owned()),
        "environment" => Some(ENVIRONMENT.to_owned()),
        _ => None,
    }
}

fn exit_codes() -> String {
    let mut text = String::from("Exit codes of orgconn\n\n");
    for exit in Exit::ALL {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:>5}  {}", exit.code(), exit.meaning());
    }
    text
}

const SELECTORS: &str = "\
How orgs and connections are named

An org (ORG, DESTINATION) is
  its UUID                 83999dcd-7f97-11f0-8de1-1ecf66f1aa85
  its public id            abcdef12345
  its name                 \"Observability Hub\": exact first, then without regard to case
  a profile's org          profile:hub
To force one reading, put uuid:, public-id: or name: in front.
Two matches are an error that lists both. Names are asked of Datadog in every run that depends on them.

A connection (CONNECTION) is
  its id                   40bbb1c2-32b2-4aa3-8a1a-5d93b5382e3d
  the beginning of it      40bb: at least 4 characters that no other connection begins with
or no id, and --source and --destination that together match exactly one.
Where no profile is chosen, --source of create, update and delete chooses the profile that is for that org.
--from stands for --source, --to and --sink for --destination.

An entry of the history (ENTRY) is
  its id                   1m85atpakvq5d
  the beginning of it      1m85at: at least 4 characters that no other entry begins with

A type (TYPE) is logs, metrics or audit; several are repeated or comma-separated.
";

const ENVIRONMENT: &str = "\
Environment variables in their order of precedence; a flag comes before all of them

  API key            ORGCONN_API_KEY, DD_API_KEY, DATADOG_API_KEY
  application key    ORGCONN_APP_KEY, DD_APP_KEY, DATADOG_APP_KEY
  access token       ORGCONN_ACCESS_TOKEN, DD_ACCESS_TOKEN, DD_BEARER_TOKEN, DATADOG_BEARER_TOKEN, in place of the
                     two keys
  site               ORGCONN_SITE, DD_SITE, DATADOG_SITE
  URL of the API     ORGCONN_API_URL, DD_HOST, DATADOG_HOST
Both keys come from one column: a DD_API_KEY is never used with a DATADOG_APP_KEY. A profile that is chosen supplies
the site and the credentials, and these variables are ignored then.

The other global flags have a variable each
  ORGCONN_PROFILE, ORGCONN_ALL_PROFILES, ORGCONN_TRUST_HOST, ORGCONN_OUTPUT, ORGCONN_COLUMNS, ORGCONN_TEMPLATE,
  ORGCONN_NO_HEADER, ORGCONN_YES, ORGCONN_NO_INPUT, ORGCONN_QUIET, ORGCONN_VERBOSE, ORGCONN_COLOR, ORGCONN_TIMEOUT,
  ORGCONN_MAX_RETRIES, ORGCONN_CONFIG, ORGCONN_SANDBOX
Any other name that begins with ORGCONN_ is refused: it is probably a misspelled setting.
A variable that is set but empty counts as not set.

Also honoured
  HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR, NO_COLOR, CLICOLOR_FORCE, TERM, COLUMNS,
  LC_ALL, LC_CTYPE, LANG, XDG_CONFIG_HOME, XDG_STATE_HOME, XDG_CACHE_HOME
";
