use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use jiff::SignedDuration;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use tokio::process::Command;
use tokio::sync::{OnceCell, Semaphore, oneshot};
use tokio::time::timeout;

use super::environment::{Environment, EnvironmentError};
use super::keychain::{Keychain, KeychainError, SystemKeychain};
use super::redaction::Redactor;
use super::secret_command::{self, SecretCommandError};
use crate::private_file::{chmod_command, open_regular, others_may_read, require_safe};
use crate::shell_quote::command_line;
use crate::text_input::decode;

/// The maximum number of bytes of a secret, including white space around it. Keys and tokens are much shorter; the
/// limit keeps a wrong file or an endless output from filling the memory.
pub(super) const MAX_LENGTH: usize = 64 * 1024;

/// The maximum number of accounts whose secrets are read at a time, since each may run a program.
const MAX_CONCURRENT_READS: usize = 8;

/// The place that a secret is read from. It contains no secret.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum SecretSource {
    /// An environment variable with this name.
    Environment(String),
    /// The content of a file that other users may not read. The path is kept as it was written: `~/` is the home
    /// directory, and a relative path starts from the directory of the configuration file.
    File(PathBuf),
    /// The standard output of a program, which runs without a shell.
    Command {
        /// The program. A bare name is looked up in `PATH`; a path is resolved as for [`SecretSource::File`].
        program: String,
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// An entry of the system's keychain with this name.
    Keyring(String),
}

/// An error about a secret that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the secret from {origin}")]
pub(crate) struct SecretError {
    /// The source of the secret: `DD_API_KEY`, `profile hub: file ~/x`.
    pub(crate) origin: String,
    /// The reason of the failure.
    pub(crate) source: SecretSourceError,
}

/// Why a secret cannot be read from its source. No variant contains the secret or a part of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretSourceError {
    /// The profile names no source.
    #[error(
        "it has no credentials; `{}` asks for them",
        command_line(["orgconn", "auth", "login", "--profile", .0])
    )]
    NoCredentials(String),
    /// The variable is not set.
    #[error("it is not set")]
    NotSet,
    /// The variables of both keys are not set.
    #[error("neither is set")]
    NeitherSet,
    /// The variable cannot be read, or no home directory is known for `~/`.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The file, or the output of the command, cannot be read.
    #[error("it cannot be read")]
    Unreadable(#[source] io::Error),
    /// Other users may read the file.
    #[error("others may read it; run `{0}`")]
    Exposed(String),
    /// The command cannot be run, or has failed.
    #[error(transparent)]
    Command(#[from] SecretCommandError),
    /// The command took too long and was killed, or nothing came from the file, which may be a pipe.
    #[error("it took longer than {:#}; allow more time with --timeout", SignedDuration::try_from(*.0).unwrap_or(SignedDuration::MAX))]
    TimedOut(Duration),
    /// The keychain cannot be used or refuses access.
    #[error(transparent)]
    Keychain(#[from] KeychainError),
    /// The keychain has no such entry.
    #[error("there is no such entry; `orgconn auth login` creates one")]
    NoEntry,
    /// The secret is empty, or only white space.
    #[error("it is empty")]
    Empty,
    /// The secret is longer than any key or token.
    #[error("it is longer than {} KiB", MAX_LENGTH / 1024)]
    TooLong,
    /// The secret contains quotes, which were probably copied with it. No key or token has them.
    #[error("the value has quotes in it; give it without them")]
    Quotes,
    /// The secret contains characters that cannot be sent in a header. No key or token has them.
    #[error(
        "the value has spaces, line breaks, control characters or characters outside ASCII in it"
    )]
    InvalidCharacters,
}

impl SecretSource {
    /// The keychain entry for one key of a profile: `PROFILE/api-key` for `api_key`.
    pub(crate) fn keyring(profile: &str, key: &str) -> Self {
        Self::Keyring(format!("{profile}/{}", key.replace('_', "-")))
    }
}

/// The description of a source in messages. The arguments of a command are left out, since one may contain a password.
impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Command { program, .. } => write!(f, "command {program}"),
            Self::Keyring(account) => write!(f, "keychain entry {account}"),
        }
    }
}

impl fmt::Debug for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads secrets from their sources, and reads each source at most once.
pub(crate) struct SecretReader {
    environment: Environment,
    /// The directory that relative paths start from.
    directory: PathBuf,
    keychain: Arc<dyn Keychain>,
    secrets: Mutex<HashMap<SecretSource, Arc<OnceCell<SecretString>>>>,
    /// The variables that no command gets, since they hold other secrets.
    private_variables: Vec<OsString>,
    /// One permit for each account whose secrets may be read at the same time.
    pub(super) permits: Semaphore,
}

