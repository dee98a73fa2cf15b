//! The format of the configuration file.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::Deserialize;
use toml_edit::{Document, TableLike};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use crate::config::credentials::SecretSources;
use crate::config::redaction::{contains_key, hide_key, looks_like_key};
use crate::config::secret::SecretSource;
use crate::config::site::{Server, ServerError};
use crate::model::did_you_mean;
use crate::text_input::InvalidText;

/// The message about a secret that is written in the file itself, where its source belongs. The text also identifies
/// such errors.
const SECRET_IN_FILE: &str = "holds a secret in the file itself";

/// The rule that [`is_usable_name`] checks.
pub(super) const NAME_RULE: &str = "the name of a profile must be a text without commas, control characters, and spaces at its ends, and not look like a key";

/// The content of the configuration file. It is empty if the file does not exist.
#[derive(Clone, Debug, Default)]
pub(crate) struct ConfigFile {
    /// The path of the file, which may not exist.
    pub(crate) path: PathBuf,
    /// The profile to use if none is chosen and the environment has no credentials.
    pub(crate) default_profile: Option<String>,
    /// Hosts outside Datadog's domains that the keys of every profile may be sent to.
    pub(crate) trusted_hosts: Vec<String>,
    /// The profiles in the order of the file.
    pub(crate) profiles: Vec<Profile>,
}

/// No profile has the name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no profile `{name}`{}", self.describe_known())]
pub(crate) struct UnknownProfile {
    name: String,
    known: Vec<String>,
}

impl UnknownProfile {
    /// Creates the error for `name`, where the profiles are `known`.
    pub(crate) fn new<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            name: hide_key(name).to_owned(),
            known: known.into_iter().map(str::to_owned).collect(),
        }
    }

    /// The profiles to choose from, which the message does not list. Empty if it names the one that is probably meant.
    pub(crate) fn candidates(&self) -> Vec<String> {
        match self.nearest() {
            Some(_) => Vec::new(),
            None => self.known.clone(),
        }
    }

    fn nearest(&self) -> Option<String> {
        did_you_mean(&self.name, self.known.iter().map(String::as_str))
    }

    fn describe_known(&self) -> String {
        match (self.nearest(), self.known.as_slice()) {
            (Some(nearest), _) => nearest,
            (None, []) => "; there are none".to_owned(),
            (None, _) => "; the profiles are".to_owned(),
        }
    }
}

/// A named set of site and credentials.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    /// The profile's name. No other name differs from it in letter case only.
    pub(crate) name: String,
    /// The server of the API.
    pub(crate) server: Server,
    /// The key that names the server, `site` or `api_url`; `None` for the default site.
    pub(crate) server_key: Option<&'static str>,
    /// The org that the profile's keys must belong to.
    pub(crate) org: Option<Uuid>,
    /// Hosts outside Datadog's domains that the profile's keys may be sent to.
    pub(crate) trusted_hosts: Vec<String>,
    /// Whether only a service account may own the connections that the profile creates.
    pub(crate) require_service_account: bool,
    /// The sources of the profile's credentials; `None` before a login.
    pub(crate) credentials: Option<SecretSources>,
}

/// A mistake in the file and its position. It contains no value of the file, since a value may be a secret in the wrong
/// place.
#[derive(Debug, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub(in crate::config) struct FormatError {
    /// The line, from 1.
    line: u64,
    /// The character within the line, from 1.
    column: u64,
    pub(in crate::config) message: String,
    /// Whether the mistake is a secret in the place of its source.
    pub(super) is_secret: bool,
    /// The words to choose from, which the message does not list.
    pub(super) candidates: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTable {
    default_profile: Option<String>,
    #[serde(default)]
    trusted_hosts: Vec<String>,
    #[serde(default)]
    profiles: IndexMap<String, ProfileTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table: [profiles.NAME]")]
struct ProfileTable {
    site: Option<String>,
    api_url: Option<String>,
    org: Option<String>,
    #[serde(default)]
    trusted_hosts: Vec<String>,
    #[serde(default)]
    require_service_account: bool,
    api_key: Option<SourceTable>,
    app_key: Option<SourceTable>,
    access_token: Option<SourceTable>,
}

#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = r#"holds a secret in the file itself; put it in { env = "NAME" }, { file = "PATH" }, { command = ["PROGRAM", "ARGUMENT"] } or { keyring = true }"#
)]
struct SourceTable {
    env: Option<String>,
    file: Option<String>,
    command: Option<Vec<String>>,
    keyring: Option<bool>,
}

