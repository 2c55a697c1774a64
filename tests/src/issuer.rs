//! An issuer of tokens on an implementation that we did not write: the Python package `PyJWT`.

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use crate::{script, within};

/// Makes keys, and signs tokens.
#[derive(Debug)]
pub struct Issuer {
    _process: Child,
    commands: ChildStdin,
    reports: Lines<BufReader<ChildStdout>>,
}

/// A pair of keys.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// PKCS #8, in PEM.
    pub private: String,
    /// `PUBLIC KEY`, in PEM.
    pub public: String,
    /// The public key as JSON (RFC 7517).
    pub jwk: Value,
}

impl Issuer {
    /// Starts the script.
    ///
    /// # Panics
    ///
    /// When it does not start.
    #[must_use]
    pub fn start() -> Self {
        let mut process = script::spawn(".venv/bin/python", "python_jwt.py", &[]);
        let commands = process.stdin.take().expect("stdin is piped");
        let reports = BufReader::new(process.stdout.take().expect("stdout is piped")).lines();
        Self { _process: process, commands, reports }
    }

    /// Makes a pair of keys: `RSA`, `P-256`, `P-384`, or `Ed25519`.
    ///
    /// # Panics
    ///
    /// When the script fails.
    pub async fn key(&mut self, kind: &str) -> KeyPair {
        let pair = self.ask("key", json!([kind])).await;
        let text = |name: &str| pair[name].as_str().expect("it is text").to_owned();
        KeyPair { private: text("private"), public: text("public"), jwk: pair["jwk"].clone() }
    }

    /// Signs claims, with a private key or a secret.
    pub async fn sign(&mut self, algorithm: &str, key: &str, claims: &Value) -> String {
        self.sign_text(algorithm, key, &json!({}), &claims.to_string()).await
    }

    /// Signs any payload, with more in the header.
    pub async fn sign_text(&mut self, algorithm: &str, key: &str, header: &Value, payload: &str) -> String {
        self.token("sign", json!([algorithm, key, header, payload])).await
    }

    /// Signs claims with HS256, and a public key as the secret.
    pub async fn confuse(&mut self, public: &str, claims: &Value) -> String {
        self.token("confuse", json!([{ "typ": "JWT", "alg": "HS256" }, claims.to_string(), public])).await
    }

    /// Checks a token with a public key or a secret. Returns its header and its claims, or the name of what is wrong.
    ///
    /// # Panics
    ///
    /// When the script fails.
    pub async fn verify(&mut self, algorithm: &str, key: &str, token: &str, audience: Option<&str>) -> (Value, Value) {
        let found = self.ask("verify", json!([algorithm, key, token, audience])).await;
        serde_json::from_value(found).expect("it is a pair")
    }

    async fn token(&mut self, command: &str, arguments: Value) -> String {
        self.ask(command, arguments).await.as_str().expect("a token is text").to_owned()
    }

    async fn ask(&mut self, command: &str, arguments: Value) -> Value {
        let line = format!("{command} {arguments}\n");
        self.commands.write_all(line.as_bytes()).await.expect("the script runs");
        let report = within(format_args!("`{command}`"), self.reports.next_line()).await.expect("reports are UTF-8");
        serde_json::from_str(&report.expect("the script answers")).expect("it is JSON")
    }
}

/// Returns the seconds since 1970, so many from now.
///
/// # Panics
///
/// When it is before 1970.
#[must_use]
pub fn seconds_from_now(seconds: f64) -> f64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later");
    now.as_secs_f64() + seconds
}

/// Puts a token together, with whatever signature.
#[must_use]
pub fn forge(header: &str, payload: &str, signature: &[u8]) -> String {
    [header.as_bytes(), payload.as_bytes(), signature].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}
