//! The input of a login: asked for at a terminal, else read from standard input.

use std::io::{self, IsTerminal as _, Read as _};

use anyhow::Context as _;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};

use super::single_profile_choice;
use crate::app::App;
use crate::config::{
    ConfigFile, CredentialKind, Credentials, SITES, SecretError, Server, decode_secret, hide_key,
    parse_secret,
};
use crate::error::{CommandError, Exit, Result};
use crate::output::{Choice, Output};

/// The profile that a login creates where no profile is chosen and there is no default one.
pub(super) const FIRST_PROFILE: &str = "default";

/// What an error says about the state of things. Nothing is stored before the keys have proved good.
pub(super) const NOTHING_STORED: &str = "nothing was stored";

/// The profile to log in to: the chosen one, else the one that a person names, else the default one.
pub(super) fn profile_name(file: &ConfigFile, app: &mut App) -> Result<String> {
    let proposal = file.default_profile.as_deref().unwrap_or(FIRST_PROFILE);
    match single_profile_choice(app)? {
        Some(name) => Ok(name),
        None if app.output.can_ask() => {
            let answer = app.output.ask_text("Profile", Some(proposal));
            require_answer(answer, "profile")
        }
        None => Ok(proposal.to_owned()),
    }
}

/// The site or the URL of the API that a person chooses; `default` where nobody can be asked.
pub(super) fn server_by_question_or(default: Server, app: &mut App) -> Result<Server> {
    const OTHER: &str = "another: a host name, or the URL of the API";
    if !app.output.can_ask() {
        return Ok(default);
    }
    let sites = [SITES, &[OTHER]].concat().into_iter();
    let choices: Vec<_> = sites.map(|site| Choice::new([site], "")).collect();
    let chosen = require_answer(app.output.choose_one("Site", &choices), "site")?;
    if let Some(site) = SITES.get(chosen) {
        return Ok(Server::Site((*site).to_owned()));
    }
    let text = app.output.ask_text("Site or URL of the API", None);
    let text = require_answer(text, "site")?;
    let server = match text.contains("://") {
        true => Server::from_url(&text),
        false => Server::from_site(&text),
    };
    server.map_err(|problem| CommandError::usage(format!("`{}` {problem}", hide_key(&text))))
}

/// The answer to a question about what `noun` names.
///
/// # Errors
/// Fails if the user pressed Ctrl-C or declined.
fn require_answer<T>(answer: io::Result<Option<T>>, noun: &str) -> Result<T> {
    let answer = answer.map_err(|error| CommandError::unanswered(error, NOTHING_STORED))?;
    answer.ok_or_else(|| {
        let message = format!("no {noun} was given; {NOTHING_STORED}");
        CommandError::new(Exit::Failure, message)
    })
}

/// The names of the secrets.
const API_KEY: &str = "API key";
const APP_KEY: &str = "application key";
const TOKEN: &str = "access token";

/// The names of the secrets that a login takes.
pub(super) fn secret_names(kind: CredentialKind) -> &'static [&'static str] {
    match kind {
        CredentialKind::Token => &[TOKEN],
        CredentialKind::Keys => &[API_KEY, APP_KEY],
    }
}

/// The maximum length of both keys together, in bytes.
const MAX_INPUT: usize = 128 * 1024;

/// Asks for a token or for both keys on a terminal; where no question can be asked, reads them from standard input, one
/// per line.
///
/// # Errors
/// Fails if the question is interrupted or cannot be asked, if there are too many or too few lines, or if a line cannot
/// be a secret.
pub(super) fn read_credentials(kind: CredentialKind, output: &mut Output) -> Result<Credentials> {
    let names = secret_names(kind);
    let secrets = if output.can_ask() {
        ask(names, output)?
    } else if io::stdin().is_terminal() {
        return Err(
            CommandError::usage("the keys cannot be asked for with --no-input")
                .hint("leave out --no-input, or pipe the keys in, one per line"),
        );
    } else {
        read_lines(names)?
    };
    let mut secrets = secrets.into_iter();
    match (secrets.next(), secrets.next()) {
        (Some(api_key), Some(app_key)) => Ok(Credentials::Keys { api_key, app_key }),
        (Some(token), None) => Ok(Credentials::Token(token)),
        _ => Err(wrong_line_count(names)),
    }
}

