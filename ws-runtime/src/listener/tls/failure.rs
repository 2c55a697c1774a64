//! Why there is no TLS on a connection, for the log: what was seen, and what to do about it.

use std::fmt;
use std::io;
use std::time::Duration;

use rustls::{AlertDescription, CertificateError, Error, InvalidMessage, PeerIncompatible};

/// Why a handshake came to nothing.
#[derive(Debug)]
pub(crate) enum HandshakeFailure {
    Broken(io::Error),
    ResumedCertificate(Error),
    TimedOut(Duration),
}

impl fmt::Display for HandshakeFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(error) => match error.get_ref().and_then(|cause| cause.downcast_ref::<Error>()) {
                Some(error) => match advice(error) {
                    Some(advice) => write!(f, "{error}: {advice}"),
                    None => error.fmt(f),
                },
                None if error.kind() == io::ErrorKind::UnexpectedEof => f.write_str("the peer left"),
                None => error.fmt(f),
            },
            Self::ResumedCertificate(error) => write!(f, "{error}, in a resumed session"),
            Self::TimedOut(timeout) => write!(f, "not done within {timeout:?}"),
        }
    }
}

/// Says what somebody can do, where that is known.
fn advice(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::AlertReceived(alert) => of_alert(*alert)?,
        Error::InvalidCertificate(mistake) => of_certificate(mistake)?,
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            "the peer does not speak TLS; a client connects to `https://` or `wss://`"
        }
        Error::NoApplicationProtocol => "the client speaks none of the protocols that are served (ALPN)",
        Error::NoCertificatesPresented => {
            "`client_certificates` requires one; configure it in the client, or make it optional"
        }
        Error::PeerIncompatible(reason) => of_peer(reason)?,
        _ => return None,
    })
}

/// What clients send when they do not like what they see.
fn of_alert(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::UnknownCA => {
            "the client does not trust the authority of `certificate`; give it the authority's certificate, and put those of \
             intermediate authorities behind the server's own"
        }
        AlertDescription::CertificateExpired => {
            "the client says that `certificate` has expired; renew it, and reload it with `TlsReloader`"
        }
        AlertDescription::BadCertificate | AlertDescription::CertificateUnknown => {
            "the client does not accept `certificate`; its own log says why: it may be for another host name, expired, or of an \
             authority that the client does not trust"
        }
        AlertDescription::ProtocolVersion => "the client speaks no version that `versions` allows",
        _ => return None,
    })
}

/// What is wrong with a client's certificate.
fn of_certificate(mistake: &CertificateError) -> Option<&'static str> {
    Some(match mistake {
        CertificateError::UnknownIssuer => {
            "the client's certificate is of an authority that `client_certificates` does not name"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the client's certificate has expired; renew it there"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the client's certificate is not valid yet; look at the clocks of both"
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the client's certificate is not one for clients (`clientAuth`)"
        }
        _ => return None,
    })
}

/// What a client does not offer.
fn of_peer(reason: &PeerIncompatible) -> Option<&'static str> {
    Some(match reason {
        // Clients before TLS 1.2 do not name any.
        PeerIncompatible::SignatureAlgorithmsExtensionRequired => {
            "the peer's TLS is too old; a client speaks at least TLS 1.2"
        }
        PeerIncompatible::NoCipherSuitesInCommon => "the client offers none of the `cipher_suites`",
        PeerIncompatible::Tls12NotOffered
        | PeerIncompatible::Tls12NotOfferedOrEnabled
        | PeerIncompatible::Tls13RequiredForQuic
        | PeerIncompatible::SupportedVersionsExtensionRequired => "the client speaks no version that `versions` allows",
        _ => return None,
    })
}
