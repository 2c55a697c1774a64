//! Asks for a token.

use std::time::Duration;

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request};
use tokio::time::Instant;

use crate::client::credentials::oauth2::answer::{Answer, read};
use crate::client::credentials::oauth2::{Grant, Settings};
use crate::endpoint::{Endpoint, client_credentials};
use crate::error::{BoxError, CredentialsError};

/// What has been given out.
#[derive(Default)]
pub(super) struct State {
    pub(super) token: Option<Token>,
    /// The last one, if there was one.
    pub(super) refresh_token: Option<String>,
}

/// A token, and until when it is used.
pub(super) struct Token {
    /// The value of `Authorization`.
    pub(super) value: HeaderValue,
    pub(super) end: Instant,
}

/// Asks a token endpoint.
pub(super) struct Fetcher {
    settings: Settings,
    endpoint: Endpoint,
    authorization: Option<HeaderValue>,
}

impl Fetcher {
    /// # Errors
    /// The first setting that is wrong.
    pub(super) fn new(settings: Settings) -> Result<Self, BoxError> {
        if let Some((name, _)) = settings.parameters.iter().find(|(name, _)| RESERVED.contains(&name.as_str())) {
            return Err(format!("parameter `{name}` is one of the grant itself").into());
        }
        let authorization = match &settings.client {
            Some((id, secret)) if !settings.is_client_in_body => Some(client_credentials(id, secret)?),
            _ => None,
        };
        Ok(Self { endpoint: settings.endpoint.prepare()?, settings, authorization })
    }

    /// Fetches a token, and keeps it.
    pub(super) async fn renew(&self, state: &mut State) -> Result<HeaderValue, CredentialsError> {
        state.token = None;
        let asked = Instant::now();
        let answer = self.answer(state).await?;
        if !matches!(self.settings.grant, Grant::ClientCredentials) && answer.refresh_token.is_some() {
            state.refresh_token = answer.refresh_token;
        }
        let lifetime = answer.lifetime.unwrap_or(self.settings.default_lifetime);
        let end = asked + lifetime.saturating_sub(self.settings.clock_skew).min(MAX_AGE);
        let value = answer.authorization;
        state.token = Some(Token { value: value.clone(), end });
        Ok(value)
    }

    async fn answer(&self, state: &mut State) -> Result<Answer, CredentialsError> {
        let Some(token) = &state.refresh_token else { return self.ask(self.own_grant()).await };
        match self.ask(refresh(token)).await {
            // It has come to its end: there still is what it was given for.
            Err(CredentialsError::Refused(_)) if !matches!(self.settings.grant, Grant::RefreshToken(_)) => {
                state.refresh_token = None;
                self.ask(self.own_grant()).await
            }
            answer => answer,
        }
    }

    fn own_grant(&self) -> Vec<(&str, &str)> {
        match &self.settings.grant {
            Grant::ClientCredentials => vec![("grant_type", "client_credentials")],
            Grant::Password { user, password } => {
                vec![("grant_type", "password"), ("username", user), ("password", password)]
            }
            Grant::RefreshToken(token) => refresh(token),
        }
    }

    async fn ask(&self, grant: Vec<(&str, &str)>) -> Result<Answer, CredentialsError> {
        let form = self.form(grant);
        let mut request = Request::post("/")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let sent = self.endpoint.send(request, Bytes::from(form)).await;
        let (status, body) = sent.map_err(CredentialsError::unavailable)?;
        read(status, &body)
    }

    /// Returns the body of a request.
    fn form(&self, grant: Vec<(&str, &str)>) -> String {
        let Settings { client, is_client_in_body, scopes, parameters, .. } = &self.settings;
        let mut form = Serializer::new(String::new());
        form.extend_pairs(grant).extend_pairs(parameters);
        if !scopes.is_empty() {
            form.append_pair("scope", &scopes.join(" "));
        }
        if let Some((id, secret)) = client.as_ref().filter(|_| *is_client_in_body) {
            form.append_pair("client_id", id).append_pair("client_secret", secret);
        }
        form.finish()
    }
}

fn refresh(token: &str) -> Vec<(&str, &str)> {
    vec![("grant_type", "refresh_token"), ("refresh_token", token)]
}

/// So long is a token used at most: the clock goes no further than some hundred years.
const MAX_AGE: Duration = Duration::from_hours(24 * 365);
const RESERVED: [&str; 6] = ["client_secret", "grant_type", "password", "refresh_token", "scope", "username"];
