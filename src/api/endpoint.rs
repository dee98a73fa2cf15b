use url::{Host, Url};

#[cfg(test)]
mod tests;

/// The sites that Datadog runs. The API of each is at `https://api.{site}`.
pub const SITES: &[&str] = &[
    "datadoghq.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "uk1.datadoghq.com",
    "datadoghq.eu",
    "ddog-gov.com",
    "us2.ddog-gov.com",
];

/// Datadog's own domains: keys may go to them and to what is below them.
const DOMAINS: [&str; 3] = ["datadoghq.com", "datadoghq.eu", "ddog-gov.com"];

/// A server that keys may be sent to. A client takes no other name of a server, so none exists without this check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Without a slash at the end.
    base: String,
    host: String,
    authority: String,
    loopback: bool,
    encrypted: bool,
}

/// Why a server is none that keys may be sent to. A URL is not repeated, as it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It cannot be read as a URL.
    #[error("the API's URL cannot be read: {0}; one looks like https://api.datadoghq.com")]
    Unreadable(url::ParseError),
    /// It holds a character that no address of a server needs.
    #[error(
        "the API's URL holds `{}`: user names, queries, fragments, escapes and letters beyond ASCII have no place in it",
        .0.escape_default()
    )]
    Character(char),
    /// Neither https nor http.
    #[error("the API's URL begins with `{0}`: it must be https, or http on this machine itself")]
    Scheme(String),
    /// A host name that looks like another, or that ends in a dot.
    #[error(
        "the host `{0}` is not accepted: names in punycode and names with a dot at the end can look like others"
    )]
    Host(String),
    /// Plain http to a host that is not this machine.
    #[error("keys are not sent to `{0}` over plain http; use https")]
    Unencrypted(String),
    /// One of Datadog's hosts, on a port that Datadog does not serve.
    #[error(
        "keys are not sent to port {port} of `{host}`; Datadog's API is on the usual port of https"
    )]
    Port {
        /// The host.
        host: String,
        /// The port that was given.
        port: u16,
    },
    /// Neither Datadog's, nor this machine, nor trusted by the user.
    #[error(
        "keys are not sent to `{0}`, which is not Datadog's; if you trust it with them, add --trust-host {0}"
    )]
    Untrusted(String),
    /// A site that this version does not know.
    #[error(
        "unknown site `{site}`; did you mean `{nearest}`? the known ones are {}; name the server of a newer one with --api-url",
        SITES.join(", ")
    )]
    UnknownSite {
        /// What was given.
        site: String,
        /// The known site nearest to it.
        nearest: &'static str,
    },
}

impl Endpoint {
    /// Takes the base URL of the API, such as `https://api.datadoghq.com`, perhaps with a path in front of all others,
    /// and the host names that the user trusts beyond Datadog's own and loopback.
    ///
    /// # Errors
    /// The URL is unreadable, or names a server that keys must not be sent to.
    pub fn new(url: &str, trusted_hosts: &[String]) -> Result<Self, EndpointError> {
        // The URL standard drops tabs and folds lookalikes: what it would have to mend is refused before it reads it.
        if let Some(odd) = url.chars().find(|letter| !is_plain(*letter)) {
            return Err(EndpointError::Character(odd));
        }
        let url = Url::parse(url).map_err(EndpointError::Unreadable)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EndpointError::Scheme(url.scheme().to_owned()));
        }
        let loopback = is_loopback(&url);
        if !loopback {
            check_remote(&url, trusted_hosts)?;
        }
        Ok(Self {
            base: url.as_str().trim_end_matches('/').to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            authority: url.authority().to_owned(),
            loopback,
            encrypted: url.scheme() == "https",
        })
    }

    /// The API of one of [`SITES`], such as `datadoghq.eu`; letter case does not count.
    ///
    /// # Errors
    /// The site is unknown.
    pub fn for_site(site: &str) -> Result<Self, EndpointError> {
        match SITES.iter().find(|known| known.eq_ignore_ascii_case(site)) {
            Some(known) => Self::new(&format!("https://api.{known}"), &[]),
            None => Err(EndpointError::UnknownSite {
                site: site.to_owned(),
                nearest: nearest_site(site),
            }),
        }
    }

    /// The host, without the port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The base URL, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.base
    }

    /// Whether it is this machine itself.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The host, and the port where it is not the usual one.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Whether it is spoken to over TLS.
    pub(super) fn is_encrypted(&self) -> bool {
        self.encrypted
    }
}

/// The characters that a scheme, a host, a port and a simple path are made of.
fn is_plain(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-._~:/[]".contains(letter)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn check_remote(url: &Url, trusted_hosts: &[String]) -> Result<(), EndpointError> {
    let host = url.host_str().unwrap_or_default();
    let owned = || host.to_owned();
    if host.is_empty() || host.ends_with('.') || is_punycode(host) {
        return Err(EndpointError::Host(owned()));
    }
    let trusted = trusted_hosts
        .iter()
        .any(|trusted| trusted.eq_ignore_ascii_case(host));
    if !trusted && !is_datadogs(url) {
        return Err(EndpointError::Untrusted(owned()));
    }
    if url.scheme() != "https" {
        return Err(EndpointError::Unencrypted(owned()));
    }
    match url.port() {
        Some(port) if !trusted => Err(EndpointError::Port {
            host: owned(),
            port,
        }),
        _ => Ok(()),
    }
}

fn is_punycode(host: &str) -> bool {
    host.split('.').any(|label| label.starts_with("xn--"))
}

fn is_datadogs(url: &Url) -> bool {
    let Some(Host::Domain(name)) = url.host() else {
        return false;
    };
    DOMAINS
        .iter()
        .any(|domain| match name.strip_suffix(domain) {
            Some(before) => before.is_empty() || before.ends_with('.'),
            None => false,
        })
}

fn nearest_site(site: &str) -> &'static str {
    let site = site.to_ascii_lowercase();
    SITES
        .iter()
        .max_by(|left, right| {
            strsim::jaro_winkler(&site, left).total_cmp(&strsim::jaro_winkler(&site, right))
        })
        .copied()
        .unwrap_or_default()
}
