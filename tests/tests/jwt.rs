//! Tokens that somebody else's implementation has signed, right ones and wrong ones of every kind.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tests::issuer::{Issuer, KeyPair, forge, seconds_from_now};
use tests::log::Log;
use tests::raw::{RawClient, Response, TEXT, handshake};
use tests::server::serve;
use websocket::JwtAlgorithm::{
    self, ES256, ES384, EdDSA, HS256, HS384, HS512, PS256, PS384, PS512, RS256, RS384, RS512,
};
use websocket::{Auth, Caller, Error, Jwt, Listener, Rule, UpgradeRequest};

const SECRET: &str = "a secret of sixty-four bytes, which is long enough for all hashes";

struct Guarded(String);

#[websocket::service(path = "/")]
impl Guarded {
    #[upgrade]
    fn accept(request: &UpgradeRequest) -> Self {
        let identity = request.identity().expect("it is known");
        let room = identity.claim("room").map(ToString::to_string).unwrap_or_default();
        Self(format!("{} {:?} {room}", identity.subject(), identity.all_scopes().collect::<Vec<_>>()))
    }

    #[remote]
    async fn on_text_message(&mut self, caller: &Caller, token: &str) -> String {
        match caller.reauthenticate(token).await {
            Ok(()) => self.0.clone(),
            Err(error) => error.to_string(),
        }
    }
}

fn rule(jwt: Jwt) -> Auth {
    Auth::rule(Rule::new(jwt).scopes(["chat"]))
}

async fn start(jwt: Jwt) -> SocketAddr {
    serve(Listener::new(0).auth(rule(jwt)).service::<Guarded>()).await
}

async fn ask(address: SocketAddr, more: &str) -> (RawClient, Response) {
    let mut client = RawClient::connect(address).await;
    client.send(handshake("/", more)).await;
    let response = client.response().await;
    (client, response)
}

