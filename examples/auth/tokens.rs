//! A little endpoint that gives tokens out: `POST /token` with the form `user=ann&password=sesame`.

use std::{
    error::Error,
    time::{Duration, SystemTime},
};

use axum::{Form, Router, extract::State, http::StatusCode, routing::post};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde::{Deserialize, Serialize};

pub(crate) const AUDIENCE: &str = "chat";
/// After that the connection is closed.
const LIFETIME: Duration = Duration::from_hours(1);
/// Names, passwords, and scopes. A real issuer has hashes, and somewhere else.
const USERS: [(&str, &str, &str); 2] = [("ann", "sesame", "listen speak"), ("bob", "apple", "listen")];

/// Signs tokens, with a secret that it forgets when the program ends.
#[derive(Clone)]
pub(crate) struct Issuer {
    secret: [u8; 32],
}

#[derive(Deserialize)]
struct Login {
    user: String,
    password: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    aud: &'a str,
    scope: &'a str,
    /// Seconds since 1970.
    exp: u64,
}

impl Issuer {
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| error.to_string())?;
        Ok(Self { secret })
    }

    pub(crate) fn secret(&self) -> [u8; 32] {
        self.secret
    }

    pub(crate) fn endpoint(self) -> Router {
        Router::new().route("/token", post(token)).with_state(self)
    }

    fn sign(&self, user: &str, scope: &str) -> Result<String, Box<dyn Error>> {
        let exp = (SystemTime::now() + LIFETIME).duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let claims = Claims { sub: user, aud: AUDIENCE, scope, exp };
        Ok(encode(&Header::default(), &claims, &EncodingKey::from_secret(&self.secret))?)
    }
}

async fn token(State(issuer): State<Issuer>, Form(login): Form<Login>) -> Result<String, StatusCode> {
    let known = USERS.iter().find(|(user, password, _)| *user == login.user && *password == login.password);
    let (user, _, scope) = known.ok_or(StatusCode::UNAUTHORIZED)?;
    issuer.sign(user, scope).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}
