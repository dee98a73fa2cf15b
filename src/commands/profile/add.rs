use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::app::App;
use crate::commands::profile_helpers;
use crate::config::{ConfigEditor, ProfileDraft, SecretSource, SecretSources};
use crate::error::{CommandError, Exit, Result};
use crate::output::ProfileRow;
use crate::shell_quote::command_line;

/// Add a profile to the configuration file
///
/// --site or --api-url say where its org's API is. The flags for the keys say where these come from: no flag takes a
/// secret. Without them `orgconn auth login` gives the profile its keys. The rest of the file stays as it is.
#[derive(clap::Args, Debug)]
#[command(
    before_help = "  orgconn profile add hub --api-key-env HUB_API_KEY --app-key-env HUB_APP_KEY"
)]
pub(super) struct Args {
    /// Name of the new profile
    #[arg(value_name = "NAME")]
    name: String,

    /// Org that the keys must belong to
    ///
    /// A write in another is refused.
    #[arg(long, value_name = "UUID", value_parser = org_id)]
    org: Option<Uuid>,

    /// Use this profile where none is chosen
    #[arg(long)]
    default: bool,

    #[command(flatten)]
    sources: SourceArgs,
}

/// Where the credentials of a profile come from.
#[derive(clap::Args, Debug)]
#[command(
    next_help_heading = "Where the keys come from (--help has files, commands and the keychain)"
)]
#[command(group = clap::ArgGroup::new("api-key").args(["api_key_env", "api_key_file", "api_key_command", "api_key_keyring"]))]
#[command(group = clap::ArgGroup::new("app-key").args(["app_key_env", "app_key_file", "app_key_command", "app_key_keyring"]))]
#[command(group = clap::ArgGroup::new("access-token").conflicts_with_all(["api-key", "app-key"])
    .args(["access_token_env", "access_token_file", "access_token_command", "access_token_keyring"]))]
struct SourceArgs {
    /// Variable that holds the API key
    ///
    /// An environment variable.
    #[arg(long, value_name = "VARIABLE", requires = "app-key")]
    api_key_env: Option<String>,
    /// File that holds the API key
    ///
    /// Nobody else may read it.
    #[arg(
        long,
        value_name = "FILE",
        requires = "app-key",
        hide_short_help = true
    )]
    api_key_file: Option<PathBuf>,
    /// Command that prints the API key
    ///
    /// Words, or a JSON list of them; no shell runs it.
    #[arg(
        long,
        value_name = "COMMAND",
        requires = "app-key",
        hide_short_help = true
    )]
    api_key_command: Option<String>,
    /// The API key is in the system's keychain
    #[arg(long, requires = "app-key", hide_short_help = true)]
    api_key_keyring: bool,

    /// Variable that holds the application key
    ///
    /// An environment variable.
    #[arg(long, value_name = "VARIABLE", requires = "api-key")]
    app_key_env: Option<String>,
    /// File that holds the application key
    #[arg(
        long,
        value_name = "FILE",
        requires = "api-key",
        hide_short_help = true
    )]
    app_key_file: Option<PathBuf>,
    /// Command that prints the application key
    #[arg(
        long,
        value_name = "COMMAND",
        requires = "api-key",
        hide_short_help = true
    )]
    app_key_command: Option<String>,
    /// The application key is in the system's keychain
    #[arg(long, requires = "api-key", hide_short_help = true)]
    app_key_keyring: bool,

    /// Variable that holds an access token
    ///
    /// An environment variable; the token is used in place of the two keys.
    #[arg(long, value_name = "VARIABLE")]
    access_token_env: Option<String>,
    /// File that holds the access token
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    access_token_file: Option<PathBuf>,
    /// Command that prints the access token
    #[arg(long, value_name = "COMMAND", hide_short_help = true)]
    access_token_command: Option<String>,
    /// The access token is in the system's keychain
    #[arg(long, hide_short_help = true)]
    access_token_keyring: bool,
}

pub(super) fn run(args: Args, app: &mut App) -> Result<Exit> {
    app.output.check_listing::<ProfileRow>()?;
    profile_helpers::refuse_in_sandbox(app)?;
    let draft = ProfileDraft {
        org: args.org,
        credentials: args.sources.sources(&args.name)?,
        ..profile_helpers::draft_of_server_flags(app)?
    };
    let (_, file) = ConfigEditor::edit(&app.config_location()?, |editor| {
        editor.add(&args.name, &draft)?;
        match args.default {
            true => editor.set_default(&args.name),
            false => Ok(()),
        }
    })?;
    let row = profile_helpers::row(file.profile(&args.name)?, &file);
    if row.credentials.is_none() {
        let login = command_line(["orgconn", "auth", "login", "--profile", &args.name]);
        app.output
            .hint(&format!("the profile has no keys yet; run `{login}`"));
    }
    profile_helpers::show(vec![row], app)
}

