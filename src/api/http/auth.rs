use std::cmp::Reverse;

use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::api::{Credentials, Error, ErrorKind};

const API_KEY: HeaderName = HeaderName::from_static("dd-api-key");
const APPLICATION_KEY: HeaderName = HeaderName::from_static("dd-application-key");

/// What must never be shown, to strike it out of texts that a server sends back. The longest comes first, as one may
/// be a part of another.
pub(super) struct Secrets(Vec<SecretString>);

impl Secrets {
    /// The text with `***` in place of each secret.
    pub(super) fn strike_out(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| {
            text.replace(secret.expose_secret(), "***")
        })
    }
}

/// The headers that every request carries, and the secrets in them.
pub(super) fn headers(credentials: &Credentials) -> Result<(HeaderMap, Secrets), Error> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let mut secrets = Vec::new();
    let mut add = |header, secret: &SecretString, what, prefix: &str| -> Result<(), Error> {
        let secret = trimmed(secret, what)?;
        headers.insert(header, sensitive(&secret, what, prefix)?);
        secrets.push(secret);
        Ok(())
    };
    match credentials {
        Credentials::Keys { api_key, app_key } => {
            add(API_KEY, api_key, "API key", "")?;
            add(APPLICATION_KEY, app_key, "application key", "")?;
        }
        Credentials::Token(token) => add(AUTHORIZATION, token, "access token", "Bearer ")?,
    }
    secrets.sort_by_key(|secret| Reverse(secret.expose_secret().len()));
    Ok((headers, Secrets(secrets)))
}

/// Without the white space around it: a key read from a file ends in a newline as a rule.
fn trimmed(secret: &SecretString, what: &str) -> Result<SecretString, Error> {
    match secret.expose_secret().trim() {
        "" => Err(Error::new(
            ErrorKind::InvalidKey,
            format!("the {what} is empty"),
        )),
        text => Ok(text.into()),
    }
}

fn sensitive(secret: &SecretString, what: &str, prefix: &str) -> Result<HeaderValue, Error> {
    let text = SecretString::from(format!("{prefix}{}", secret.expose_secret()));
    let mut value = HeaderValue::from_str(text.expose_secret())
        .ok()
        // The library would send any byte above ASCII too, and what a gateway makes of it nobody knows.
        .filter(|_| text.expose_secret().is_ascii())
        .ok_or_else(|| {
            let detail = format!(
                "the {what} holds a line break, a control character or a letter beyond ASCII, \
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
        let (headers, _) = headers(&keys("test-api-key\n", "\t test-app-key\r\n")).unwrap();
        assert_eq!(headers["dd-api-key"], "test-api-key");
        assert_eq!(headers["dd-application-key"], "test-app-key");
    }

    #[test]
    fn headers_show_no_secret() {
        let token = Credentials::Token("test-token".into());
        let (headers, _) = headers(&token).unwrap();
        assert_eq!(headers["authorization"], "Bearer test-token");
        assert!(!format!("{headers:?} {token:?}").contains("test-token"));
    }

    #[test]
    fn a_key_that_is_no_header_is_named_but_not_shown() {
        for (credentials, what) in [
            (keys("test-\napi-key", "test-app-key"), "API key"),
            (keys("test-api-key", "test-\u{e9}"), "application key"),
            (Credentials::Token("test-\0".into()), "access token"),
            (keys(" \n", "test-app-key"), "API key"),
        ] {
            let error = headers(&credentials).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::InvalidKey);
            assert!(error.to_string().contains(what), "{error}");
            assert!(!format!("{error} {error:?}").contains("test-"), "{error}");
        }
    }

    #[test]
    fn every_secret_is_struck_out() {
        let (_, secrets) = headers(&keys("test-api-key", "test-app-key")).unwrap();
        assert_eq!(
            secrets.strike_out("test-api-key, test-app-key and test-api-key"),
            "***, *** and ***"
        );
        let (_, secrets) = headers(&keys("test", "test-app-key")).unwrap();
        assert_eq!(secrets.strike_out("test-app-key"), "***");
    }
}