/// Parses `text`, the content of the configuration file. Messages name the file by `path`.
///
/// # Errors
/// Returns the first mistake: the text is not TOML, or has an unknown key or an invalid value.
pub(in crate::config) fn parse(path: &Path, text: &str) -> Result<ConfigFile, FormatError> {
    let file: FileTable =
        toml_edit::de::from_str(text).map_err(|error| FormatError::from_toml(text, &error))?;
    let mut profiles = Vec::new();
    let mut names = HashMap::new();
    for (name, table) in file.profiles {
        let error = |key: Option<&str>, message| {
            let keys: Vec<_> = ["profiles", &name].into_iter().chain(key).collect();
            FormatError::at_key(text, &keys, message)
        };
        if !is_usable_name(&name) {
            return Err(error(None, NAME_RULE.to_owned()));
        }
        if let Some(other) = names.insert(name.to_lowercase(), name.clone()) {
            let message = format!("the profiles `{other}` and `{name}` differ in letter case only");
            return Err(error(None, message));
        }
        let profile = table.into_profile(&name);
        profiles.push(profile.map_err(|(key, message)| error(Some(key), message))?);
    }
    if let Some(default) = &file.default_profile {
        let names: Vec<_> = profiles
            .iter()
            .map(|profile| profile.name.as_str())
            .collect();
        if !names.contains(&default.as_str()) {
            let unknown = UnknownProfile::new(default, names);
            let message = match may_name_source(default) {
                true => format!("default_profile: {unknown}"),
                false => "default_profile names no profile of this file".to_owned(),
            };
            return Err(FormatError {
                candidates: unknown.candidates(),
                ..FormatError::at_key(text, &["default_profile"], message)
            });
        }
    }
    Ok(ConfigFile {
        path: path.to_owned(),
        default_profile: file.default_profile,
        trusted_hosts: file.trusted_hosts,
        profiles,
    })
}

/// Whether a profile may have this name. It must not contain a comma, since `--profile` takes names separated by
/// commas.
pub(in crate::config) fn is_usable_name(name: &str) -> bool {
    let has_control = name.contains(|c: char| c == ',' || c.is_control());
    !name.is_empty() && name.trim() == name && !has_control && hide_key(name) == name
}

/// A key of a profile, and the mistake in its value.
type KeyError = (&'static str, String);

impl ProfileTable {
    fn into_profile(self, name: &str) -> Result<Profile, KeyError> {
        let source = |key, table: Option<SourceTable>| {
            let source = table.map(|table| table.into_source(name, key));
            source.transpose()
        };
        let wrong = |key, rule: &str| Err((key, rule.to_owned()));
        let access_token = source("access_token", self.access_token)?;
        let api_key = source("api_key", self.api_key)?;
        let app_key = source("app_key", self.app_key)?;
        let credentials = match (access_token, api_key, app_key) {
            (None, None, None) => None,
            (Some(token), None, None) => Some(SecretSources::Token(token)),
            (None, Some(api_key), Some(app_key)) => Some(SecretSources::Keys { api_key, app_key }),
            (Some(_), ..) => {
                let rule = "access_token and keys exclude each other; give one of them";
                return wrong("access_token", rule);
            }
            (None, Some(_), None) => return wrong("api_key", "api_key needs app_key beside it"),
            (None, None, Some(_)) => return wrong("app_key", "app_key needs api_key beside it"),
        };
        let (server, server_key) = server(self.site.as_deref(), self.api_url.as_deref())?;
        Ok(Profile {
            name: name.to_owned(),
            server,
            server_key,
            org: self.org.map(parse_org).transpose()?,
            trusted_hosts: self.trusted_hosts,
            require_service_account: self.require_service_account,
            credentials,
        })
    }
}

impl SourceTable {
    /// Turns a value into the source of the secret `key` of a profile. A name that looks like a secret is refused,
    /// since messages show the names of sources.
    fn into_source(self, profile: &str, key: &'static str) -> Result<SecretSource, KeyError> {
        let wrong = |rule: &str| Err((key, rule.to_owned()));
        match (self.env, self.file, self.command, self.keyring) {
            (Some(name), None, None, None) if is_variable_name(&name) && may_name_source(&name) => {
                Ok(SecretSource::Environment(name))
            }
            (Some(_), None, None, None) => wrong("env must be the name of an environment variable"),
            (None, Some(path), None, None) if may_name_source(&path) => {
                Ok(SecretSource::File(path.into()))
            }
            (None, Some(_), None, None) => wrong("file must be the path of a file"),
            (None, None, Some(words), None) => match words.split_first() {
                Some((program, arguments)) if prints_secret(program, arguments) => wrong(&format!(
                    "{key} {SECRET_IN_FILE}, as a word of its command; a command must fetch it from another place"
                )),
                Some((program, arguments)) if !program.is_empty() => Ok(SecretSource::Command {
                    program: program.clone(),
                    arguments: arguments.to_vec(),
                }),
                _ => wrong("command must be a list of a program and its arguments"),
            },
            (None, None, None, Some(true)) => Ok(SecretSource::keyring(profile, key)),
            (None, None, None, Some(false)) => wrong("keyring must be true, or not be there"),
            _ => wrong(&format!(
                "{key} must have exactly one source: env, file, command or keyring"
            )),
        }
    }
}

/// The server that a profile's site and URL name, and the key of the one that does.
fn server(
    site: Option<&str>,
    api_url: Option<&str>,
) -> Result<(Server, Option<&'static str>), KeyError> {
    let site = site.map(|text| ("site", text));
    let url = api_url.map(|text| ("api_url", text));
    match Server::from_site_and_url(site, url) {
        Ok(Some((key, server))) => Ok((server, Some(key))),
        Ok(None) => Ok((Server::default(), None)),
        Err(error @ ServerError::Invalid { name, .. }) => Err((name, error.to_string())),
        Err(ServerError::TwoServers { site, url }) => {
            let message = format!("{site} and {url} name different servers; give one of them");
            Err((url, message))
        }
    }
}

fn parse_org(text: String) -> Result<Uuid, KeyError> {
    let rule = "org must be a UUID, such as 83999dcd-7f97-11f0-8de1-1ecf66f1aa85";
    let org = text.parse::<Hyphenated>();
    org.map(Uuid::from).map_err(|_| ("org", rule.to_owned()))
}

fn is_variable_name(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether a text may be the name of a source. It must not look like a key, since a key may be written there by mistake.
fn may_name_source(text: &str) -> bool {
    !text.is_empty() && !looks_like_key(text)
}

/// Whether a command has the secret among its own words: it only prints them, or one looks like a key.
fn prints_secret(program: &str, arguments: &[String]) -> bool {
    let name = Path::new(program).file_stem().unwrap_or_default();
    let only_prints = name == "echo" || name == "printf";
    (only_prints && !arguments.is_empty())
        || contains_key(program)
        || arguments.iter().any(|argument| contains_key(argument))
}

impl FormatError {
    /// The mistake that the text is not valid in its encoding.
    pub(super) fn from_encoding(error: InvalidText) -> Self {
        Self {
            line: error.line,
            column: error.column,
            message: error.to_string(),
            is_secret: false,
            candidates: Vec::new(),
        }
    }

    fn from_toml(text: &str, error: &toml_edit::de::Error) -> Self {
        let offset = error.span().map_or(0, |span| span.start);
        Self::at(text, offset, message_without_values(error))
    }

    /// A mistake at the last of `keys`. The keys before it are the tables that contain it.
    fn at_key(text: &str, keys: &[&str], message: String) -> Self {
        let span = key_span(text, keys);
        Self::at(text, span.map_or(0, |span| span.start), message)
    }

    fn at(text: &str, offset: usize, message: String) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() as u64 + 1,
            column: before[line_start..].chars().count() as u64 + 1,
            is_secret: message.contains(SECRET_IN_FILE),
            message,
            candidates: Vec::new(),
        }
    }
}

