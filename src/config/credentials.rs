use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use super::secret::{SecretError, SecretReader, SecretSource, SecretSourceError};

/// The secrets that authenticate a request. `Debug` shows none of them.
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

/// What authenticates a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialKind {
    /// An API key and an application key.
    Keys,
    /// An access token.
    Token,
}

impl Credentials {
    /// The kind of the secrets.
    pub(crate) fn kind(&self) -> CredentialKind {
        match self {
            Self::Keys { .. } => CredentialKind::Keys,
            Self::Token(_) => CredentialKind::Token,
        }
    }
}

/// The sources of two keys, or of one token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretSources {
    /// The sources of two keys. Both are needed.
    Keys {
        /// Source of the API key.
        api_key: SecretSource,
        /// Source of the application key.
        app_key: SecretSource,
    },
    /// The source of an access token.
    Token(SecretSource),
}

impl SecretSources {
    /// The two sources of keys, or the one of a token.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &SecretSource> {
        let (first, second) = match self {
            Self::Keys { api_key, app_key } => (api_key, Some(app_key)),
            Self::Token(token) => (token, None),
        };
        std::iter::once(first).chain(second)
    }
}

/// The credentials of an account, or the sources that they are read from on demand. Cheap to clone; all clones together
/// read each secret once.
#[derive(Clone)]
pub(crate) enum CredentialSource {
    /// Credentials that are known already: those of a sample org, or those that a person logs in with.
    Known(Credentials),
    /// Credentials that are read from the environment or from the sources that a profile names.
    Sources {
        /// The profile; `None` for the environment.
        profile: Option<String>,
        /// The sources; `None` for a profile that has no credentials before a login.
        sources: Option<SecretSources>,
        /// Reads the secrets. All accounts share it.
        reader: Arc<SecretReader>,
    },
}

impl CredentialSource {
    /// Reads the secrets one after the other, since both may ask the same person. A command or a file may take as long
    /// as `limit`.
    ///
    /// # Errors
    /// Fails if there are no sources, or one cannot be read. The error names the source and never contains a secret.
    pub(crate) async fn read(&self, limit: Duration) -> Result<Credentials, SecretError> {
        let (profile, sources, reader) = match self {
            Self::Known(credentials) => return Ok(credentials.clone()),
            Self::Sources {
                profile,
                sources,
                reader,
            } => (profile.as_deref(), sources, reader),
        };
        let _permit = reader.permits.acquire().await;
        let read = async |source: &SecretSource| {
            let secret = reader.read(source, limit).await;
            secret.map_err(|error| SecretError {
                origin: describe(profile, &[source]),
                source: error,
            })
        };
        match sources {
            Some(SecretSources::Keys { api_key, app_key })
                if reader.is_unset(api_key) && reader.is_unset(app_key) =>
            {
                Err(SecretError {
                    origin: describe(profile, &[api_key, app_key]),
                    source: SecretSourceError::NeitherSet,
                })
            }
            Some(SecretSources::Keys { api_key, app_key }) => Ok(Credentials::Keys {
                api_key: read(api_key).await?,
                app_key: read(app_key).await?,
            }),
            Some(SecretSources::Token(token)) => Ok(Credentials::Token(read(token).await?)),
            None => Err(SecretError {
                origin: describe(profile, &[]),
                source: SecretSourceError::NoCredentials(profile.unwrap_or_default().to_owned()),
            }),
        }
    }

    /// Describes the source of the credentials in messages: `DD_API_KEY and DD_APP_KEY`, `profile hub: file ~/x`.
    /// `None` if they are known already.
    pub(crate) fn description(&self) -> Option<String> {
        match self {
            Self::Known(_) => None,
            Self::Sources {
                profile, sources, ..
            } => {
                let sources: Vec<_> = sources.iter().flat_map(SecretSources::iter).collect();
                Some(describe(profile.as_deref(), &sources))
            }
        }
    }

