#[cfg(test)]
mod tests;

use url::{Host, Url};

use super::redaction::hide_key;
use crate::model::did_you_mean;

/// The sites that Datadog operates. The API of each is at `https://api.{site}`.
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

/// The names that Datadog's documentation and users have for sites, besides those that begin a host name in [`SITES`],
/// such as `us3`.
const SITE_NAMES: [(&str, &str); 6] = [
    ("us1", "datadoghq.com"),
    ("eu", "datadoghq.eu"),
    ("eu1", "datadoghq.eu"),
    ("gov", "ddog-gov.com"),
    ("us1-fed", "ddog-gov.com"),
    ("us2-fed", "us2.ddog-gov.com"),
];

/// The site that is used if none is chosen.
pub(crate) const DEFAULT_SITE: &str = "datadoghq.com";

/// Datadog's own domains. Keys may be sent to them and to their subdomains.
const DOMAINS: [&str; 3] = ["datadoghq.com", "datadoghq.eu", "ddog-gov.com"];

/// The server that the user chose, by site or by URL. It is not checked whether keys may be sent to it;
/// [`Server::endpoint`] does that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// A Datadog site, such as `datadoghq.eu`: the API is at `https://api.datadoghq.eu`.
    Site(String),
    /// A URL, for loopback servers and proxies. The API's paths are appended to its path.
    Url(Url),
}

/// Why a site and a URL do not name a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ServerError {
    /// The site or the URL is invalid.
    #[error("{name} {problem}")]
    Invalid {
        /// The flag, variable or key with the value.
        name: &'static str,
        /// The mistake in the value.
        problem: AddressError,
    },
    /// The site and the URL name different servers.
    #[error("{site} and {url} name different servers; set one of them")]
    TwoServers {
        /// The flag, variable or key with the site.
        site: &'static str,
        /// The flag, variable or key with the URL.
        url: &'static str,
    },
}

/// Why a text is not a site or the URL of an API. The message follows the name of the flag, variable or key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddressError {
    /// The text is not a host name.
    #[error("is not a site; a site is a host name such as datadoghq.com")]
    InvalidSite,
    /// The text is not a URL that keys can be sent to.
    #[error(
        "is not an API URL; use one such as https://api.datadoghq.com, without user name, query or fragment"
    )]
    InvalidUrl,
}

impl Server {
    /// The server that a site and a URL name, with the flag, variable or key that names it. Each is given with its own.
    /// If both are given and agree, the server is that of the URL.
    ///
    /// # Errors
    /// Fails if one of them is invalid, or they name different servers.
    pub(super) fn from_site_and_url(
        site: Option<(&'static str, &str)>,
        url: Option<(&'static str, &str)>,
    ) -> Result<Option<(&'static str, Self)>, ServerError> {
        let read = |(name, text), read: fn(&str) -> Result<Self, AddressError>| match read(text) {
            Ok(server) => Ok((name, server)),
            Err(problem) => Err(ServerError::Invalid { name, problem }),
        };
        let by_site = site.map(|site| read(site, Self::from_site)).transpose()?;
        let by_url = url.map(|url| read(url, Self::from_url)).transpose()?;
        match (by_site, by_url) {
            (Some((site, by_site)), Some((url, by_url))) if by_site.origin() != by_url.origin() => {
                Err(ServerError::TwoServers { site, url })
            }
            (by_site, by_url) => Ok(by_url.or(by_site)),
        }
    }

    /// Parses a site as people write it: its host name, one of [`SITE_NAMES`], or a host or web page of the site, such as
    /// an org's own login page, `https://acme.datadoghq.eu/`. Any other host name is accepted too here;
    /// [`Server::endpoint`] refuses unknown sites.
    ///
    /// # Errors
    /// Fails if the text is neither such a name nor a host name.
    pub(crate) fn from_site(text: &str) -> Result<Self, AddressError> {
        let text = text.trim().to_ascii_lowercase();
        let page = text.strip_prefix("https://");
        let page = page.or_else(|| text.strip_prefix("http://"));
        let host = match page {
            Some(page) => page.split(['/', '?', '#']).next().unwrap_or_default(),
            None => text.trim_end_matches('/'),
        };
        if let Some(site) = site_of_name(host) {
            return Ok(Self::Site(site.to_owned()));
        }
        let is_label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let may_be_key = hide_key(host) != host;
        if !host.contains('.') || !host.split('.').all(is_label) || may_be_key {
            return Err(AddressError::InvalidSite);
        }
        Ok(Self::Site(site_of_host(host).unwrap_or(host).to_owned()))
    }

    /// Parses the URL of the API. A host without a scheme gets `https://`, as in Datadog's Terraform provider.
    ///
    /// # Errors
    /// Fails if the text is not the URL of a server, or has a user name, a query or a fragment.
    pub(crate) fn from_url(text: &str) -> Result<Self, AddressError> {
        let text = text.trim_ascii();
        let absolute = if text.contains("://") {
            text.to_owned()
        } else {
            format!("https://{text}")
        };
        // A single word is rather a key in the wrong place, and the URL is shown.
        let is_word = text != "localhost" && !text.contains(['.', ':', '/']);
        if is_word || hide_key(text) != text {
            return Err(AddressError::InvalidUrl);
        }
        let url = parse_url(&absolute).map_err(|_| AddressError::InvalidUrl)?;
        let is_server = matches!(url.scheme(), "https" | "http")
            && url.host_str().is_some_and(|host| !host.is_empty())
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if is_server {
            Ok(Self::Url(url))
        } else {
            Err(AddressError::InvalidUrl)
        }
    }

    /// Checks that keys may be sent to the server, and returns it as an [`Endpoint`].
    ///
    /// # Errors
    /// Fails if the site is unknown, or keys must not be sent to the URL's host.
    pub(crate) fn endpoint(&self, trusted_hosts: &[String]) -> Result<Endpoint, EndpointError> {
        match self {
            Self::Site(site) => Endpoint::from_site(site),
            Self::Url(_) => Endpoint::from_url(&self.base_url(), trusted_hosts),
        }
    }

    /// The name of the server in messages: the site, or the URL.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Site(site) => site.clone(),
            Self::Url(_) => self.base_url(),
        }
    }