/// The message of a TOML or serde error, without the values of the file that it contains.
fn message_without_values(error: &toml_edit::de::Error) -> String {
    let message = error.message();
    let unknown = message.strip_prefix("unknown field `");
    if let Some((name, known)) = unknown.and_then(|rest| rest.rsplit_once("`, expected ")) {
        // The message has the known keys between backquotes.
        let known: Vec<_> = known.split('`').skip(1).step_by(2).collect();
        let proposal = did_you_mean(name, known.iter().copied());
        let proposal = proposal.unwrap_or_else(|| format!("; there are {}", known.join(", ")));
        return format!("unknown key{}{proposal}", quoted_unless_secret(name));
    }
    let repeats_value =
        message.starts_with("invalid type: ") || message.starts_with("invalid length ");
    match message.rsplit_once(", expected ") {
        Some((_, expected)) if expected.starts_with(SECRET_IN_FILE) => {
            format!("{} {expected}", key_of(error))
        }
        Some((_, expected)) if repeats_value => {
            let expected = match expected {
                "a map" => "a table",
                "a sequence" => "a list",
                "a string" => "a text in quotes",
                "a boolean" => "true or false",
                other => other,
            };
            format!("{} must be {expected}", key_of(error))
        }
        _ => message.to_owned(),
    }
}

/// The key that has the wrong value; `***` if it may be a secret in the wrong place.
fn key_of(error: &toml_edit::de::Error) -> String {
    // Without the input text, the last line of the error names the keys: "in `profiles.hub.api_key`".
    let mut error = error.clone();
    error.set_input(None);
    let shown = error.to_string();
    let keys = shown.trim_end().trim_end_matches('`');
    let key = keys.rsplit(['.', '`']).next();
    hide_key(key.unwrap_or_default()).to_owned()
}

fn key_span(text: &str, keys: &[&str]) -> Option<Range<usize>> {
    let document = Document::parse(text).ok()?;
    let (key, tables) = keys.split_last()?;
    let mut table: &dyn TableLike = document.as_table();
    for name in tables {
        table = table.get(name)?.as_table_like()?;
    }
    table.key(key)?.span()
}

/// The name of a key between backquotes, after a space. Empty if the name could be a secret in the wrong place: keys
/// and tokens contain digits, the settings of this program do not.
fn quoted_unless_secret(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '-';
    match name.len() <= 24 && name.chars().all(is_plain) {
        true => format!(" `{name}`"),
        false => String::new(),
    }
}
