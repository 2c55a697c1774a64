//! Which method a dispatched message means.
//!
//! The value of the dispatcher key either is the `event` of a method, or names the method: `heart_beat`, `heart-beat`,
//! `heart beat`, and `heartBeat` all mean `on_heart_beat`. The macro derives names to find conflicts, the runtime compares
//! them without building one.

/// How a dispatched method is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// By exactly this value: `#[remote(event = "…")]`.
    Event(&'static str),
    /// By the method's own name, which the value is turned into.
    Method(&'static str),
}

/// Finds the route of a message by the value of its dispatcher key.
///
/// A route by event wins over a route by name, whatever their order.
#[must_use]
pub fn find(routes: &[Route], value: &str) -> Option<usize> {
    let is_exact = |route: &Route| route.is_spelt(value);
    find_event(routes, |event| event == value)
        .or_else(|| routes.iter().position(is_exact))
        .or_else(|| find_method(routes, &value.chars()))
}

/// Finds the route as [`find`] does, by a value that is not at hand as it is.
#[must_use]
pub fn find_chars(routes: &[Route], value: &(impl Iterator<Item = char> + Clone)) -> Option<usize> {
    find_event(routes, |event| value.clone().eq(event.chars())).or_else(|| find_method(routes, value))
}

fn find_event(routes: &[Route], is_it: impl Fn(&str) -> bool) -> Option<usize> {
    routes.iter().position(|route| matches!(route, Route::Event(event) if is_it(event)))
}

fn find_method(routes: &[Route], value: &(impl Iterator<Item = char> + Clone)) -> Option<usize> {
    routes
        .iter()
        .position(|route| matches!(route, Route::Method(method) if method_chars(value.clone()).eq(method.chars())))
}

impl Route {
    /// Returns whether the value is the name of the method without `on_`, which is how most clients write it.
    fn is_spelt(&self, value: &str) -> bool {
        matches!(self, Self::Method(method) if method.strip_prefix("on_") == Some(value))
    }
}

/// Returns the name of the method that a value means.
#[must_use]
pub fn method_name(value: &str) -> String {
    method_chars(value.chars()).collect()
}

/// Returns whether a value means the method of this name, without allocating.
#[must_use]
pub fn names_method(value: &str, method: &str) -> bool {
    method_chars(value.chars()).eq(method.chars())
}

/// Splits at everything that is not alphanumeric and at inner capitals, lower-cases the words, and joins them with `_`.
///
/// A capital starts a word after a small letter or a digit (`heartBeat`), and at the end of a run of capitals when a small
/// letter follows (`HTTPError`).
fn method_chars(value: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut previous = None;
    let mut chars = value.peekable();
    let words = std::iter::from_fn(move || {
        loop {
            let current = chars.next()?;
            if !current.is_alphanumeric() {
                previous = None;
                continue;
            }
            let after = previous.replace(current);
            let starts_word = match after {
                None => true,
                Some(after) if current.is_uppercase() => {
                    !after.is_uppercase() || chars.peek().is_some_and(|next| next.is_lowercase())
                }
                Some(_) => false,
            };
            return Some((starts_word, current));
        }
    });
    "on".chars().chain(
        words.flat_map(|(starts_word, current)| starts_word.then_some('_').into_iter().chain(current.to_lowercase())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_name_methods() {
        let table = [
            ("ping", "on_ping"),
            ("_ping", "on_ping"),
            ("PING", "on_ping"),
            ("heart_beat", "on_heart_beat"),
            ("heart-beat", "on_heart_beat"),
            ("heart beat", "on_heart_beat"),
            ("heart.beat", "on_heart_beat"),
            ("heartBeat", "on_heart_beat"),
            ("HeartBeat", "on_heart_beat"),
            ("connection_init", "on_connection_init"),
            ("this_ping message", "on_this_ping_message"),
            ("HTTPError", "on_http_error"),
            ("level2Update", "on_level2_update"),
            ("café", "on_café"),
            ("", "on"),
            ("--", "on"),
        ];
        for (value, method) in table {
            assert_eq!(method_name(value), method, "{value}");
            assert!(names_method(value, method), "{value}");
            assert!(!names_method(value, "on_other"), "{value}");
        }
    }

    #[test]
    fn a_route_by_event_wins_over_a_route_by_name() {
        let routes = [Route::Method("on_subscribe"), Route::Event("subscribe"), Route::Method("on_heart_beat")];
        assert_eq!(find(&routes, "subscribe"), Some(1));
        assert_eq!(find(&routes, "Subscribe"), Some(0));
        assert_eq!(find(&routes, "heartBeat"), Some(2));
        assert_eq!(find(&routes, "heart_beat"), Some(2));
        assert_eq!(find(&routes, "on_heart_beat"), None);
        for value in ["subscribe", "Subscribe", "heartBeat", "heart_beat", "on_heart_beat", ""] {
            assert_eq!(find_chars(&routes, &value.chars()), find(&routes, value), "{value}");
        }
    }
}
