use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

use super::secret::{SecretError, SecretProblem, SecretReader, SecretSource};

/// What a request is signed with. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// An API key, which stands for an org, and an application key, which stands for a user in it.
    Keys {
        /// For the header `DD-API-KEY`.
        api_key: SecretString,
        /// For the header `DD-APPLICATION-KEY`.
        app_key: SecretString,
    },
    /// An access token, for `Authorization: Bearer`.
    Token(SecretString),
}

/// Where credentials come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sources {
    /// Both keys; one is of no use without the other.
    Keys {
        /// Of the API key.
        api_key: SecretSource,
        /// Of the application key.
        app_key: SecretSource,
    },
    /// An access token.
    Token(SecretSource),
}

impl Sources {
    /// Each source once.
    pub fn iter(&self) -> impl Iterator<Item = &SecretSource> {
        let (first, second) = match self {
            Self::Keys { api_key, app_key } => (api_key, Some(app_key)),
            Self::Token(token) => (token, None),
        };
        std::iter::once(first).chain(second)
    }
}

/// Credentials that have not been looked at yet. Cheap to clone; clones read each source once between them.
#[derive(Clone)]
pub struct CredentialSources {
    profile: Option<Arc<str>>,
    sources: Option<Sources>,
    reader: Arc<SecretReader>,
}

impl CredentialSources {
    pub(super) fn new(
        profile: Option<Arc<str>>,
        sources: Option<Sources>,
        reader: Arc<SecretReader>,
    ) -> Self {
        Self {
            profile,
            sources,
            reader,
        }
    }

    /// Reads the secrets, one after the other, as both may ask the same person for a password. Blocks for as long as
    /// a command or a keychain takes; different targets may be read side by side.
    ///
    /// # Errors
    /// There are none, or a source does not give its secret. The error names the source, never a value.
    pub fn read(&self) -> Result<Credentials, SecretError> {
        match &self.sources {
            Some(Sources::Keys { api_key, app_key }) => Ok(Credentials::Keys {
                api_key: self.secret(api_key)?,
                app_key: self.secret(app_key)?,
            }),
            Some(Sources::Token(token)) => Ok(Credentials::Token(self.secret(token)?)),
            None => Err(SecretError {
                origin: self.origin(),
                problem: SecretProblem::NoCredentials,
            }),
        }
    }

    /// Whether [`CredentialSources::read`] may wait for somebody else: a disk, a command, a keychain. What the environment
    /// holds is there at once.
    pub fn may_wait(&self) -> bool {
        let mut sources = self.sources.iter().flat_map(Sources::iter);
        sources.any(|source| !matches!(source, SecretSource::Environment { .. }))
    }

    /// Where the credentials come from, for messages: `DD_API_KEY and DD_APP_KEY`, `profile hub: file ~/x`.
    pub fn origin(&self) -> String {
        let sources = self.sources.iter().flat_map(Sources::iter);
        let named: Vec<_> = sources.map(|source| self.name_of(source)).collect();
        match (&self.profile, named.is_empty()) {
            (Some(profile), true) => format!("profile {profile}"),
            (Some(profile), false) => format!("profile {profile}: {}", named.join(" and ")),
            (None, _) => named.join(" and "),
        }
    }

    /// Where they come from, piece by piece; none for a profile without credentials.
    pub fn sources(&self) -> Option<&Sources> {
        self.sources.as_ref()
    }

    fn secret(&self, source: &SecretSource) -> Result<SecretString, SecretError> {
        self.reader.read(source).map_err(|problem| {
            let name = self.name_of(source);
            let origin = match &self.profile {
                Some(profile) => format!("profile {profile}: {name}"),
                None => name,
            };
            SecretError { origin, problem }
        })
    }

    fn name_of(&self, source: &SecretSource) -> String {
        match source {
            // These are the well-known ones, which need no telling what they are.
            SecretSource::Environment { name } if self.profile.is_none() => name.clone(),
            other => other.to_string(),
        }
    }
}

impl fmt::Debug for CredentialSources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CredentialSources({})", self.origin())
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::super::{Environment, MemoryKeychain};
    use super::*;

    fn variable(name: &str) -> SecretSource {
        SecretSource::Environment {
            name: name.to_owned(),
        }
    }

    fn sources(profile: Option<&str>, sources: Option<Sources>) -> CredentialSources {
        let environment =
            Environment::from_pairs([("A", "test-api-key"), ("B", "test-app-key")]).unwrap();
        let reader = SecretReader::new(environment, "/", Arc::new(MemoryKeychain::default()));
        CredentialSources::new(profile.map(Arc::from), sources, Arc::new(reader))
    }

    fn keys() -> Sources {
        Sources::Keys {
            api_key: variable("A"),
            app_key: variable("B"),
        }
    }

    #[test]
    fn keys_are_read_each_from_its_source_and_never_shown() {
        let sources = sources(None, Some(keys()));
        let credentials = sources.read().unwrap();
        let shown = format!("{credentials:?} {sources:?}");
        assert!(!shown.contains("test-"), "{shown}");
        let Credentials::Keys { api_key, app_key } = credentials else {
            panic!("keys were asked for");
        };
        assert_eq!(api_key.expose_secret(), "test-api-key");
        assert_eq!(app_key.expose_secret(), "test-app-key");
    }

    #[test]
    fn only_what_is_outside_the_environment_may_take_its_time() {
        let file = SecretSource::File {
            path: "/run/secrets/key".into(),
        };
        let mixed = Sources::Keys {
            api_key: variable("A"),
            app_key: file,
        };
        assert!(sources(None, Some(mixed)).may_wait());
        assert!(!sources(None, Some(keys())).may_wait());
        assert!(!sources(Some("hub"), None).may_wait());
    }

    #[test]
    fn the_origin_names_the_profile_and_the_sources() {
        assert_eq!(sources(None, Some(keys())).origin(), "A and B");
        assert_eq!(
            sources(Some("hub"), Some(keys())).origin(),
            "profile hub: environment variable A and environment variable B"
        );
        assert_eq!(sources(Some("hub"), None).origin(), "profile hub");
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_profile() {
        let missing = sources(Some("hub"), Some(Sources::Token(variable("C"))));
        let error = missing.read().unwrap_err();
        assert_eq!(
            error.to_string(),
            "cannot read the secret from profile hub: environment variable C"
        );
        assert_eq!(error.problem.to_string(), "it is not set");
    }

    #[test]
    fn a_profile_without_credentials_fails_when_they_are_wanted() {
        let error = sources(Some("hub"), None).read().unwrap_err();
        assert!(matches!(error.problem, SecretProblem::NoCredentials));
        assert!(error.to_string().ends_with("profile hub"));
    }
}
