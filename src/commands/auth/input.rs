//! The reading of secrets that somebody types or pipes in.

use std::io::{self, IsTerminal as _, Read as _};

use anyhow::{Context as _, Result};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use crate::config::{Credentials, SecretError, cleaned};
use crate::error::{Failure, unanswered};
use crate::output::Output;

/// No keys are longer together.
const LONGEST: usize = 128 * 1024;

/// Asks for a token or for both keys where somebody can be asked; else takes them from standard input, one a line.
///
/// # Errors
/// Nobody can be asked, there are more or fewer lines, or what is there cannot be a secret.
pub(super) fn read(token: bool, output: &mut Output) -> Result<Credentials> {
    let names: &[&str] = match token {
        true => &["access token"],
        false => &["API key", "application key"],
    };
    let secrets = if output.can_ask() {
        ask(names, output)?
    } else if io::stdin().is_terminal() {
        return Err(Failure::usage("nobody can be asked here for the keys")
            .hint("without --no-input they are asked for; or pipe them in, one a line")
            .into());
    } else {
        piped(names)?
    };
    let mut secrets = secrets.into_iter();
    match (secrets.next(), secrets.next()) {
        (Some(api_key), Some(app_key)) => Ok(Credentials::Keys { api_key, app_key }),
        (Some(token), None) => Ok(Credentials::Token(token)),
        _ => Err(wrong_count(names).into()),
    }
}

fn ask(names: &[&str], output: &mut Output) -> Result<Vec<SecretString>> {
    let ask = |name: &&str| {
        let mut question = (*name).to_owned();
        question
            .get_mut(..1)
            .into_iter()
            .for_each(str::make_ascii_uppercase);
        let typed = output
            .ask_secret(&question)
            .map_err(|error| unanswered(error, "nothing was kept"))?;
        secret(
            secrecy::ExposeSecret::expose_secret(&typed).as_bytes(),
            format!("what was typed for the {name}"),
        )
    };
    names.iter().map(ask).collect()
}

fn piped(names: &[&str]) -> Result<Vec<SecretString>> {
    // Never full: growing would leave a copy behind that nobody wipes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 64));
    let mut stdin = io::stdin().lock().take(LONGEST as u64 + 1);
    stdin
        .read_to_end(&mut bytes)
        .context("cannot read the keys from standard input")?;
    let lines: Vec<&[u8]> = bytes.trim_ascii().split(|byte| *byte == b'\n').collect();
    if lines.len() != names.len() {
        return Err(wrong_count(names).into());
    }
    let named = lines.iter().zip(names);
    named
        .map(|(line, name)| secret(line, format!("standard input, where the {name} should be")))
        .collect()
}

fn secret(bytes: &[u8], origin: String) -> Result<SecretString> {
    Ok(cleaned(bytes).map_err(|problem| SecretError { origin, problem })?)
}

fn wrong_count(names: &[&str]) -> Failure {
    Failure::usage(match names {
        [only] => format!("standard input must hold one line, the {only}"),
        names => format!(
            "standard input must hold {} lines: the {}",
            names.len(),
            names.join(", then the ")
        ),
    })
}
