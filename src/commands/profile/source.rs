//! The flags that say where a secret comes from. None of them takes a secret.

use std::path::PathBuf;

use anyhow::Result;

use crate::config::{SecretSource, Sources};
use crate::error::Failure;

/// Where the credentials of a profile come from.
#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Where the keys come from")]
#[command(group = clap::ArgGroup::new("api-key").args(["api_key_env", "api_key_file", "api_key_command", "api_key_keyring"]))]
#[command(group = clap::ArgGroup::new("app-key").args(["app_key_env", "app_key_file", "app_key_command", "app_key_keyring"]))]
#[command(group = clap::ArgGroup::new("access-token").conflicts_with_all(["api-key", "app-key"])
    .args(["access_token_env", "access_token_file", "access_token_command", "access_token_keyring"]))]
pub(super) struct SourceArgs {
    /// Environment variable that holds the API key
    #[arg(long, value_name = "VARIABLE", requires = "app-key")]
    api_key_env: Option<String>,
    /// File that holds the API key, and that nobody else may read
    #[arg(long, value_name = "FILE", requires = "app-key")]
    api_key_file: Option<PathBuf>,
    /// Command that prints the API key: words, or a JSON list of them; no shell runs it
    #[arg(long, value_name = "COMMAND", requires = "app-key")]
    api_key_command: Option<String>,
    /// The API key is in the system's keychain
    #[arg(long, requires = "app-key")]
    api_key_keyring: bool,

    /// Environment variable that holds the application key
    #[arg(long, value_name = "VARIABLE", requires = "api-key")]
    app_key_env: Option<String>,
    /// File that holds the application key
    #[arg(long, value_name = "FILE", requires = "api-key")]
    app_key_file: Option<PathBuf>,
    /// Command that prints the application key
    #[arg(long, value_name = "COMMAND", requires = "api-key")]
    app_key_command: Option<String>,
    /// The application key is in the system's keychain
    #[arg(long, requires = "api-key")]
    app_key_keyring: bool,

    /// Environment variable that holds an access token, in place of the two keys
    #[arg(long, value_name = "VARIABLE")]
    access_token_env: Option<String>,
    /// File that holds the access token
    #[arg(long, value_name = "FILE")]
    access_token_file: Option<PathBuf>,
    /// Command that prints the access token
    #[arg(long, value_name = "COMMAND")]
    access_token_command: Option<String>,
    /// The access token is in the system's keychain
    #[arg(long)]
    access_token_keyring: bool,
}

/// The four ways to name one source, at most one of them used.
struct Given {
    variable: Option<String>,
    file: Option<PathBuf>,
    command: Option<String>,
    keyring: bool,
}

impl SourceArgs {
    /// The sources, if any are given: both keys, or a token. `profile` names the entries of the keychain.
    ///
    /// # Errors
    /// A command cannot be read as words.
    pub(super) fn sources(self, profile: &str) -> Result<Option<Sources>> {
        let api_key = Given {
            variable: self.api_key_env,
            file: self.api_key_file,
            command: self.api_key_command,
            keyring: self.api_key_keyring,
        };
        let app_key = Given {
            variable: self.app_key_env,
            file: self.app_key_file,
            command: self.app_key_command,
            keyring: self.app_key_keyring,
        };
        let token = Given {
            variable: self.access_token_env,
            file: self.access_token_file,
            command: self.access_token_command,
            keyring: self.access_token_keyring,
        };
        if let Some(token) = token.source(profile, "access_token")? {
            return Ok(Some(Sources::Token(token)));
        }
        let api_key = api_key.source(profile, "api_key")?;
        let app_key = app_key.source(profile, "app_key")?;
        Ok(api_key
            .zip(app_key)
            .map(|(api_key, app_key)| Sources::Keys { api_key, app_key }))
    }
}

impl Given {
    fn source(self, profile: &str, key: &str) -> Result<Option<SecretSource>> {
        let command = self.command.map(|text| command(&text)).transpose()?;
        let file = self.file.map(|path| {
            Ok::<_, std::io::Error>(SecretSource::File {
                path: located(path)?,
            })
        });
        let variable = self.variable.map(|name| SecretSource::Environment { name });
        let keyring = self.keyring.then(|| SecretSource::keyring(profile, key));
        Ok(variable.or(file.transpose()?).or(command).or(keyring))
    }
}

/// A path as it holds in the configuration file, where a relative one would be relative to that.
fn located(path: PathBuf) -> std::io::Result<PathBuf> {
    match path.starts_with("~") {
        true => Ok(path),
        false => std::path::absolute(path),
    }
}

/// Reads a command: a JSON list of its words, or the words with white space between them. What a shell would do
/// something with is refused there, as none is asked.
fn command(text: &str) -> Result<SecretSource, Failure> {
    let text = text.trim();
    let words: Vec<String> = if text.starts_with('[') {
        serde_json::from_str(text).map_err(|_| unreadable("it is no JSON list of texts"))?
    } else if text.contains([
        '\'', '"', '\\', '`', '$', '|', '&', ';', '<', '>', '*', '?', '(',
    ]) {
        return Err(unreadable(
            "it has characters that only a shell understands",
        ));
    } else {
        text.split_whitespace().map(str::to_owned).collect()
    };
    let mut words = words.into_iter();
    let program = words.next().filter(|program| !program.is_empty());
    Ok(SecretSource::Command {
        program: program.ok_or_else(|| unreadable("it names no program"))?,
        arguments: words.collect(),
    })
}

/// The text itself is left out: it may hold a password.
fn unreadable(problem: &str) -> Failure {
    Failure::usage(format!("the command for a secret cannot be used: {problem}"))
        .hint(r#"give its words, as in 'op read op://vault/key', or a JSON list of them, as in '["op", "read", "op://my vault/key"]'"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Option<Vec<String>> {
        match command(text) {
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
            let error = command(text).unwrap_err().to_string();
            assert!(
                !error.contains("test") && !error.contains("TEST"),
                "{error}"
            );
        }
    }
}
