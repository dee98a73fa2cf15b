use std::borrow::Cow;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::api::error::{Error, ErrorKind};
use crate::config::{Credentials, Redactor};

/// The headers of every request, including the credentials.
#[derive(Debug)]
pub(super) struct AuthHeaders {
    headers: HeaderMap,
    redactor: Redactor,
}

impl AuthHeaders {
    /// Creates the headers. White space around a secret is removed: a key that is read from a file usually ends in a
    /// newline.
    ///
    /// # Errors
    /// Fails if a secret is empty, or cannot be sent in a header.
    pub(super) fn new(credentials: &Credentials) -> Result<Self, Error> {
        let named = match credentials {
            Credentials::Keys { api_key, app_key } => vec![
                ("dd-api-key", "API key", "", api_key),
                ("dd-application-key", "application key", "", app_key),
            ],
            Credentials::Token(token) => {
                vec![(AUTHORIZATION.as_str(), "access token", "Bearer ", token)]
            }
        };
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut secrets = Vec::new();
        for (header, label, prefix, secret) in named {
            let secret = SecretString::from(secret.expose_secret().trim());
            let value = header_value(label, prefix, &secret)?;
            headers.insert(HeaderName::from_static(header), value);
            secrets.push(secret);
        }
        let redactor = Redactor::new(secrets.iter().map(ExposeSecret::expose_secret));
        Ok(Self { headers, redactor })
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Replaces each secret in the text by `***`. A server may send back what it received.
    pub(super) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.redactor.redact(text)
    }
}

fn header_value(label: &str, prefix: &str, secret: &SecretString) -> Result<HeaderValue, Error> {
    let secret = secret.expose_secret();
    if secret.is_empty() {
        let detail = format!("the {label} is empty");
        return Err(Error::new(ErrorKind::InvalidKey, detail));
    }
    // The buffer does not grow, since that would leave an unwiped copy behind.
    let mut text = Zeroizing::new(String::with_capacity(prefix.len() + secret.len()));
    text.push_str(prefix);
    text.push_str(secret);
    let value = HeaderValue::from_str(&text);
    // The HTTP library would also send bytes beyond ASCII, but gateways handle them differently.
    let mut value = value.ok().filter(|_| secret.is_ascii()).ok_or_else(|| {
        let detail = format!(
            "the {label} holds a line break, a control character or a letter beyond ASCII, \
             and cannot be sent in a header"
        );
        Error::new(ErrorKind::InvalidKey, detail)
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(api_key: &str, app_key: &str) -> Credentials {
        Credentials::Keys {
            api_key: api_key.into(),
            app_key: app_key.into(),
        }
    }

    #[test]
    fn white_space_around_a_key_is_no_part_of_it() {
        let auth = AuthHeaders::new(&keys("test-api-key\n", "\t test-app-key\r\n")).unwrap();
        assert_eq!(auth.headers()["dd-api-key"], "test-api-key");
        assert_eq!(auth.headers()["dd-application-key"], "test-app-key");
    }

    #[test]
    fn a_token_goes_as_a_bearer_without_keys_and_headers_show_no_secret() {
        let token = Credentials::Token("test-token\r\n".into());
        let auth = AuthHeaders::new(&token).unwrap();
        assert_eq!(auth.headers()["authorization"], "Bearer test-token");
        assert!(!auth.headers().contains_key("dd-api-key"));
        assert!(!format!("{:?}", auth.headers()).contains("test-token"));
    }

    #[test]
    fn a_key_that_cannot_be_a_header_is_named_but_not_shown() {
        for (credentials, label) in [
            (keys("test-\napi-key", "test-app-key"), "API key"),
            (keys("test-api-key", "test-\u{e9}"), "application key"),
            (Credentials::Token("test-\0".into()), "access token"),
            (keys(" \n", "test-app-key"), "API key"),
        ] {
            let error = AuthHeaders::new(&credentials).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::InvalidKey);
            assert!(error.to_string().contains(label), "{error}");
            assert!(!format!("{error} {error:?}").contains("test-"), "{error}");
        }
    }
}