impl SecretReader {
    /// Creates a reader for the sources of a configuration file in `directory`. Commands do not get the
    /// `private_variables`.
    pub(crate) fn new(
        environment: Environment,
        directory: impl Into<PathBuf>,
        private_variables: Vec<OsString>,
    ) -> Self {
        Self {
            environment,
            directory: directory.into(),
            keychain: Arc::new(SystemKeychain),
            secrets: Mutex::default(),
            private_variables,
            permits: Semaphore::new(MAX_CONCURRENT_READS),
        }
    }

    /// Reads a secret, without white space around it. A command or a file may take as long as `limit`, since a person may
    /// have to unlock a vault. Callers wait for each other only if they read the same source.
    ///
    /// # Errors
    /// Fails if the source cannot be read, or its value cannot be sent in a header. Failures are not cached, since a
    /// vault may be unlocked before the next attempt.
    pub(crate) async fn read(
        &self,
        source: &SecretSource,
        limit: Duration,
    ) -> Result<SecretString, SecretSourceError> {
        let cell = {
            let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(secrets.entry(source.clone()).or_default())
        };
        let secret = cell.get_or_try_init(|| self.fetch(source, limit)).await?;
        Ok(secret.clone())
    }

    /// Whether the source is a variable that is not set.
    pub(super) fn is_unset(&self, source: &SecretSource) -> bool {
        let SecretSource::Environment(name) = source else {
            return false;
        };
        matches!(self.environment.get(name), Ok(None)) && !self.environment.is_set_but_empty(name)
    }

    async fn fetch(
        &self,
        source: &SecretSource,
        limit: Duration,
    ) -> Result<SecretString, SecretSourceError> {
        match source {
            SecretSource::Environment(name) => match self.environment.get(name)? {
                Some(value) => parse_secret(value.as_bytes()),
                None if self.environment.is_set_but_empty(name) => Err(SecretSourceError::Empty),
                None => Err(SecretSourceError::NotSet),
            },
            SecretSource::File(path) => {
                let path = self.resolve_path(path)?;
                let reading = on_thread(move || read_file(&path));
                let reading = timeout(limit, reading).await;
                let reading = reading.map_err(|_| SecretSourceError::TimedOut(limit))?;
                parse_secret(&reading.map_err(SecretSourceError::Unreadable)??)
            }
            SecretSource::Command { program, arguments } => {
                let program = Path::new(program);
                let mut command = match program.components().count() {
                    1 => Command::new(program),
                    _ => Command::new(self.resolve_path(program)?),
                };
                command.args(arguments);
                for name in &self.private_variables {
                    command.env_remove(name);
                }
                let mut output = secret_buffer();
                let running =
                    secret_command::run(command, &mut output, |output| self.redactor(output));
                let running = timeout(limit, running).await;
                running.map_err(|_| SecretSourceError::TimedOut(limit))??;
                parse_secret(&output)
            }
            SecretSource::Keyring(account) => {
                let (keychain, account) = (Arc::clone(&self.keychain), account.clone());
                let reading = on_thread(move || keychain.get(&account)).await;
                let secret =
                    reading.map_err(|error| KeychainError::Unavailable(error.into()))??;
                let secret = secret.ok_or(SecretSourceError::NoEntry)?;
                parse_secret(secret.expose_secret().as_bytes())
            }
        }
    }

    /// Finds the secrets that were read so far, and the one that a command has printed.
    fn redactor(&self, output: &[u8]) -> Redactor {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let known = secrets.values().filter_map(|cell| cell.get());
        let printed = parse_secret(output).ok();
        Redactor::new(known.chain(&printed).map(ExposeSecret::expose_secret))
    }

    fn resolve_path(&self, path: &Path) -> Result<PathBuf, EnvironmentError> {
        match path.strip_prefix("~") {
            Ok(rest) => Ok(self.environment.home()?.join(rest)),
            Err(_) => Ok(self.directory.join(path)),
        }
    }
}

/// Reads a secret from the bytes of a source, a person's input or a pipe. White space around it is dropped.
///
/// # Errors
/// Fails if the secret is empty, too long, or cannot be sent in a header.
pub(crate) fn parse_secret(bytes: &[u8]) -> Result<SecretString, SecretSourceError> {
    if bytes.len() > MAX_LENGTH {
        return Err(SecretSourceError::TooLong);
    }
    match decode_secret(bytes)?.trim_ascii() {
        "" => Err(SecretSourceError::Empty),
        text if text.contains(['"', '\'', '`']) => Err(SecretSourceError::Quotes),
        text if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(text.into()),
        _ => Err(SecretSourceError::InvalidCharacters),
    }
}