    /// The URL that the API's paths are appended to, without a slash at its end: `https://api.datadoghq.eu`.
    pub(crate) fn base_url(&self) -> String {
        match self {
            Self::Site(site) => format!("https://api.{site}"),
            Self::Url(url) => url.as_str().trim_end_matches('/').to_owned(),
        }
    }

    /// The web page with an org's connections. It is the same for all orgs of a site. `None` if the server is not the
    /// API of one of [`SITES`].
    pub(crate) fn web_page(&self) -> Option<String> {
        self.web_url("/organization-settings/cross-org-visibility")
    }

    /// The web page at this path, which begins with a slash. `None` as for [`Server::web_page`].
    pub(crate) fn web_url(&self, path: &str) -> Option<String> {
        let mut sites = SITES.iter().copied();
        let site = sites.find(|site| self.origin() == Self::Site((*site).to_owned()).origin())?;
        // The host of a site is the site itself, unless it is a whole domain.
        let host = match DOMAINS.contains(&site) {
            true => format!("app.{site}"),
            false => site.to_owned(),
        };
        Some(format!("https://{host}{path}"))
    }

    /// The scheme, host and port. Two servers with the same origin are the same server.
    pub(crate) fn origin(&self) -> String {
        match self {
            Self::Site(_) => self.base_url(),
            Self::Url(url) => url.origin().ascii_serialization(),
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::Site(DEFAULT_SITE.to_owned())
    }
}

/// A server that keys may be sent to. The client accepts no other. Every constructor checks the host: it must be an
/// `https` host in Datadog's own domains, a loopback host, or an `https` host that the user trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why keys may not be sent to a server. No variant contains the whole URL, since it may contain a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// The text cannot be read as a URL.
    #[error("the API's URL cannot be read: {0}; one looks like https://api.datadoghq.com")]
    Unreadable(url::ParseError),
    /// The URL contains a character that the address of a server does not need.
    #[error(
        "the API's URL holds `{}`: user names, queries, fragments, escapes and letters beyond ASCII have no place in it",
        .0.escape_default()
    )]
    Character(char),
    /// The URL leads elsewhere than its text says at first sight. The field is where.
    #[error("the API's URL leads to `{0}`, which is not how it is written")]
    Spelling(String),
    /// The URL begins with neither `https` nor `http`.
    #[error("the API's URL begins with `{0}`: it must be https, or http on this machine itself")]
    Scheme(String),
    /// The host name could look like another one: it is in punycode, or has a dot too many.
    #[error(
        "the host `{0}` is not accepted: names in punycode and names with a dot too many can look like others"
    )]
    Host(String),
    /// The URL uses plain `http` for a host that is not this machine.
    #[error("keys are not sent to `{0}` over plain http; use https")]
    Unencrypted(String),
    /// The host is one of Datadog's, but the port is not the usual one of `https`.
    #[error(
        "keys are not sent to port {port} of `{host}`; Datadog's API is on the usual port of https"
    )]
    Port {
        /// The host.
        host: String,
        /// The port that was given.
        port: u16,
    },
    /// The host is neither one of Datadog's, nor this machine, nor trusted by the user.
    #[error(
        "keys are not sent to `{0}`, which is not Datadog's; if you trust it with them, add --trust-host {0}"
    )]
    Untrusted(String),
    /// This version does not know the site.
    #[error(
        "unknown site `{site}`{}",
        proposed_site(site).unwrap_or_else(|| "; the known ones are".to_owned())
    )]
    UnknownSite {
        /// The site that was given.
        site: String,
    },
}

