//! Negotiation of `permessage-deflate`: [RFC 7692 §7.1](https://www.rfc-editor.org/rfc/rfc7692#section-7.1).
//!
//! A client offers, a server answers the first offer that it can keep, and the client checks the answer. An offer that is
//! malformed or has a parameter that is not known is passed over; it never fails the handshake.

use http::header::{HeaderMap, SEC_WEBSOCKET_EXTENSIONS};

/// What both ends keep to. On the way there, what one end wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeflateParameters {
    /// The server compresses each message on its own.
    pub server_no_context_takeover: bool,
    /// The client compresses each message on its own.
    pub client_no_context_takeover: bool,
    /// The base-2 logarithm of the server's window, 8 to 15.
    pub server_max_window_bits: u8,
    /// The base-2 logarithm of the client's window, 8 to 15.
    pub client_max_window_bits: u8,
}

/// An answer to an offer that was made cannot be what the server said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("server accepted an extension that was not offered")]
pub struct InvalidAnswer;

impl DeflateParameters {
    /// Full windows and context takeover on both sides: what no parameters mean.
    pub const DEFAULT: Self = Self {
        server_no_context_takeover: false,
        client_no_context_takeover: false,
        server_max_window_bits: MAX_WINDOW_BITS,
        client_max_window_bits: MAX_WINDOW_BITS,
    };

    /// Answers a client's offers as a server that wants this: returns what is agreed, which asks for no more than either end
    /// gives, and the value of the response's `Sec-WebSocket-Extensions`.
    ///
    /// `None`: nothing is offered that can be kept, and the connection goes uncompressed.
    #[must_use]
    pub fn answer(&self, offers: &HeaderMap) -> Option<(Self, String)> {
        extensions(offers).find_map(|extension| Stated::parse(extension, Side::Client)).map(|offer| self.accept(offer))
    }

    /// Returns the value of a request's `Sec-WebSocket-Extensions` for a client that wants this.
    #[must_use]
    pub fn offer(&self) -> String {
        let mut offer = NAME.to_owned();
        flag(&mut offer, SERVER_NO_CONTEXT_TAKEOVER, self.server_no_context_takeover);
        flag(&mut offer, CLIENT_NO_CONTEXT_TAKEOVER, self.client_no_context_takeover);
        bits(&mut offer, SERVER_MAX_WINDOW_BITS, below_maximum(self.server_max_window_bits));
        match below_maximum(self.client_max_window_bits) {
            None => flag(&mut offer, CLIENT_MAX_WINDOW_BITS, true),
            window => bits(&mut offer, CLIENT_MAX_WINDOW_BITS, window),
        }
        offer
    }

    /// Checks a server's answer to the [`offer`](Self::offer) of this; `None` is no compression.
    ///
    /// # Errors
    /// [`InvalidAnswer`]: the answer is malformed, or does not fit the offer. The client must fail the connection
    /// ([RFC 7692 §7.1.2](https://www.rfc-editor.org/rfc/rfc7692#section-7.1.2)).
    pub fn check(&self, answer: &HeaderMap) -> Result<Option<Self>, InvalidAnswer> {
        let mut extensions = extensions(answer);
        let Some(extension) = extensions.next() else {
            return Ok(None);
        };
        let stated = Stated::parse(extension, Side::Server).ok_or(InvalidAnswer)?;
        let server_max_window_bits = stated.server_max_window_bits.unwrap_or(MAX_WINDOW_BITS);
        let takes_over = self.server_no_context_takeover && !stated.server_no_context_takeover;
        if extensions.next().is_some() || takes_over || server_max_window_bits > self.server_max_window_bits {
            return Err(InvalidAnswer);
        }
        Ok(Some(Self {
            server_no_context_takeover: stated.server_no_context_takeover,
            client_no_context_takeover: self.client_no_context_takeover || stated.client_no_context_takeover,
            server_max_window_bits,
            client_max_window_bits: stated.client_max_window_bits.bits().min(self.client_max_window_bits),
        }))
    }

    fn accept(self, offer: Stated) -> (Self, String) {
        let offered = offer.server_max_window_bits.unwrap_or(MAX_WINDOW_BITS);
        let agreed = Self {
            server_no_context_takeover: self.server_no_context_takeover || offer.server_no_context_takeover,
            client_no_context_takeover: self.client_no_context_takeover || offer.client_no_context_takeover,
            server_max_window_bits: offered.min(self.server_max_window_bits),
            // The client's window can only be limited if the client said that it understands the parameter.
            client_max_window_bits: match offer.client_max_window_bits {
                ClientWindow::Unsaid => MAX_WINDOW_BITS,
                window => window.bits().min(self.client_max_window_bits),
            },
        };
        let mut answer = NAME.to_owned();
        flag(&mut answer, SERVER_NO_CONTEXT_TAKEOVER, agreed.server_no_context_takeover);
        flag(&mut answer, CLIENT_NO_CONTEXT_TAKEOVER, agreed.client_no_context_takeover);
        let server_window = offer.server_max_window_bits.map(|_| agreed.server_max_window_bits);
        bits(&mut answer, SERVER_MAX_WINDOW_BITS, server_window.or(below_maximum(agreed.server_max_window_bits)));
        bits(&mut answer, CLIENT_MAX_WINDOW_BITS, below_maximum(agreed.client_max_window_bits));
        (agreed, answer)
    }
}

