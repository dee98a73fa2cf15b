use url::Url;

use super::error::ServerProblem;

/// The site of accounts that were made without choosing one.
pub const DEFAULT_SITE: &str = "datadoghq.com";

/// Where the API is. Whether keys may go there is for the client to say: this is what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// A Datadog region by its host name, such as `datadoghq.eu`: the API is at `https://api.` and that.
    Site(String),
    /// A URL, for loopback servers and proxies. It may have a path, under which the API then is.
    Url(Url),
}

impl Server {
    /// Reads a site. Any host name will do: a site newer than this version must work too.
    ///
    /// # Errors
    /// It is no host name, or that of a host of a site.
    pub fn from_site(text: &str) -> Result<Self, ServerProblem> {
        let site = text.to_ascii_lowercase();
        let is_label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if !site.contains('.') || !site.split('.').all(is_label) {
            return Err(ServerProblem::NotASite);
        }
        if site.starts_with("api.") || site.starts_with("app.") {
            return Err(ServerProblem::HostOfSite);
        }
        Ok(Self::Site(site))
    }

    /// Reads the URL of the API. A bare host gets `https://`, as Datadog's Terraform provider has it.
    ///
    /// # Errors
    /// It is none that keys could be sent to.
    pub fn from_url(text: &str) -> Result<Self, ServerProblem> {
        let absolute = match text.contains("://") {
            true => text.to_owned(),
            false => format!("https://{text}"),
        };
        let url = Url::parse(&absolute).map_err(|_| ServerProblem::NotAUrl)?;
        let is_plain = matches!(url.scheme(), "https" | "http")
            && url.host_str().is_some_and(|host| !host.is_empty())
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        is_plain
            .then_some(Self::Url(url))
            .ok_or(ServerProblem::NotAUrl)
    }

    /// What people call it: the site, or the URL.
    pub fn label(&self) -> String {
        match self {
            Self::Site(site) => site.clone(),
            Self::Url(_) => self.base_url(),
        }
    }

    /// The URL that the paths of the API are put behind, without a slash at its end: `https://api.datadoghq.eu`.
    pub fn base_url(&self) -> String {
        match self {
            Self::Site(site) => format!("https://api.{site}"),
            Self::Url(url) => url.as_str().trim_end_matches('/').to_owned(),
        }
    }

    /// Scheme, host and port: what decides whether two servers are the same, and whether one may have the keys.
    pub fn origin(&self) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_host_name_in_any_letter_case() {
        let server = Server::from_site("US3.datadoghq.com").unwrap();
        assert_eq!(server.base_url(), "https://api.us3.datadoghq.com");
        assert_eq!(server.origin(), server.base_url());
        for wrong in [
            "",
            "us3",
            "https://datadoghq.com",
            "datadoghq.com/",
            "a..b",
            " a.b",
        ] {
            assert_eq!(
                Server::from_site(wrong),
                Err(ServerProblem::NotASite),
                "{wrong:?}"
            );
        }
        for host in ["api.datadoghq.com", "app.datadoghq.eu"] {
            assert_eq!(Server::from_site(host), Err(ServerProblem::HostOfSite));
        }
    }

    #[test]
    fn a_url_keeps_its_path_and_a_bare_host_gets_https() {
        for (text, base, origin) in [
            (
                "https://api.datadoghq.eu/",
                "https://api.datadoghq.eu",
                "https://api.datadoghq.eu",
            ),
            (
                "api.datadoghq.eu",
                "https://api.datadoghq.eu",
                "https://api.datadoghq.eu",
            ),
            (
                "http://127.0.0.1:8080/dd/",
                "http://127.0.0.1:8080/dd",
                "http://127.0.0.1:8080",
            ),
            (
                "https://proxy.test:443",
                "https://proxy.test",
                "https://proxy.test",
            ),
        ] {
            let server = Server::from_url(text).unwrap();
            assert_eq!(
                (server.base_url().as_str(), server.origin().as_str()),
                (base, origin)
            );
        }
    }

    #[test]
    fn a_url_with_more_than_a_place_in_it_is_refused() {
        for wrong in [
            "",
            "https://",
            "ftp://api.datadoghq.com",
            "https://user@api.datadoghq.com",
            "https://:p@api.datadoghq.com",
            "https://api.datadoghq.com/?api_key=x",
            "https://api.datadoghq.com/#x",
        ] {
            assert_eq!(
                Server::from_url(wrong),
                Err(ServerProblem::NotAUrl),
                "{wrong:?}"
            );
        }
    }
}