impl EndpointError {
    /// The sites to choose from, which the message does not list.
    pub(crate) fn candidates(&self) -> Vec<String> {
        match self {
            Self::UnknownSite { site } if proposed_site(site).is_none() => {
                SITES.iter().copied().map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn proposed_site(site: &str) -> Option<String> {
    did_you_mean(site, SITES.iter().copied())
}

impl Endpoint {
    /// Creates the endpoint of one of [`SITES`], such as `datadoghq.eu`. Letter case is ignored.
    ///
    /// # Errors
    /// Fails if the site is unknown.
    pub fn from_site(site: &str) -> Result<Self, EndpointError> {
        match SITES.iter().find(|known| known.eq_ignore_ascii_case(site)) {
            Some(known) => Self::from_url(&format!("https://api.{known}"), &[]),
            None => Err(EndpointError::UnknownSite {
                site: site.to_owned(),
            }),
        }
    }

    /// Creates an endpoint from the base URL of the API, such as `https://api.datadoghq.com`, which may have a path.
    /// `trusted_hosts` are the hosts that the user trusts besides Datadog's own and loopback.
    ///
    /// # Errors
    /// Fails if the URL cannot be read, or names a server that keys must not be sent to.
    pub fn from_url(url: &str, trusted_hosts: &[String]) -> Result<Self, EndpointError> {
        let url = parse_url(url)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EndpointError::Scheme(url.scheme().to_owned()));
        }
        if !is_loopback(&url) {
            check_host_rule(&url, trusted_hosts)?;
        }
        Ok(Self(url))
    }

    /// The host, without the port.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The host, and the port unless it is the default one.
    pub fn authority(&self) -> &str {
        self.0.authority()
    }

    /// The URL that the API's paths are appended to, without a slash at its end.
    pub fn base_url(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether the server is this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// Whether the server is reached over TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

/// Parses a URL that says in its own words where it leads.
///
/// The parser follows the URL standard: without an error it drops tabs, replaces similar-looking letters and adds
/// slashes. So the text is checked as it was given.
fn parse_url(text: &str) -> Result<Url, EndpointError> {
    if let Some(odd) = text.chars().find(|letter| !is_plain(*letter)) {
        return Err(EndpointError::Character(odd));
    }
    let url = Url::parse(text).map_err(EndpointError::Unreadable)?;
    let beginning = format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default());
    let is_as_written = text
        .get(beginning.len()..)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
        && text[..beginning.len()].eq_ignore_ascii_case(&beginning);
    match is_as_written {
        true => Ok(url),
        false => Err(EndpointError::Spelling(beginning)),
    }
}

/// The site with this name, such as `us3` or `eu`.
fn site_of_name(name: &str) -> Option<&'static str> {
    let listed = SITE_NAMES.iter().find(|(listed, _)| *listed == name);
    let site = listed.map(|(_, site)| *site);
    site.or_else(|| {
        let mut sites = SITES.iter().copied();
        sites.find(|site| site.strip_suffix(".datadoghq.com") == Some(name))
    })
}

/// The known site that a host belongs to: the longest one that it ends in. `None` if there is none, or if the name in
/// front of the site looks like that of a site that this version does not know, such as `us9`.
fn site_of_host(host: &str) -> Option<&'static str> {
    let with_names = SITES.iter().filter_map(|site| {
        let before = host.strip_suffix(site)?;
        (before.is_empty() || before.ends_with('.')).then_some((*site, before))
    });
    let (site, before) = with_names.max_by_key(|(site, _)| site.len())?;
    let name = before.trim_end_matches('.').rsplit('.').next()?;
    match name.as_bytes() {
        _ if site_of_name(name).is_some() => site_of_name(name),
        [a, b, c] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && c.is_ascii_digit() => {
            None
        }
        _ => Some(site),
    }
}

/// Whether the character is allowed in a scheme, a host, a port or a simple path.
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

/// Checks that keys may be sent to a server that is not this machine.
fn check_host_rule(url: &Url, trusted_hosts: &[String]) -> Result<(), EndpointError> {
    let host = url.host_str().unwrap_or_default().to_owned();
    let is_punycode = host.split('.').any(|label| label.starts_with("xn--"));
    if host.split('.').any(str::is_empty) || is_punycode {
        return Err(EndpointError::Host(host));
    }
    let is_trusted = trusted_hosts
        .iter()
        .any(|trusted| trusted.eq_ignore_ascii_case(&host));
    if !is_trusted && !is_datadog(&host) {
        return Err(EndpointError::Untrusted(host));
    }
    if url.scheme() != "https" {
        return Err(EndpointError::Unencrypted(host));
    }
    match url.port() {
        Some(port) if !is_trusted => Err(EndpointError::Port { host, port }),
        _ => Ok(()),
    }
}

/// Whether the host is one of Datadog's domains, or a subdomain.
fn is_datadog(host: &str) -> bool {
    DOMAINS.iter().any(|domain| {
        let before = host.strip_suffix(domain);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}
