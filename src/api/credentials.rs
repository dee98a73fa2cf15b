use secrecy::SecretString;

/// What a request proves its right with. Neither form shows a secret in `Debug`, and neither ever stands in a URL.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// An API key, which names the org, and an application key, which names the user.
    Keys {
        /// Sent as `DD-API-KEY`.
        api_key: SecretString,
        /// Sent as `DD-APPLICATION-KEY`.
        app_key: SecretString,
    },
    /// An access token, sent as `Authorization: Bearer`.
    Token(SecretString),
}
