use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;

use url::Url;

use super::environment::{Environment, EnvironmentError};
use super::site::Endpoint;
use crate::private_file::open_regular;

/// The variables that name a proxy for `https`, in their order of precedence.
const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
/// The variables that list hosts to reach without a proxy.
const NO_PROXY_VARIABLES: [&str; 2] = ["NO_PROXY", "no_proxy"];
/// The variable that names a file with the certificates of authorities.
const CERTIFICATE_FILE: &str = "SSL_CERT_FILE";
/// The maximum number of bytes that are read to find a certificate. The certificates of a system have some 300 KB.
const MAX_CERTIFICATE_BYTES: u64 = 16 << 20;

/// A proxy that a variable names. `Debug` shows only the variable, since the URL may have a password.
#[derive(Clone)]
pub(crate) struct Proxy {
    variable: &'static str,
    /// The URL of the proxy.
    pub(crate) url: Url,
    /// The hosts, domains and networks that are reached without the proxy, separated by commas; `*` stands for all.
    pub(crate) exceptions: String,
}

/// A mistake in the variables for proxies and certificates. No variant contains the value of a variable for a proxy.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NetworkError {
    /// The variable has no URL of a proxy.
    #[error(
        "{0} in the environment cannot be used: a proxy is named by a URL such as http://proxy.example:3128, with \
         http or https"
    )]
    InvalidProxy(&'static str),
    /// A variable cannot be read.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// The file with the certificates cannot be read.
    #[error("cannot read the certificates in `{}`, which {CERTIFICATE_FILE} names", path.display())]
    UnreadableCertificates {
        /// The path of the file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// The file has no certificates.
    #[error("there are no certificates in `{}`, which {CERTIFICATE_FILE} names", .0.display())]
    NoCertificates(PathBuf),
}

impl Proxy {
    /// The proxy for a server, if variables name one. This machine is never reached through a proxy.
    ///
    /// # Errors
    /// Fails if the variable has no URL of a proxy. Without the proxy, the keys would take another way than the user
    /// wants.
    pub(crate) fn from_environment(
        environment: &Environment,
        endpoint: &Endpoint,
    ) -> Result<Option<Self>, NetworkError> {
        let Some(variable) = first_set(environment, &PROXY_VARIABLES) else {
            return Ok(None);
        };
        if endpoint.is_loopback() {
            return Ok(None);
        }
        let value = environment.get(variable)?.unwrap_or_default();
        let exceptions = match first_set(environment, &NO_PROXY_VARIABLES) {
            Some(list) => parse_exceptions(&environment.get(list)?.unwrap_or_default()),
            None => String::new(),
        };
        let url = parse_url(&value).ok_or(NetworkError::InvalidProxy(variable))?;
        Ok(Some(Self {
            variable,
            url,
            exceptions,
        }))
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.variable)
    }
}

