//! The negotiation of compression: no header breaks it, and both ends understand the same.
//!
//! The input is what the server and the client want, and lines, each the value of a header.

use arbitrary::Unstructured;
use http::header::{HeaderMap, HeaderValue, SEC_WEBSOCKET_EXTENSIONS};
use ws_core::extension::DeflateParameters;

use crate::byte;

/// Lets two ends that were made for each other agree, and shows arbitrary headers to both.
///
/// # Panics
/// When something does not hold.
pub fn run(data: &[u8]) {
    let mut source = Unstructured::new(data);
    let (server, client) = (parameters(&mut source), parameters(&mut source));
    check_agreement(server, client);

    let values = source.take_rest().split(|byte| *byte == b'\n');
    let headers: HeaderMap = values
        .filter_map(|value| HeaderValue::from_bytes(value).ok())
        .map(|value| (SEC_WEBSOCKET_EXTENSIONS, value))
        .fold(HeaderMap::new(), |mut headers, (name, value)| {
            headers.append(name, value);
            headers
        });
    check_answer(server, &headers);
    check_check(client, &headers);
}

/// Whatever a server answers, the client that made the offer accepts, and both keep to the same.
fn check_agreement(server: DeflateParameters, client: DeflateParameters) {
    let offer = headers(&client.offer());
    let (agreed, answer) = server.answer(&offer).expect("an offer of ours can be kept");
    assert_eq!(client.check(&headers(&answer)), Ok(Some(agreed)), "{offer:?} {answer}");
    assert!(agreed.server_max_window_bits <= client.server_max_window_bits);
    assert!(agreed.server_no_context_takeover >= client.server_no_context_takeover);
}

/// A server keeps to what it wants and to what it is asked for, and says nothing that was not offered.
fn check_answer(server: DeflateParameters, offers: &HeaderMap) {
    let Some((agreed, answer)) = server.answer(offers) else { return };
    assert!((8..=server.server_max_window_bits).contains(&agreed.server_max_window_bits));
    assert!((8..=15).contains(&agreed.client_max_window_bits));
    assert!(agreed.server_no_context_takeover >= server.server_no_context_takeover);
    assert!(agreed.client_no_context_takeover >= server.client_no_context_takeover);
    let is_offered =
        |name: &str| offers.values().filter_map(|value| value.to_str().ok()).any(|value| value.contains(name));
    assert!(is_offered("permessage-deflate"), "{answer}");
    if answer.contains("client_max_window_bits") {
        assert!(is_offered("client_max_window_bits"), "{answer}");
    } else {
        assert_eq!(agreed.client_max_window_bits, 15);
    }
    // A client that may be answered anything understands it in the same way.
    assert_eq!(DeflateParameters::DEFAULT.check(&headers(&answer)), Ok(Some(agreed)), "{answer}");
}

/// A client accepts only what keeps to its offer.
fn check_check(client: DeflateParameters, answer: &HeaderMap) {
    let Ok(Some(agreed)) = client.check(answer) else { return };
    assert!((8..=client.server_max_window_bits).contains(&agreed.server_max_window_bits));
    assert!((8..=client.client_max_window_bits).contains(&agreed.client_max_window_bits));
    assert!(agreed.server_no_context_takeover >= client.server_no_context_takeover);
    assert!(agreed.client_no_context_takeover >= client.client_no_context_takeover);
}

fn parameters(source: &mut Unstructured<'_>) -> DeflateParameters {
    let (flags, windows) = (byte(source), byte(source));
    DeflateParameters {
        server_no_context_takeover: flags & 1 != 0,
        client_no_context_takeover: flags & 2 != 0,
        server_max_window_bits: 8 + windows % 8,
        client_max_window_bits: 8 + windows / 8 % 8,
    }
}

fn headers(value: &str) -> HeaderMap {
    let value = HeaderValue::from_str(value).expect("what we say is a header value");
    HeaderMap::from_iter([(SEC_WEBSOCKET_EXTENSIONS, value)])
}