/// Returns the status, and the error that the client is told.
async fn outcome(address: SocketAddr, token: &str) -> (u16, Option<String>) {
    let (_, response) = ask(address, &format!("Authorization: Bearer {token}\r\n")).await;
    let challenge = response.header("www-authenticate");
    let rest = challenge.map(|challenge| challenge.strip_prefix(r#"Bearer realm="websocket""#).expect("a challenge"));
    (response.status, rest.map(str::to_owned))
}

/// Claims that are right, but for what is given. `"-"` leaves one out.
fn claims(changes: &Value) -> Value {
    let mut claims = json!({
        "sub": "ann", "scope": "chat read", "iss": "https://issuer.example", "aud": ["https://chat.example", "mail"],
        "exp": seconds_from_now(600.0), "nbf": seconds_from_now(-1.0), "room": 7,
    });
    let all = claims.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().expect("an object") {
        if value == "-" {
            all.remove(name)
        } else {
            all.insert(name.clone(), value.clone())
        };
    }
    claims
}

fn strict(jwt: Jwt) -> Jwt {
    jwt.issuer("https://issuer.example").audience("https://chat.example").required_claims(["room"])
}

#[tokio::test]
async fn tokens_of_every_algorithm_let_somebody_in() {
    let mut issuer = Issuer::start();
    let families: [(&str, &[JwtAlgorithm]); 5] = [
        ("secret", &[HS256, HS384, HS512]),
        ("RSA", &[RS256, RS384, RS512, PS256, PS384, PS512]),
        ("P-256", &[ES256]),
        ("P-384", &[ES384]),
        ("Ed25519", &[EdDSA]),
    ];
    for (kind, algorithms) in families {
        let (key, jwt) = if kind == "secret" {
            (SECRET.to_owned(), Jwt::with_secret(algorithms.iter().copied(), SECRET))
        } else {
            let KeyPair { private, public, .. } = issuer.key(kind).await;
            (private, Jwt::with_public_key_pem(algorithms.iter().copied(), public))
        };
        let address = start(strict(jwt)).await;
        for algorithm in algorithms {
            let token = issuer.sign(&algorithm.to_string(), &key, &claims(&json!({}))).await;
            let (mut client, response) = ask(address, &format!("Authorization: Bearer {token}\r\n")).await;
            assert_eq!(response.status, 101, "{algorithm}");
            client.send_frame(TEXT, &token).await;
            client.expects(TEXT, r#"ann ["chat", "read"] 7"#).await;

            let (rest, signature) = token.rsplit_once('.').expect("it has three parts");
            let flipped = if signature.starts_with('A') { 'B' } else { 'A' };
            let damaged = format!("{rest}.{flipped}{}", &signature[1..]);
            assert_eq!(outcome(address, &damaged).await, (401, Some(r#", error="invalid_token""#.to_owned())));
        }
    }
}

#[tokio::test]
async fn claims_that_are_wrong_are_refused_and_told_to_the_log_alone() {
    let (log, _guard) = Log::listen();
    let mut issuer = Issuer::start();
    let address = start(strict(Jwt::with_secret([HS256], SECRET))).await;
    let (missing, scopes) = ("claim `sub` is missing, or no string", "scopes are missing: chat");
    let table = [
        (json!({ "exp": seconds_from_now(-1.0) }), 401, "token has expired"),
        (json!({ "exp": "-" }), 401, "claim `exp` is missing"),
        (json!({ "exp": "4102444800" }), 401, "claim `exp` is no time"),
        (json!({ "exp": -5 }), 401, "token has expired"),
        (json!({ "exp": 1e300 }), 401, "claim `exp` is no time"),
        (json!({ "exp": u64::MAX }), 401, "claim `exp` is no time"),
        (json!({ "nbf": seconds_from_now(60.0) }), 401, "token is not yet valid"),
        (json!({ "iss": "https://other.example" }), 401, "token is from another issuer"),
        (json!({ "iss": "-" }), 401, "token is from another issuer"),
        (json!({ "aud": "mail" }), 401, "token is for another audience"),
        (json!({ "aud": "-" }), 401, "token is for another audience"),
        (json!({ "room": "-" }), 401, "claim `room` is missing"),
        (json!({ "sub": "-" }), 401, missing),
        (json!({ "sub": 7 }), 401, missing),
        (json!({ "scope": 7 }), 401, "claim `scope` is neither a string nor an array of strings"),
        (json!({ "scope": "-" }), 403, scopes),
        (json!({ "scope": "chats" }), 403, scopes),
        (json!({ "scope": ["read", "chat"] }), 101, ""),
        (json!({ "exp": seconds_from_now(600.0).floor() }), 101, ""),
        (json!({ "exp": 4_102_444_800.5 }), 101, ""),
        (json!({ "nbf": "-" }), 101, ""),
        (json!({ "aud": "https://chat.example" }), 101, ""),
    ];
    for (changes, status, reason) in table {
        let token = issuer.sign("HS256", SECRET, &claims(&changes)).await;
        let challenge = match status {
            101 => None,
            403 => Some(r#", error="insufficient_scope", scope="chat""#.to_owned()),
            _ => Some(r#", error="invalid_token""#.to_owned()),
        };
        assert_eq!(outcome(address, &token).await, (status, challenge), "{changes}");
        if status == 101 {
            continue;
        }
        let entry = log.entries().into_iter().rfind(|entry| entry.record.name == "authentication failed");
        let record = entry.expect("it is told").record;
        assert_eq!(record.field("reason"), reason, "{changes}");
        let subject = record.fields.iter().find(|(name, _)| *name == "subject").map(|(_, subject)| subject.as_str());
        assert_eq!(subject, (reason != missing).then_some("ann"), "{changes}");
        assert!(!log.text().contains(&token), "the token is in the log");
    }
}

#[tokio::test]
async fn forged_and_malformed_tokens_are_refused() {
    const SHAPE: &str = "token is no JWT: it has not three parts in base64url";
    const HEADER: &str = "header of the token cannot be read, or names an algorithm that is not known";
    const OTHER: &str = "token is signed with an algorithm that is not accepted";
    const SIGNATURE: &str = "signature of the token is wrong";
    const PAYLOAD: &str = "payload of the token is no JSON object";
    const CRIT: &str = "header of the token has `crit`, and no extension is known";
    let (log, _guard) = Log::listen();
    let mut issuer = Issuer::start();
    let (key, other) = (issuer.key("RSA").await, issuer.key("RSA").await);
    let address = start(strict(Jwt::with_public_key_pem([RS256, PS256], key.public.as_str()))).await;

    let right = claims(&json!({}));
    let payload = right.to_string();
    let token = issuer.sign("RS256", &key.private, &right).await;
    let parts: Vec<&str> = token.split('.').collect();
    let (text, signed) =
        (r#"{"typ":"JWT","alg":"RS256"}"#, |header: Value, payload: &str| (header, payload.to_owned()));
    let mut table = vec![
        (issuer.sign("RS256", &other.private, &right).await, SIGNATURE),
        (issuer.confuse(&key.public, &right).await, OTHER),
        (issuer.confuse(key.public.trim_end(), &right).await, OTHER),
        (issuer.sign("HS256", SECRET, &right).await, OTHER),
        (issuer.sign("RS512", &key.private, &right).await, OTHER),
        (forge(r#"{"typ":"JWT","alg":"none"}"#, &payload, b""), HEADER),
        (forge(r#"{"typ":"JWT","alg":"NONE"}"#, &payload, b""), HEADER),
        (forge(r#"{"typ":"JWT","alg":"rs256"}"#, &payload, b""), HEADER),
        (forge(r#"{"typ":"JWT","alg":["RS256"]}"#, &payload, b""), HEADER),
        (forge(r#"{"typ":"JWT"}"#, &payload, b""), HEADER),
        (forge(r#"{"alg":"none","alg":"RS256"}"#, &payload, b""), HEADER),
        (forge("[]", &payload, b""), HEADER),
        (forge("", &payload, b""), HEADER),
        (forge(text, &payload, b""), SIGNATURE),
        (forge(text, &payload, &[0; 256]), SIGNATURE),
        (
            format!("{}.{}.{}", parts[0], forge("", &payload.replace("ann", "eve"), b"").trim_matches('.'), parts[2]),
            SIGNATURE,
        ),
        (format!("{}.{}.", parts[0], parts[1]), SIGNATURE),
        (format!("{}.{}", parts[0], parts[1]), SHAPE),
        (format!("{token}."), SHAPE),
        (format!("{token}.e30"), SHAPE),
        (format!("{token}=="), SHAPE),
        (format!("{}/.{}.{}", parts[0], parts[1], parts[2]), SHAPE),
        ("..".to_owned(), HEADER),
        ("token".to_owned(), SHAPE),
        (forge(text, &"x".repeat(2_000), b"x"), SIGNATURE),
    ];
    // The issuer signs these, so that nothing but the header or the payload is wrong.
    let signed = [
        (signed(json!({ "crit": ["b64"], "b64": true }), &payload), CRIT),
        (signed(json!({ "crit": ["x"], "x": 1 }), &payload), CRIT),
        (signed(json!({}), "[]"), PAYLOAD),
        (signed(json!({}), "\"ann\""), PAYLOAD),
        (signed(json!({}), "{"), PAYLOAD),
        (signed(json!({}), ""), PAYLOAD),
        (signed(json!({}), &format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200))), PAYLOAD),
        (signed(json!({}), "{}"), "claim `sub` is missing, or no string"),
    ];
    for ((header, payload), reason) in signed {
        table.push((issuer.sign_text("RS256", &key.private, &header, &payload).await, reason));
    }
    for (token, reason) in &table {
        assert_eq!(outcome(address, token).await, (401, Some(r#", error="invalid_token""#.to_owned())), "{token}");
        let entry = log.entries().into_iter().rfind(|entry| entry.record.name == "authentication failed");
        assert_eq!(entry.expect("it is told").record.field("reason"), *reason, "{token}");
    }

    let huge = forge(text, &"x".repeat(15_000), b"x");
    assert_eq!(outcome(address, &huge).await, (431, None), "no request may be so long");
    let (mut client, response) = ask(address, &format!("Authorization: Bearer {token}\r\n")).await;
    assert_eq!(response.status, 101, "the key is right");
    client.send_frame(TEXT, huge).await;
    client.expects(TEXT, "token is longer than `max_token_size`").await;
}

#[tokio::test]
async fn the_header_is_read_as_the_standards_say() {
    let mut issuer = Issuer::start();
    let address = start(strict(Jwt::with_secret([HS256], SECRET))).await;
    let token = issuer.sign("HS256", SECRET, &claims(&json!({}))).await;
    let nothing = r#"Bearer realm="websocket""#;
    let (invalid, twice) =
        (format!("{nothing}, error=\"invalid_token\""), format!("{nothing}, error=\"invalid_request\""));
    let table = [
        (format!("authorization: bEaReR {token}\r\n"), 101, None),
        (format!("Authorization: Bearer   {token}  \r\n"), 101, None),
        (String::new(), 401, Some(nothing)),
        ("Authorization: Basic YW5uOnNlc2FtZQ==\r\n".to_owned(), 401, Some(nothing)),
        (format!("Authorization: JWT {token}\r\n"), 401, Some(nothing)),
        (format!("Authorization: Bearer {token} {token}\r\n"), 401, Some(&*invalid)),
        (format!("Authorization: {token}\r\n"), 401, Some(&invalid)),
        (format!("Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n"), 400, Some(&twice)),
    ];
    for (header, status, challenge) in table {
        let (_, response) = ask(address, &header).await;
        assert_eq!((response.status, response.header("www-authenticate")), (status, challenge), "{header}");
    }
}

#[tokio::test]
async fn a_connection_ends_with_its_token_unless_it_shows_another() {
    let mut issuer = Issuer::start();
    let address = start(strict(Jwt::with_secret([HS256], SECRET))).await;
    let (first, second) = (seconds_from_now(1.0), seconds_from_now(2.0));
    let tokens = [claims(&json!({ "exp": first })), claims(&json!({ "exp": second }))];
    let (mut silent, _) =
        ask(address, &format!("Authorization: Bearer {}\r\n", issuer.sign("HS256", SECRET, &tokens[0]).await)).await;
    let (mut renewed, _) =
        ask(address, &format!("Authorization: Bearer {}\r\n", issuer.sign("HS256", SECRET, &tokens[0]).await)).await;
    renewed.send_frame(TEXT, issuer.sign("HS256", SECRET, &tokens[1]).await).await;
    renewed.expects(TEXT, r#"ann ["chat", "read"] 7"#).await;
    renewed.send_frame(TEXT, issuer.sign("HS512", SECRET, &tokens[1]).await).await;
    renewed.expects(TEXT, "token is signed with an algorithm that is not accepted").await;
    for (client, end) in [(&mut silent, first), (&mut renewed, second)] {
        assert_eq!(client.closing().await, (1008, "credentials have expired".to_owned()));
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later").as_secs_f64();
        assert!(now + 0.001 >= end, "too early");
    }
}

#[tokio::test]
async fn settings_loosen_what_is_strict() {
    let mut issuer = Issuer::start();
    let jwt = || Jwt::with_secret([HS256], SECRET);
    let late = json!({ "exp": seconds_from_now(-30.0) });
    let table = [
        (jwt().any_audience(), late.clone(), 401),
        (jwt().any_audience().clock_skew(Duration::from_mins(1)), late, 101),
        (jwt().any_audience(), json!({ "exp": "-" }), 401),
        (jwt().any_audience().allow_endless(), json!({ "exp": "-" }), 101),
        (jwt(), json!({}), 401),
        (jwt(), json!({ "aud": "-" }), 101),
        (jwt().audience("a").audience("mail"), json!({}), 101),
        (jwt().any_audience().issuer("a").issuer("https://issuer.example"), json!({}), 101),
        (jwt().any_audience().subject_claim("client"), json!({ "sub": "-", "client": "app" }), 101),
        (jwt().any_audience().scope_claim("scp"), json!({}), 403),
        (jwt().any_audience().scope_claim("scp"), json!({ "scp": ["chat"] }), 101),
        (jwt().any_audience().claim("room", 7), json!({}), 101),
        (jwt().any_audience().claim("room", "7"), json!({}), 401),
        (jwt().any_audience().max_token_size(100), json!({}), 401),
    ];
    for (jwt, changes, status) in table {
        let shown = format!("{jwt:?}");
        let address = start(jwt).await;
        let token = issuer.sign("HS256", SECRET, &claims(&changes)).await;
        assert_eq!(outcome(address, &token).await.0, status, "{changes} {shown}");
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[tokio::test]
async fn a_key_that_does_not_fit_is_found_when_the_listener_binds() {
    let KeyPair { public, private, .. } = Issuer::start().key("RSA").await;
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("jwt-{}.pem", std::process::id()));
    std::fs::write(&file, &public).expect("it can be written");
    let table = [
        (Jwt::with_public_key_file([RS256], &file), None),
        (Jwt::with_public_key_file([ES256], &file), Some(".pem: public key is not one for `ES256`")),
        (Jwt::with_public_key_file([RS256], "nowhere.pem"), Some("nowhere.pem: No such file")),
        (Jwt::with_public_key_pem([RS256, HS256], &*public), Some("`HS256` does not go with a public key")),
        (Jwt::with_public_key_pem([RS256], &*private), Some("there is no `PUBLIC KEY` in the PEM")),
        (Jwt::with_secret([HS256], &*public), Some("secret is a PEM file")),
        (Jwt::with_secret([RS256], SECRET), Some("`RS256` does not go with a secret")),
        (Jwt::with_secret([HS256], "too short"), Some("secret has 9 bytes, and `HS256` needs 32")),
        (Jwt::with_secret([], SECRET), Some("no algorithm is accepted")),
    ];
    for (jwt, expected) in table {
        let listener = Listener::new(0).host("127.0.0.1").auth(rule(jwt)).service::<Guarded>();
        match (listener.bind().await, expected) {
            (Ok(_), None) => {}
            (Err(Error::Config(error)), Some(expected)) => {
                let error = error.to_string();
                assert!(error.starts_with("invalid `auth` of the listener: ") && error.contains(expected), "{error}");
            }
            other => panic!("{other:?}"),
        }
    }
    std::fs::remove_file(file).expect("it is there");
}