/// The parameters of one offer or answer, as they stand there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stated {
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    server_max_window_bits: Option<u8>,
    client_max_window_bits: ClientWindow,
}

/// What is said about the client's window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ClientWindow {
    /// At most this.
    Bits(u8),
    /// Nothing.
    #[default]
    Unsaid,
    /// In an offer: that the client would understand a limit.
    Understood,
}

impl ClientWindow {
    const fn bits(self) -> u8 {
        if let Self::Bits(bits) = self { bits } else { MAX_WINDOW_BITS }
    }
}

/// Whose words are parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

impl Stated {
    /// Parses one extension; `None` if it is another one, or malformed.
    fn parse(extension: &str, side: Side) -> Option<Self> {
        let mut parts = split_outside_quotes(extension, ';');
        if parts.next()?.trim_matches(SPACE) != NAME {
            return None;
        }
        let mut stated = Self::default();
        for part in parts {
            let (name, value) = match part.split_once('=') {
                Some((name, value)) => (name, Some(unquote(value.trim_matches(SPACE)))),
                None => (part, None),
            };
            stated.set(name.trim_matches(SPACE), value, side)?;
        }
        Some(stated)
    }

    /// Takes one parameter; `None` if it is unknown, stands there twice, or has a value that it cannot have.
    fn set(&mut self, name: &str, value: Option<&str>, side: Side) -> Option<()> {
        let is_new = match (name, value) {
            (SERVER_NO_CONTEXT_TAKEOVER, None) => !std::mem::replace(&mut self.server_no_context_takeover, true),
            (CLIENT_NO_CONTEXT_TAKEOVER, None) => !std::mem::replace(&mut self.client_no_context_takeover, true),
            (SERVER_MAX_WINDOW_BITS, Some(value)) => self.server_max_window_bits.replace(window_bits(value)?).is_none(),
            (CLIENT_MAX_WINDOW_BITS, value) => {
                let window = match value {
                    Some(value) => ClientWindow::Bits(window_bits(value)?),
                    None if side == Side::Client => ClientWindow::Understood,
                    None => return None,
                };
                std::mem::replace(&mut self.client_max_window_bits, window) == ClientWindow::Unsaid
            }
            _ => false,
        };
        is_new.then_some(())
    }
}

/// Iterates over the extensions of all headers of that name; a value that is not ASCII counts as absent.
fn extensions(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).into_iter().filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| split_outside_quotes(value, ','))
        .filter(|extension| !extension.trim_matches(SPACE).is_empty())
}

fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |char| {
        is_quoted ^= char == '"';
        char == separator && !is_quoted
    })
}