    /// The sources; `None` for a profile without credentials, and for credentials that are known already.
    pub(crate) fn sources(&self) -> Option<&SecretSources> {
        match self {
            Self::Known(_) => None,
            Self::Sources { sources, .. } => sources.as_ref(),
        }
    }
}

impl fmt::Debug for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let description = self.description();
        write!(f, "CredentialSource({})", description.unwrap_or_default())
    }
}

/// Lists the names of sources in a message. Without a profile they are well-known variables, so their names are enough.
fn describe(profile: Option<&str>, sources: &[&SecretSource]) -> String {
    let names: Vec<_> = sources
        .iter()
        .map(|source| match source {
            SecretSource::Environment(name) if profile.is_none() => name.clone(),
            other => other.to_string(),
        })
        .collect();
    let names = names.join(" and ");
    match profile {
        Some(profile) if names.is_empty() => format!("profile {profile}"),
        Some(profile) => format!("profile {profile}: {names}"),
        None => names,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::super::environment::Environment;
    use super::*;

    const AMPLE: Duration = Duration::from_secs(20);

    fn variable(name: &str) -> SecretSource {
        SecretSource::Environment(name.to_owned())
    }

    fn keys() -> SecretSources {
        SecretSources::Keys {
            api_key: variable("A"),
            app_key: variable("B"),
        }
    }

    fn source(profile: Option<&str>, sources: Option<SecretSources>) -> CredentialSource {
        let environment = Environment::from_pairs([("A", "test-api-key"), ("B", "test-app-key")]);
        let reader = SecretReader::new(environment, "/", Vec::new());
        CredentialSource::Sources {
            profile: profile.map(str::to_owned),
            sources,
            reader: Arc::new(reader),
        }
    }

    #[tokio::test]
    async fn keys_are_read_each_from_its_source_and_never_shown() {
        let source = source(None, Some(keys()));
        let credentials = source.read(AMPLE).await.unwrap();
        let given = CredentialSource::Known(credentials.clone());
        let shown = format!("{credentials:?} {source:?} {given:?}");
        assert!(!shown.contains("test-"), "{shown}");
        for credentials in [credentials, given.read(AMPLE).await.unwrap()] {
            let Credentials::Keys { api_key, app_key } = credentials else {
                panic!("keys were asked for");
            };
            assert_eq!(api_key.expose_secret(), "test-api-key");
            assert_eq!(app_key.expose_secret(), "test-app-key");
        }
    }

    #[test]
    fn the_description_names_the_profile_and_the_sources() {
        for (profile, sources, expected) in [
            (None, Some(keys()), "A and B"),
            (
                Some("hub"),
                Some(keys()),
                "profile hub: environment variable A and environment variable B",
            ),
            (Some("hub"), None, "profile hub"),
        ] {
            let description = source(profile, sources).description();
            assert_eq!(description.as_deref(), Some(expected));
        }
    }

    #[tokio::test]
    async fn a_secret_that_cannot_be_read_is_named_with_its_profile() {
        for (sources, name, reason) in [
            (
                Some(SecretSources::Token(variable("C"))),
                "profile hub: environment variable C",
                "it is not set",
            ),
            (
                Some(SecretSources::Keys {
                    api_key: variable("C"),
                    app_key: variable("D"),
                }),
                "profile hub: environment variable C and environment variable D",
                "neither is set",
            ),
            (
                None,
                "profile hub",
                "it has no credentials; `orgconn auth login --profile hub` asks for them",
            ),
        ] {
            let error = source(Some("hub"), sources).read(AMPLE).await.unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("cannot read the secret from {name}")
            );
            assert_eq!(error.source.to_string(), reason);
        }
        let error = source(Some("my `prof`"), None)
            .read(AMPLE)
            .await
            .unwrap_err();
        let login = "`orgconn auth login --profile 'my `prof`'`";
        assert!(error.source.to_string().contains(login));
    }
}
