//! A throw-away certificate authority for 127.0.0.1 and a site reached through a proxy, and the bundles by which clients trust it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Where systems keep the certificates that they trust.
const SYSTEM_BUNDLES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// A server's TLS configuration, and the bundles for its clients.
pub(crate) struct Certificate {
    /// The server's side, with HTTP/2 and HTTP/1.1.
    pub(crate) server: Arc<ServerConfig>,
    /// A bundle with the throw-away authority alone.
    pub(crate) bundle: PathBuf,
    /// A bundle with the throw-away authority and those of the system, as on a real machine.
    pub(crate) system_bundle: PathBuf,
}

impl Certificate {
    /// Makes the certificate, and the bundles in `directory`.
    pub(crate) fn new(directory: &Path) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        // With the default name for both, OpenSSL would take the server's certificate for its own issuer.
        authority
            .distinguished_name
            .push(DnType::CommonName, "throw-away authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let root = authority.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().unwrap();
        let names = ["127.0.0.1", "api.datadoghq.com"].map(str::to_owned);
        let leaf = CertificateParams::new(names)
            .unwrap()
            .signed_by(&key, &issuer)
            .unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .unwrap();
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let system = SYSTEM_BUNDLES
            .iter()
            .find_map(|path| std::fs::read_to_string(path).ok());
        let file = |name: &str, text: String| {
            let path = directory.join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        Self {
            server: Arc::new(server),
            bundle: file("bundle.pem", root.pem()),
            system_bundle: file(
                "system-bundle.pem",
                system.unwrap_or_default() + &root.pem(),
            ),
        }
    }
}
