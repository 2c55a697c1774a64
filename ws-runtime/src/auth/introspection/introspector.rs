//! Asks an issuer about tokens, once for all who have the same one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use form_urlencoded::Serializer;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Request};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout};

use crate::auth::introspection::Settings;
use crate::auth::introspection::answer::{Verdict, read};
use crate::auth::introspection::memory::{Memory, TokenHash};
use crate::caller::shared::lock;
use crate::endpoint::{Endpoint, client_credentials};
use crate::error::BoxError;
use crate::identity::Identity;
use crate::log;

/// A verdict, or why there is none.
type Outcome = Result<Verdict, Arc<str>>;

/// The least time between two events that tell of failures: peers could cause them as often as they like.
const TELLING_INTERVAL: Duration = Duration::from_secs(10);

/// Longer than a server runs, and not too long for a clock.
const LONGEST: Duration = Duration::from_hours(24 * 3650);

pub(super) struct Introspector {
    settings: Settings,
    endpoint: Endpoint,
    authorization: Option<HeaderValue>,
    permits: Arc<Semaphore>,
    state: Mutex<State>,
}

struct State {
    active: Memory<Identity>,
    /// Apart, so that nobody's guesses push out the tokens of others.
    refused: Memory<&'static str>,
    /// The requests that are under way: no more than there are permits.
    asking: HashMap<TokenHash, watch::Receiver<Option<Outcome>>>,
    told: Option<Instant>,
}

/// What there is about a token.
enum Found {
    Verdict(Verdict),
    Asking(watch::Receiver<Option<Outcome>>),
}

/// A request that is under way. It ends, whatever becomes of its task.
struct Question {
    introspector: Arc<Introspector>,
    hash: TokenHash,
    outcome: watch::Sender<Option<Outcome>>,
    _permit: OwnedSemaphorePermit,
}

impl Introspector {
    /// # Errors
    /// What is wrong with the settings.
    pub(super) fn new(settings: Settings) -> Result<Self, BoxError> {
        if settings.max_requests == 0 {
            return Err("max_requests of the introspection must be at least 1".into());
        }
        let state = State {
            active: Memory::new(settings.max_entries),
            refused: Memory::new(settings.max_entries),
            asking: HashMap::new(),
            told: None,
        };
        Ok(Self {
            endpoint: settings.endpoint.prepare()?,
            authorization: settings.client.as_ref().map(|(id, secret)| client_credentials(id, secret)).transpose()?,
            permits: Arc::new(Semaphore::new(settings.max_requests.min(Semaphore::MAX_PERMITS))),
            state: Mutex::new(state),
            settings,
        })
    }

    /// Finds out about a token.
    ///
    /// # Errors
    /// The issuer cannot be asked.
    pub(super) async fn verdict(self: &Arc<Self>, token: &str) -> Outcome {
        let hash = TokenHash::of(token);
        let known = lock(&self.state).find(&hash);
        let found = match known {
            Some(found) => found,
            None => self.find_or_ask(hash, token, self.permit().await?),
        };
        match found {
            Found::Verdict(verdict) => Ok(verdict),
            Found::Asking(mut outcome) => {
                let outcome = outcome.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
                outcome.unwrap_or_else(|| Err("the request about a token was broken off".into()))
            }
        }
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, Arc<str>> {
        let permit = timeout(self.settings.endpoint.timeout, Arc::clone(&self.permits).acquire_owned()).await;
        permit.ok().and_then(Result::ok).ok_or_else(|| "there are `max_requests` to the issuer already".into())
    }

    /// Asks, unless somebody has done so while there was no permit. The task is its own: it goes on when the client that caused it is gone.
    fn find_or_ask(self: &Arc<Self>, hash: TokenHash, token: &str, permit: OwnedSemaphorePermit) -> Found {
        let mut state = lock(&self.state);
        if let Some(found) = state.find(&hash) {
            return found;
        }
        let (sender, receiver) = watch::channel(None);
        state.asking.insert(hash, receiver.clone());
        drop(state);
        let question = Question { introspector: Arc::clone(self), hash, outcome: sender, _permit: permit };
        let form = self.form(token);
        tokio::spawn(async move {
            let outcome = question.introspector.ask(form).await;
            question.end(outcome);
        });
        Found::Asking(receiver)
    }

    async fn ask(&self, form: String) -> Result<Verdict, BoxError> {
        let mut request = Request::post("/")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let answer = self.endpoint.ask(request, Bytes::from(form)).await?;
        let Settings { scope_claim, default_lifetime, .. } = &self.settings;
        Ok(read(&answer, scope_claim, *default_lifetime, SystemTime::now())?)
    }

    /// Returns the body of a request ([RFC 7662 §2.1](https://www.rfc-editor.org/rfc/rfc7662#section-2.1)).
    fn form(&self, token: &str) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("token", token);
        if let Some(hint) = &self.settings.token_type_hint {
            form.append_pair("token_type_hint", hint);
        }
        form.finish()
    }

    fn remember(&self, hash: TokenHash, verdict: &Verdict) {
        let now = Instant::now();
        let end = |age: Duration| now + age.min(LONGEST);
        let mut state = lock(&self.state);
        match verdict {
            Verdict::Active(identity) => {
                let left = identity.expiry().map(|expiry| expiry.duration_since(SystemTime::now()).unwrap_or_default());
                let age = left.map_or(self.settings.max_age, |left| left.min(self.settings.max_age));
                state.active.put(hash, identity.clone(), end(age), now);
            }
            Verdict::Refused(reason) => state.refused.put(hash, reason, end(self.settings.max_negative_age), now),
        }
    }

    /// Returns what is told of a failure.
    fn failure(&self, error: &BoxError) -> Arc<str> {
        let url = &self.settings.endpoint.url;
        let now = Instant::now();
        let mut state = lock(&self.state);
        let is_due = state.told.is_none_or(|told| now.duration_since(told) >= TELLING_INTERVAL);
        if is_due {
            state.told = Some(now);
        }
        drop(state);
        if is_due {
            log::introspection_failed(url, &error.to_string());
        }
        format!("token could not be introspected at {url}: {error}").into()
    }
}

impl State {
    fn find(&self, hash: &TokenHash) -> Option<Found> {
        let now = Instant::now();
        let active = || self.active.get(hash, now).map(Verdict::Active);
        let refused = || self.refused.get(hash, now).map(Verdict::Refused);
        let verdict = active().or_else(refused).map(Found::Verdict);
        verdict.or_else(|| self.asking.get(hash).cloned().map(Found::Asking))
    }
}

impl Question {
    fn end(self, outcome: Result<Verdict, BoxError>) {
        let outcome = outcome.map_err(|error| self.introspector.failure(&error));
        if let Ok(verdict) = &outcome {
            self.introspector.remember(self.hash, verdict);
        }
        self.outcome.send_replace(Some(outcome));
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        lock(&self.introspector.state).asking.remove(&self.hash);
    }
}
