//! Who a client's certificate is for.

use std::fmt;
use std::time::{Duration, SystemTime};

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;

use crate::auth::{Authenticate, Credentials, Scheme};
use crate::error::AuthError;
use crate::identity::Identity;

/// Clients with a certificate (mutual TLS): a rule of [`Auth`](crate::Auth), for a listener with
/// [`ClientCertificates`](crate::ClientCertificates), which verifies them.
///
/// ```no_run
/// use websocket::{Auth, CertificateHolders, ClientCertificates, Listener, TlsConfig};
///
/// let tls = TlsConfig::from_pem_files("cert.pem", "key.pem").client_certificates(ClientCertificates::required("ca.pem"));
/// let holders = CertificateHolders::by_dns_name().scopes(|name| match name {
///     "sensor.example.com" => vec!["write"],
///     _ => vec!["read"],
/// });
/// let listener = Listener::new(9443).tls(tls).auth(Auth::rule(holders));
/// ```
///
/// Whom a certificate is for is what its authority has signed: let it be one that signs for nobody else. A connection is closed when the
/// certificate has expired. The TLS must end in this process: what a proxy says about certificates is not read.
pub struct CertificateHolders {
    name: Name,
    scopes: Box<Scopes>,
}

/// Says which scopes a name has.
type Scopes = dyn Fn(&str) -> Vec<String> + Send + Sync;

/// Which name of a certificate is the subject.
#[derive(Clone, Copy, Debug)]
enum Name {
    Common,
    Dns,
    Email,
    Uri,
}

impl CertificateHolders {
    /// Takes the common name of the subject, which must be the only one.
    #[must_use]
    pub fn by_common_name() -> Self {
        Self::new(Name::Common)
    }

    /// Takes the first DNS name of the subject alternative names ([RFC 5280 §4.2.1.6](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6)).
    #[must_use]
    pub fn by_dns_name() -> Self {
        Self::new(Name::Dns)
    }

    /// Takes the first e-mail address of the subject alternative names.
    #[must_use]
    pub fn by_email() -> Self {
        Self::new(Name::Email)
    }

    /// Takes the first URI of the subject alternative names, a SPIFFE ID for instance.
    #[must_use]
    pub fn by_uri() -> Self {
        Self::new(Name::Uri)
    }

    /// Says which scopes each name has. Default: none.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl Fn(&str) -> Vec<S> + Send + Sync + 'static) -> Self {
        self.scopes = Box::new(move |name| scopes(name).into_iter().map(Into::into).collect());
        self
    }

    fn new(name: Name) -> Self {
        Self { name, scopes: Box::new(|_| Vec::new()) }
    }
}

impl Authenticate for CertificateHolders {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, AuthError> {
        let der = credentials.tls().and_then(|tls| tls.client_certificate()).ok_or(AuthError::Missing)?;
        let (_, certificate) =
            X509Certificate::from_der(der).map_err(|_| AuthError::invalid("certificate cannot be read"))?;
        let name = self.name.find(&certificate).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| AuthError::invalid(format!("certificate has no {}", self.name)))?;
        let end = u64::try_from(certificate.validity().not_after.timestamp()).unwrap_or_default();
        let end = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(end));
        let identity = Identity::new(name).scopes((self.scopes)(name));
        Ok(match end {
            Some(end) => identity.expires_at(end),
            None => identity,
        })
    }

    /// No scheme of HTTP asks for a certificate: this tells people what is missing.
    fn scheme(&self) -> Scheme {
        const CERTIFICATE: Scheme = Scheme::new("Certificate");
        CERTIFICATE
    }
}

impl Name {
    fn find<'c>(self, certificate: &'c X509Certificate<'_>) -> Option<&'c str> {
        if let Self::Common = self {
            let mut names = certificate.subject().iter_common_name();
            // Of two, anybody could be meant.
            return names.next().filter(|_| names.next().is_none())?.as_str().ok();
        }
        let names = certificate.subject_alternative_name().ok()??;
        names.value.general_names.iter().find_map(|name| match (self, name) {
            (Self::Dns, GeneralName::DNSName(name))
            | (Self::Email, GeneralName::RFC822Name(name))
            | (Self::Uri, GeneralName::URI(name)) => Some(*name),
            _ => None,
        })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Common => "common name of its own",
            Self::Dns => "DNS name",
            Self::Email => "e-mail address",
            Self::Uri => "URI",
        })
    }
}

impl fmt::Debug for CertificateHolders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateHolders").field("name", &self.name).finish_non_exhaustive()
    }
}