fn unquote(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

/// Reads 8 to 15, without leading zeros.
fn window_bits(value: &str) -> Option<u8> {
    let is_canonical = !value.starts_with('0') && value.bytes().all(|byte| byte.is_ascii_digit());
    let bits = value.parse().ok().filter(|_| is_canonical)?;
    (MIN_WINDOW_BITS..=MAX_WINDOW_BITS).contains(&bits).then_some(bits)
}

fn below_maximum(bits: u8) -> Option<u8> {
    Some(bits).filter(|bits| *bits < MAX_WINDOW_BITS)
}

fn flag(header: &mut String, name: &str, is_set: bool) {
    if is_set {
        header.push_str("; ");
        header.push_str(name);
    }
}

fn bits(header: &mut String, name: &str, bits: Option<u8>) {
    if let Some(bits) = bits {
        flag(header, name, true);
        header.push('=');
        header.push_str(&bits.to_string());
    }
}

const NAME: &str = "permessage-deflate";
const SERVER_NO_CONTEXT_TAKEOVER: &str = "server_no_context_takeover";
const CLIENT_NO_CONTEXT_TAKEOVER: &str = "client_no_context_takeover";
const SERVER_MAX_WINDOW_BITS: &str = "server_max_window_bits";
const CLIENT_MAX_WINDOW_BITS: &str = "client_max_window_bits";
const MIN_WINDOW_BITS: u8 = 8; // RFC 7692 §7.1.2.1
const MAX_WINDOW_BITS: u8 = 15;
const SPACE: [char; 2] = [' ', '\t'];

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const SHARED: DeflateParameters = DeflateParameters {
        server_no_context_takeover: true,
        client_no_context_takeover: true,
        ..DeflateParameters::DEFAULT
    };
    const SMALL: DeflateParameters =
        DeflateParameters { server_max_window_bits: 10, client_max_window_bits: 11, ..DeflateParameters::DEFAULT };

    fn headers(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(value))).collect()
    }

    fn answer(wanted: DeflateParameters, offers: &[&'static str]) -> Option<String> {
        wanted.answer(&headers(offers)).map(|(_, answer)| answer)
    }

    #[test]
    fn rfc7692_7_1_offers_are_answered() {
        const PLAIN: DeflateParameters = DeflateParameters::DEFAULT;
        let table = [
            (PLAIN, "permessage-deflate", "permessage-deflate"),
            (PLAIN, " permessage-deflate ;client_max_window_bits ", "permessage-deflate"),
            (PLAIN, "permessage-deflate; client_max_window_bits=10", "permessage-deflate; client_max_window_bits=10"),
            (
                PLAIN,
                "permessage-deflate; client_max_window_bits=\"10\"",
                "permessage-deflate; client_max_window_bits=10",
            ),
            (PLAIN, "permessage-deflate; server_max_window_bits=8", "permessage-deflate; server_max_window_bits=8"),
            (PLAIN, "permessage-deflate; server_max_window_bits=15", "permessage-deflate; server_max_window_bits=15"),
            (PLAIN, "permessage-deflate; server_no_context_takeover", "permessage-deflate; server_no_context_takeover"),
            (PLAIN, "permessage-deflate; client_no_context_takeover", "permessage-deflate; client_no_context_takeover"),
            (PLAIN, "x-webkit-deflate-frame, permessage-deflate", "permessage-deflate"),
            (PLAIN, "foo; a=\"1, permessage-deflate; x\", permessage-deflate", "permessage-deflate"),
            (
                SHARED,
                "permessage-deflate",
                "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            ),
            (SMALL, "permessage-deflate", "permessage-deflate; server_max_window_bits=10"),
            (
                SMALL,
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate; server_max_window_bits=10; client_max_window_bits=11",
            ),
            (
                SMALL,
                "permessage-deflate; client_max_window_bits=9; server_max_window_bits=9",
                "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
            ),
        ];
        for (wanted, offer, expected) in table {
            assert_eq!(answer(wanted, &[offer]).as_deref(), Some(expected), "{offer}");
        }
    }

    #[test]
    fn rfc7692_7_1_the_first_offer_that_can_be_kept_is_accepted() {
        let offers =
            ["permessage-deflate; server_max_window_bits=7, permessage-deflate; unknown", "permessage-deflate"];
        assert_eq!(answer(DeflateParameters::DEFAULT, &offers).as_deref(), Some("permessage-deflate"));
        let offers = ["permessage-deflate; client_no_context_takeover, permessage-deflate"];
        let expected = "permessage-deflate; client_no_context_takeover";
        assert_eq!(answer(DeflateParameters::DEFAULT, &offers).as_deref(), Some(expected));
    }

    #[test]
    fn rfc7692_7_1_a_malformed_offer_is_declined() {
        let table = [
            "",
            ",",
            "permessage-deflat",
            "permessage-deflate; ",
            "permessage-deflate; unknown",
            "permessage-deflate; unknown=1",
            "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; client_no_context_takeover=",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; server_max_window_bits=16",
            "permessage-deflate; server_max_window_bits=010",
            "permessage-deflate; server_max_window_bits=+9",
            "permessage-deflate; server_max_window_bits=9; server_max_window_bits=9",
            "permessage-deflate; client_max_window_bits=",
            "permessage-deflate; client_max_window_bits=1000",
            "permessage-deflate; client_max_window_bits; client_max_window_bits=9",
            "permessage-deflate; client_max_window_bits=\"9",
        ];
        for offer in table {
            assert_eq!(answer(DeflateParameters::DEFAULT, &[offer]), None, "{offer}");
        }
        assert_eq!(answer(DeflateParameters::DEFAULT, &[]), None);
    }

    #[test]
    fn what_a_server_answers_a_client_accepts() {
        for client in [DeflateParameters::DEFAULT, SHARED, SMALL] {
            for server in [DeflateParameters::DEFAULT, SHARED, SMALL] {
                let offer = HeaderValue::from_str(&client.offer()).unwrap();
                let (agreed, answer) =
                    server.answer(&[(SEC_WEBSOCKET_EXTENSIONS, offer)].into_iter().collect()).unwrap();
                let answer = HeaderValue::from_str(&answer).unwrap();
                let checked = client.check(&[(SEC_WEBSOCKET_EXTENSIONS, answer)].into_iter().collect());
                assert_eq!(checked, Ok(Some(agreed)));
            }
        }
    }

    #[test]
    fn rfc7692_7_1_2_an_answer_that_does_not_fit_the_offer_is_an_error() {
        let table = [
            (SMALL, "permessage-deflate"),
            (SMALL, "permessage-deflate; server_max_window_bits=11"),
            (SHARED, "permessage-deflate"),
            (SHARED, "foo"),
            (SHARED, "permessage-deflate; server_no_context_takeover, permessage-deflate"),
            (DeflateParameters::DEFAULT, "permessage-deflate; client_max_window_bits"),
            (DeflateParameters::DEFAULT, "permessage-deflate; unknown"),
        ];
        for (offered, answer) in table {
            assert_eq!(offered.check(&headers(&[answer])), Err(InvalidAnswer), "{answer}");
        }
        assert_eq!(SHARED.check(&headers(&[])), Ok(None));
    }
}
