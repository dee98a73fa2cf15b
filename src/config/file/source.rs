use std::path::PathBuf;

use toml_edit::{Item, TableLike};

use super::reader::{Reader, key_span};
use crate::config::nearest::{nearest, proposal};
use crate::config::secret::SecretSource;

/// The kinds of secret source, one of which a source has.
const KINDS: [&str; 4] = ["env", "file", "command", "keyring"];

const FORMS: &str = r#"{ env = "NAME" }, { file = "PATH" }, { command = ["PROGRAM", "ARGUMENT"] } or { keyring = true }"#;

impl Reader<'_> {
    /// Reads where a secret comes from. Whatever stands there may be the secret itself, so nothing of it is repeated.
    pub(super) fn secret(
        &mut self,
        profile: &str,
        table: &dyn TableLike,
        key: &str,
    ) -> Option<SecretSource> {
        let item = table.get(key)?;
        let Some(source) = item.as_table_like() else {
            let exposed = self.exposed_mend.as_ref().map_or_else(String::new, |mend| {
                format!(
                    "; others may read the file too: run `{mend}`, and have the secret replaced"
                )
            });
            let message =
                format!("{key} holds a secret in the file itself; put it in {FORMS}{exposed}");
            self.problem(item.span().or_else(|| key_span(table, key)), message);
            return None;
        };
        let mut entries = source.iter();
        match (entries.next(), entries.next()) {
            (Some((kind, value)), None) if KINDS.contains(&kind) => {
                self.source(profile, key, kind, value)
            }
            (Some((other, value)), None) => {
                let proposal = proposal(nearest(other, KINDS));
                let span = key_span(source, other).or_else(|| value.span());
                self.problem(
                    span,
                    format!("unknown kind of secret source; {key} takes {FORMS}{proposal}"),
                );
                None
            }
            _ => {
                let span = item.span().or_else(|| key_span(table, key));
                self.problem(span, format!("{key} must have exactly one source: {FORMS}"));
                None
            }
        }
    }

    fn source(
        &mut self,
        profile: &str,
        key: &str,
        kind: &str,
        value: &Item,
    ) -> Option<SecretSource> {
        let (source, wanted) = match kind {
            "env" => (environment(value), "the name of an environment variable"),
            "file" => (file(value), "the path of a file"),
            "command" => (command(value), "a list of a program and its arguments"),
            _ => (keyring(profile, key, value), "true, or not be there"),
        };
        if source.is_none() {
            self.problem(value.span(), format!("{kind} must be {wanted}"));
        }
        source
    }
}

fn environment(value: &Item) -> Option<SecretSource> {
    let name = value.as_str().filter(|name| is_variable_name(name))?;
    Some(SecretSource::Environment {
        name: harmless(name)?,
    })
}

fn file(value: &Item) -> Option<SecretSource> {
    let path = value.as_str().filter(|path| !path.contains('\0'))?;
    Some(SecretSource::File {
        path: PathBuf::from(harmless(path)?),
    })
}

fn command(value: &Item) -> Option<SecretSource> {
    let words = value.as_array()?.iter();
    let words: Option<Vec<_>> = words.map(|word| word.as_str().map(str::to_owned)).collect();
    let words = words.filter(|words| !words.iter().any(|word| word.contains('\0')))?;
    let (program, arguments) = words.split_first()?;
    Some(SecretSource::Command {
        program: harmless(program)?,
        arguments: arguments.to_vec(),
    })
}

fn keyring(profile: &str, key: &str, value: &Item) -> Option<SecretSource> {
    (value.as_bool() == Some(true)).then(|| SecretSource::keyring(profile, key))
}

fn is_variable_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The text, unless it is empty or looks like a key that was put in place of its source: names of sources appear in
/// messages. Datadog's keys are unbroken runs of 32 and more letters and digits.
fn harmless(text: &str) -> Option<String> {
    let is_like_a_key = text.len() >= 32
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && text.bytes().any(|b| b.is_ascii_digit());
    (!text.is_empty() && !is_like_a_key).then(|| text.to_owned())
}