fn org_id(text: &str) -> Result<Uuid, String> {
    let id: Result<uuid::fmt::Hyphenated, _> = text.parse();
    id.map(Uuid::from)
        .map_err(|_| "give the org's UUID; `orgconn orgs` shows it".to_owned())
}

impl SourceArgs {
    /// The sources, if any are given: both keys, or a token. `profile` names the entries of the keychain.
    ///
    /// # Errors
    /// Fails if a command cannot be parsed, or if a path cannot be made absolute.
    fn sources(&self, profile: &str) -> Result<Option<SecretSources>> {
        let token = source(
            &self.access_token_env,
            &self.access_token_file,
            &self.access_token_command,
            self.access_token_keyring
                .then(|| SecretSource::keyring(profile, "access_token")),
        )?;
        if let Some(token) = token {
            return Ok(Some(SecretSources::Token(token)));
        }
        let api_key = source(
            &self.api_key_env,
            &self.api_key_file,
            &self.api_key_command,
            self.api_key_keyring
                .then(|| SecretSource::keyring(profile, "api_key")),
        )?;
        let app_key = source(
            &self.app_key_env,
            &self.app_key_file,
            &self.app_key_command,
            self.app_key_keyring
                .then(|| SecretSource::keyring(profile, "app_key")),
        )?;
        Ok(api_key
            .zip(app_key)
            .map(|(api_key, app_key)| SecretSources::Keys { api_key, app_key }))
    }
}

/// The source that is given as one of the four kinds; `None` if no flag names one.
fn source(
    variable: &Option<String>,
    file: &Option<PathBuf>,
    command: &Option<String>,
    keyring: Option<SecretSource>,
) -> Result<Option<SecretSource>> {
    if let Some(name) = variable {
        return Ok(Some(SecretSource::Environment(name.clone())));
    }
    if let Some(path) = file {
        return Ok(Some(SecretSource::File(path_in_file(path)?)));
    }
    match command {
        Some(text) => Ok(Some(parse_command(text)?)),
        None => Ok(keyring),
    }
}

/// Makes a path absolute, since a relative path in the configuration file is relative to that file. `~` stays.
fn path_in_file(path: &Path) -> io::Result<PathBuf> {
    match path.starts_with("~") {
        true => Ok(path.to_owned()),
        false => std::path::absolute(path),
    }
}

/// Parses a command: a JSON list of its words, or the words with white space between them. Words with shell syntax are
/// refused, since no shell runs the command.
fn parse_command(text: &str) -> Result<SecretSource> {
    const SHELL_CHARACTERS: [char; 12] =
        ['\'', '"', '\\', '`', '$', '|', '&', ';', '<', '>', '*', '?'];
    let text = text.trim();
    let words: Vec<String> = if text.starts_with('[') {
        serde_json::from_str(text).map_err(|_| bad_command("it is not a JSON list of strings"))?
    } else if text.contains(SHELL_CHARACTERS) || text.contains('(') {
        return Err(bad_command(
            "it has characters that only a shell understands",
        ));
    } else {
        text.split_whitespace().map(str::to_owned).collect()
    };
    let mut words = words.into_iter();
    let program = words.next().filter(|program| !program.is_empty());
    Ok(SecretSource::Command {
        program: program.ok_or_else(|| bad_command("it has no program"))?,
        arguments: words.collect(),
    })
}

/// The text of the command is left out: it may hold a password.
fn bad_command(problem: &str) -> CommandError {
    CommandError::usage(format!("the command for a secret cannot be used: {problem}"))
        .hint(r#"give its words, as in 'op read op://vault/key', or a JSON list of them, as in '["op", "read", "op://my vault/key"]'"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Option<Vec<String>> {
        match parse_command(text) {
            Ok(SecretSource::Command {
                program,
                mut arguments,
            }) => {
                arguments.insert(0, program);
                Some(arguments)
            }
            _ => None,
        }
    }

    #[test]
    fn a_command_is_words_or_a_json_list_of_them() {
        let expected = Some(["op", "read", "op://vault/key"].map(str::to_owned).to_vec());
        assert_eq!(words(" op  read op://vault/key\n"), expected);
        assert_eq!(words(r#"["op", "read", "op://vault/key"]"#), expected);
        assert_eq!(
            words(r#"["a b", ""]"#),
            Some(vec!["a b".to_owned(), String::new()])
        );
    }

    #[test]
    fn what_needs_a_shell_is_refused_without_being_repeated() {
        for text in [
            "",
            "[]",
            "[1]",
            r#"[""]"#,
            "echo 'test-key'",
            "echo $TEST_KEY",
            "cat test-key | head",
            "a;b",
        ] {
            let error = parse_command(text).unwrap_err().message();
            assert!(
                !error.contains("test") && !error.contains("TEST"),
                "{error}"
            );
        }
    }
}