/// Checks that the file of certificates that a variable names, if one does, has some. The HTTP library would take a
/// file that cannot be read for one without certificates.
///
/// # Errors
/// Fails if the file cannot be read, or has no certificate.
pub(crate) fn check_certificate_file(environment: &Environment) -> Result<(), NetworkError> {
    let Some(path) = environment.path(CERTIFICATE_FILE) else {
        return Ok(());
    };
    let read = || {
        let mut bytes = Vec::new();
        let mut file = open_regular(&path)?.take(MAX_CERTIFICATE_BYTES);
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let begin = b"-----BEGIN CERTIFICATE-----";
    match read() {
        Ok(bytes) if bytes.windows(begin.len()).any(|window| window == begin) => Ok(()),
        Ok(_) => Err(NetworkError::NoCertificates(path)),
        Err(source) => Err(NetworkError::UnreadableCertificates { path, source }),
    }
}

/// The first of these variables that is set and not empty.
fn first_set(environment: &Environment, names: &[&'static str]) -> Option<&'static str> {
    let mut names = names.iter().copied();
    names.find(|name| environment.is_set(name))
}

/// The URL of a proxy. A host without a scheme is one of `http`.
fn parse_url(text: &str) -> Option<Url> {
    let absolute = match text.contains("://") {
        true => text.to_owned(),
        false => format!("http://{text}"),
    };
    let url = Url::parse(&absolute).ok()?;
    let is_usable = matches!(url.scheme(), "http" | "https") && !text.contains(char::is_whitespace);
    is_usable.then_some(url)
}

/// The entries of `NO_PROXY` as curl reads them: commas and blanks separate them, a dot at the end of one is ignored,
/// and `*` means all hosts only where it is the whole list. In an entry, `*` and a port have no meaning: such an entry
/// matches no host.
fn parse_exceptions(list: &str) -> String {
    if list.trim() == "*" {
        return "*".to_owned();
    }
    let entries = list.split([',', ' ', '\t']);
    let entries = entries.filter(|entry| !entry.is_empty() && *entry != "*");
    let entries = entries.map(|entry| entry.strip_suffix('.').unwrap_or(entry));
    entries.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(pairs: &[(&str, &str)], url: &str) -> Result<Option<Proxy>, NetworkError> {
        let environment = Environment::from_pairs(pairs.iter().copied());
        Proxy::from_environment(&environment, &Endpoint::from_url(url, &[]).unwrap())
    }

    const DATADOG: &str = "https://api.datadoghq.com";

    #[test]
    fn the_first_variable_that_is_set_names_the_proxy() {
        for (pairs, expected) in [
            (&[][..], None),
            (&[("HTTPS_PROXY", "")], None),
            (&[("HTTP_PROXY", "http://a.test")], None),
            (
                &[("HTTPS_PROXY", "http://a.test:3128")],
                Some("http://a.test:3128/"),
            ),
            (
                &[("https_proxy", "https://a.test")],
                Some("https://a.test/"),
            ),
            (&[("all_proxy", "a.test:8080")], Some("http://a.test:8080/")),
            (
                &[("ALL_PROXY", "::::"), ("HTTPS_PROXY", "a.test")],
                Some("http://a.test/"),
            ),
        ] {
            let found = proxy(pairs, DATADOG).unwrap();
            assert_eq!(
                found.map(|proxy| proxy.url.to_string()).as_deref(),
                expected
            );
        }
        assert!(
            proxy(&[("HTTPS_PROXY", "::::")], "http://127.0.0.1:1")
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn what_is_no_url_of_a_proxy_is_an_error_without_the_value() {
        for value in [
            "::::",
            "ftp://secret.test",
            "http://",
            "socks5://secret.test:1",
            "secret test",
            "http://secret.test:99999",
        ] {
            for variable in PROXY_VARIABLES {
                let error = proxy(&[(variable, value)], DATADOG).unwrap_err();
                assert!(
                    error.to_string().starts_with(&format!("{variable} in")),
                    "{error}"
                );
                assert!(!format!("{error} {error:?}").contains("secret"), "{value}");
            }
        }
        let url = "http://user:secret@a.test";
        let proxy = proxy(&[("HTTPS_PROXY", url)], DATADOG).unwrap().unwrap();
        assert_eq!(format!("{proxy:?}"), "Proxy(HTTPS_PROXY)");
    }

    #[test]
    fn exceptions_are_separated_as_curl_does() {
        for (list, expected) in [
            ("a.test,b.test", "a.test,b.test"),
            (" a.test  b.test,\tc.test., ", "a.test,b.test,c.test"),
            (" * ", "*"),
            ("*,a.test", "a.test"),
            ("a.test *", "a.test"),
            (
                "*.a.test b.test:443 10.0.0.0/8",
                "*.a.test,b.test:443,10.0.0.0/8",
            ),
            ("", ""),
        ] {
            assert_eq!(parse_exceptions(list), expected, "{list:?}");
        }
    }
}