fn ask(names: &[&str], output: &mut Output) -> Result<Vec<SecretString>> {
    if names.contains(&APP_KEY) {
        output.hint(
            "Datadog shows the keys under Organization Settings; those of a service account outlive people's",
        );
    }
    let mut secrets = Vec::with_capacity(names.len());
    for name in names {
        let (first, rest) = name.split_at(1);
        let question = format!("{}{rest}", first.to_uppercase());
        let typed = require_answer(output.ask_secret(&question), name)?;
        let origin = format!("what was typed for the {name}");
        secrets.push(secret(typed.expose_secret().as_bytes(), name, origin)?);
    }
    Ok(secrets)
}

fn read_lines(names: &[&str]) -> Result<Vec<SecretString>> {
    // The capacity is never exceeded: a buffer that grows leaves behind a copy that is not wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_INPUT + 64));
    let mut stdin = io::stdin().lock().take(MAX_INPUT as u64 + 1);
    stdin
        .read_to_end(&mut bytes)
        .context("cannot read the keys from standard input")?;
    let text = decode_secret(&bytes).map_err(|source| {
        let origin = "standard input".to_owned();
        SecretError { origin, source }
    })?;
    let lines: Vec<&str> = text.trim_ascii().split('\n').collect();
    if lines.len() != names.len() {
        return Err(wrong_line_count(names));
    }
    let named = lines.iter().zip(names);
    named
        .map(|(line, name)| {
            let origin = format!("standard input, where the {name} should be");
            secret(line.as_bytes(), name, origin)
        })
        .collect()
}

/// Reads the secret that is wanted under this name.
///
/// # Errors
/// Fails if it cannot be a secret, or is another kind of secret.
fn secret(bytes: &[u8], name: &str, origin: String) -> Result<SecretString> {
    let secret = match parse_secret(bytes) {
        Ok(secret) => secret,
        Err(source) => {
            let error = CommandError::from(SecretError { origin, source });
            return Err(error.context(NOTHING_STORED));
        }
    };
    match kind_of_secret(secret.expose_secret()) {
        Some(kind) if kind != name => Err(CommandError::usage(format!(
            "what was given as {name} looks like an {kind}; {NOTHING_STORED}"
        ))
        .hint(match kind {
            TOKEN => "--token logs in with an access token",
            _ if name == TOKEN => "without --token the login takes the two keys",
            _ => "the API key comes first, which has 32 digits, then the application key, which has 40",
        })),
        _ => Ok(secret),
    }
}

/// What a secret is by its form, where that is plain: API keys have 32 hexadecimal digits, application keys 40. The
/// prefixes are those of Datadog's personal and service access tokens.
fn kind_of_secret(secret: &str) -> Option<&'static str> {
    let is_hexadecimal = secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    match secret.len() {
        32 if is_hexadecimal => Some(API_KEY),
        40 if is_hexadecimal => Some(APP_KEY),
        _ if secret.starts_with("ddpat_") || secret.starts_with("ddsat_") => Some(TOKEN),
        _ => None,
    }
}

fn wrong_line_count(names: &[&str]) -> CommandError {
    let (message, hint) = match names {
        [only] => (
            format!("standard input must hold one line, the {only}"),
            "as in: printf '%s\\n' \"$DD_ACCESS_TOKEN\" | orgconn auth login --token",
        ),
        names => (
            format!(
                "standard input must hold {} lines: the {}",
                names.len(),
                names.join(", then the ")
            ),
            "as in: printf '%s\\n' \"$DD_API_KEY\" \"$DD_APP_KEY\" | orgconn auth login",
        ),
    };
    CommandError::usage(format!("{message}; {NOTHING_STORED}")).hint(hint)
}