/// The text of a secret, or of several. It is wiped when it is dropped.
///
/// # Errors
/// Fails if the bytes are not valid in their encoding.
pub(crate) fn decode_secret(bytes: &[u8]) -> Result<Zeroizing<String>, SecretSourceError> {
    let text = decode(bytes).map_err(|_| SecretSourceError::InvalidCharacters)?;
    Ok(Zeroizing::new(text.into_owned()))
}

/// Does work that may block for ever on a thread of its own. It does not keep the program from ending, unlike the threads
/// of tokio.
async fn on_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let (sender, receiver) = oneshot::channel();
    // If nobody waits for the result any more, it is dropped.
    thread::spawn(move || sender.send(work()).ok());
    receiver.await.map_err(io::Error::other)
}

/// Reads a file that only its owner may read, and nobody else could have written. It is checked once it is open, so the
/// check holds even if the file is replaced in the meantime.
fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, SecretSourceError> {
    let file = open_regular(path).map_err(SecretSourceError::Unreadable)?;
    let metadata = file.metadata().map_err(SecretSourceError::Unreadable)?;
    if others_may_read(&metadata) {
        return Err(SecretSourceError::Exposed(chmod_command("600", path)));
    }
    require_safe(path, &file).map_err(SecretSourceError::Unreadable)?;
    let mut bytes = secret_buffer();
    file.take(MAX_LENGTH as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(SecretSourceError::Unreadable)?;
    Ok(bytes)
}

/// A buffer that is wiped when it is dropped. It never grows, since that would leave an unwiped copy behind.
fn secret_buffer() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(MAX_LENGTH + 64))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::keychain::tests::MemoryKeychain;
    use super::*;

    const AMPLE: Duration = Duration::from_secs(20);

    fn reader(pairs: &[(&str, &str)]) -> SecretReader {
        let environment = Environment::from_pairs(pairs.iter().copied());
        SecretReader::new(environment, "/", Vec::new())
    }

    fn reader_of(keychain: Arc<dyn Keychain>) -> SecretReader {
        SecretReader {
            keychain,
            ..reader(&[])
        }
    }

    fn variable(name: &str) -> SecretSource {
        SecretSource::Environment(name.to_owned())
    }

    async fn value(reader: &SecretReader, source: SecretSource) -> String {
        let secret = reader.read(&source, AMPLE).await.unwrap();
        secret.expose_secret().to_owned()
    }

    #[tokio::test]
    async fn white_space_around_a_secret_is_not_part_of_it() {
        let reader = reader(&[("A", "  test-api-key\r\n")]);
        assert_eq!(value(&reader, variable("A")).await, "test-api-key");
    }

    #[test]
    fn a_secret_is_read_as_shells_write_it() {
        let utf16 = "\u{feff}test-api-key\r\n".encode_utf16();
        for bytes in [
            "\u{feff}test-api-key\n".as_bytes().to_vec(),
            utf16.flat_map(u16::to_le_bytes).collect(),
        ] {
            let secret = parse_secret(&bytes).unwrap();
            assert_eq!(secret.expose_secret(), "test-api-key");
        }
    }

    #[test]
    fn what_no_header_can_carry_is_an_error_without_the_value() {
        const INVALID: &str = "the value has spaces, line breaks, control characters or characters outside ASCII in it";
        for (wrong, message) in [
            (" \n", "it is empty"),
            ("", "it is empty"),
            ("sec\nret", INVALID),
            ("sec ret", INVALID),
            ("secrét", INVALID),
            (&"sec".repeat(MAX_LENGTH), "it is longer than 64 KiB"),
        ] {
            let error = parse_secret(wrong.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), message);
            assert!(!format!("{error:?}").contains("sec"));
        }
    }

    #[tokio::test]
    async fn a_variable_that_is_not_set_is_not_the_same_as_an_empty_one() {
        let reader = reader(&[("EMPTY", "")]);
        for (name, message) in [("MISSING", "it is not set"), ("EMPTY", "it is empty")] {
            let error = reader.read(&variable(name), AMPLE).await.unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }

    #[tokio::test]
    async fn an_entry_of_the_keychain_is_found_by_profile_and_key() {
        let keychain = MemoryKeychain::default();
        keychain.set("hub/app-key", &"test-app-key".into()).unwrap();
        let reader = reader_of(Arc::new(keychain));
        let source = |key| SecretSource::keyring("hub", key);
        assert_eq!(value(&reader, source("app_key")).await, "test-app-key");
        let error = reader.read(&source("api_key"), AMPLE).await.unwrap_err();
        assert!(matches!(error, SecretSourceError::NoEntry));
    }

    /// Counts how often it is asked, and has no entry the first time.
    #[derive(Default)]
    struct CountingKeychain(AtomicUsize);

    impl Keychain for CountingKeychain {
        fn get(&self, _account: &str) -> Result<Option<SecretString>, KeychainError> {
            let calls_before = self.0.fetch_add(1, Ordering::SeqCst);
            Ok((calls_before > 0).then(|| "test-token".into()))
        }

        fn set(&self, _account: &str, _secret: &SecretString) -> Result<(), KeychainError> {
            Err(KeychainError::NotBuiltIn)
        }

        fn delete(&self, _account: &str) -> Result<bool, KeychainError> {
            Ok(false)
        }
    }

    #[tokio::test]
    async fn a_source_that_answered_is_asked_once_however_many_read_it() {
        let keychain = Arc::new(CountingKeychain::default());
        let reader = reader_of(keychain.clone());
        let source = SecretSource::keyring("hub", "access_token");
        assert!(reader.read(&source, AMPLE).await.is_err());
        let readings = (0..8).map(|_| value(&reader, source.clone()));
        for secret in futures_util::future::join_all(readings).await {
            assert_eq!(secret, "test-token");
        }
        assert_eq!(keychain.0.load(Ordering::SeqCst), 2);
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::PermissionsExt;

        use super::*;

        fn write(path: &Path, content: &[u8], mode: u32) {
            fs::write(path, content).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }

        fn file(path: impl Into<PathBuf>) -> SecretSource {
            SecretSource::File(path.into())
        }

        fn reader_in(config: &Path, home: &Path) -> SecretReader {
            let environment = Environment::at_home(home, &[]);
            SecretReader::new(environment, config, Vec::new())
        }

        #[tokio::test]
        async fn a_path_is_relative_to_the_configuration_file_or_to_home() {
            let (home, config) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            write(&home.path().join("key"), b"test-home-key", 0o600);
            write(&config.path().join("key"), b"test-config-key\n", 0o400);
            let reader = reader_in(config.path(), home.path());
            assert_eq!(value(&reader, file("~/key")).await, "test-home-key");
            assert_eq!(value(&reader, file("key")).await, "test-config-key");
            let absolute = home.path().join("key");
            assert_eq!(value(&reader, file(absolute)).await, "test-home-key");
        }

        #[tokio::test]
        async fn a_file_that_others_may_read_is_refused_with_the_command_that_corrects_it() {
            let config = tempfile::tempdir().unwrap();
            let path = config.path().join("key");
            let reader = reader_in(config.path(), config.path());
            for mode in [0o640, 0o604] {
                write(&path, b"test-api-key", mode);
                let error = reader.read(&file("key"), AMPLE).await.unwrap_err();
                assert_eq!(
                    error.to_string(),
                    format!("others may read it; run `chmod 600 {}`", path.display())
                );
            }
        }

        #[tokio::test]
        async fn a_file_that_is_missing_or_far_too_long_is_an_error() {
            let config = tempfile::tempdir().unwrap();
            let reader = reader_in(config.path(), config.path());
            let error = reader.read(&file("key"), AMPLE).await.unwrap_err();
            assert!(matches!(error, SecretSourceError::Unreadable(_)));
            write(
                &config.path().join("key"),
                &vec![b'x'; MAX_LENGTH + 1],
                0o600,
            );
            let error = reader.read(&file("key"), AMPLE).await.unwrap_err();
            assert!(matches!(error, SecretSourceError::TooLong));
        }

        #[tokio::test]
        async fn a_command_is_run_without_a_shell() {
            let reader = reader(&[]);
            let command = |program: &str, argument: &str| SecretSource::Command {
                program: program.to_owned(),
                arguments: vec![argument.to_owned()],
            };
            let echo = command("echo", "$HOME;id");
            assert_eq!(value(&reader, echo).await, "$HOME;id");
            let shell = reader.read(&command("echo test-api-key", "x"), AMPLE).await;
            assert_eq!(shell.unwrap_err().to_string(), "it cannot be run");
            let relative = reader.read(&command("bin/false", "x"), AMPLE).await;
            assert_eq!(
                relative.unwrap_err().to_string(),
                "it failed: exit status: 1"
            );
        }
    }
}
