//! Paths: templates are read as they are written, values arrive as they were meant, and a request reaches the service whose
//! template fits it best.
//!
//! The input is a template, and on the next line the path of a request.

use std::cell::LazyCell;

use http::{Request, Uri};
use http_body_util::{BodyExt as _, Empty};
use percent_encoding::percent_decode_str;
use tower_service::Service as _;
use websocket::{Bytes, Router, UpgradeError};
use ws_core::path::{Segment, Template, canonical, decode};

use crate::server::block_on;

/// Reads a template, and follows a path.
///
/// # Panics
/// When something does not hold.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (template, path) = text.split_once('\n').unwrap_or((text, text));
    check_template(template);
    check_canonical(path);
    if let Ok(uri) = Uri::try_from(path)
        && uri.path().starts_with('/')
        && path.len() < MAX_PATH
    {
        check_route(&uri);
    }
}

/// A template that is accepted is exactly its segments.
fn check_template(text: &str) {
    let Ok(template) = Template::parse(text) else { return };
    let written: String = template
        .segments()
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => format!("/{text}"),
            Segment::Parameter(name) => format!("/<{name}>"),
            Segment::Rest(name) => format!("/<{name}..>"),
        })
        .collect();
    assert_eq!(if written.is_empty() { "/" } else { &written }, text);
    let mut names: Vec<_> = template.parameters().collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "a name occurs twice in {text:?}");
}

/// The canonical spelling has the same segments, and says the same.
fn check_canonical(path: &str) {
    let decoded: Option<Vec<_>> =
        path.split('/').map(|segment| percent_decode_str(segment).decode_utf8().ok()).collect();
    let canonical_path = canonical(path);
    assert_eq!(canonical_path.is_some(), decoded.is_some(), "{path:?}");
    let (Some(canonical_path), Some(decoded)) = (canonical_path, decoded) else { return };
    let segments: Vec<_> = canonical_path.split('/').map(decode).collect();
    assert_eq!(segments, decoded, "{path:?}");
    assert_eq!(canonical(&canonical_path).as_deref(), Some(&*canonical_path), "{path:?}");
}

/// A request reaches the same service by our tree as by trying one template after another.
fn check_route(uri: &Uri) {
    let expected = expected_route(uri.path());
    let request = Request::get(uri)
        .header("host", "a")
        .header("upgrade", "websocket")
        .header("connection", "upgrade")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .body(Empty::<Bytes>::new())
        .expect("the request is valid");
    let answer = ROUTER.with(|router| {
        let mut router = Router::clone(router);
        block_on(async move {
            let response = router.call(request).await.expect("the router does not fail");
            let is_found = response.status() == FOUND;
            let body = response.into_body().collect().await.expect("the body is whole").to_bytes();
            is_found.then(|| String::from_utf8(body.to_vec()).expect("the body is text"))
        })
    });
    assert_eq!(answer, expected, "{uri}");
}

/// Tries every template; where several fit, the first literal, then the first parameter decides.
fn expected_route(path: &str) -> Option<String> {
    let path = canonical(path)?;
    let fits = TEMPLATES.iter().filter_map(|template| fit(template, &path));
    fits.min_by(|one, other| one.0.cmp(&other.0)).map(|(_, answer)| answer)
}

/// Returns how exactly each segment fits, and what the service answers.
fn fit(text: &str, path: &str) -> Option<(Vec<u8>, String)> {
    let template = Template::parse(text).expect("the template is valid");
    let (mut ranks, mut answer) = (Vec::new(), text.to_owned());
    let mut rest = Some(path.strip_prefix('/')?).filter(|path| !path.is_empty());
    for segment in template.segments() {
        let left = rest?;
        let (part, behind) = left.split_once('/').map_or((left, None), |(part, behind)| (part, Some(behind)));
        let (rank, value, behind) = match segment {
            Segment::Literal(literal) => (0, (part == *literal).then_some(None)?, behind),
            Segment::Parameter(_) => (1, (!part.is_empty()).then_some(Some(part))?, behind),
            Segment::Rest(_) => (2, (!left.is_empty()).then_some(Some(left))?, None),
        };
        rest = behind;
        ranks.push(rank);
        answer.extend(value.map(|value| format!("|{}", decode(value))));
    }
    rest.is_none().then_some((ranks, answer))
}

macro_rules! services {
    ($($name:ident $path:literal ($($parameter:ident)*);)*) => {
        $(
            struct $name;

            #[websocket::service(path = $path)]
            impl $name {
                #[upgrade]
                fn accept($($parameter: String),*) -> Result<Self, UpgradeError> {
                    let values: &[String] = &[$($parameter),*];
                    let answer: String = std::iter::once($path.to_owned())
                        .chain(values.iter().map(|value| format!("|{value}")))
                        .collect();
                    Err(UpgradeError::new(FOUND, answer))
                }

                #[remote]
                fn on_open(&mut self) {
                    unreachable!("every upgrade is refused");
                }
            }
        )*

        const TEMPLATES: &[&str] = &[$($path),*];

        thread_local! {
            static ROUTER: LazyCell<Router> = LazyCell::new(|| {
                Router::builder()$(.service::<$name>())*.build().expect("the router is built")
            });
        }
    };
}

services! {
    Root "/" ();
    Literal "/a" ();
    Nested "/a/b" ();
    Parameter "/a/<x>" (x);
    Inner "/<x>/b" (x);
    Two "/a/<x>/c/<y>" (x y);
    Rest "/f/<rest..>" (rest);
    ParameterAndRest "/g/<x>/<rest..>" (x rest);
    Letters "/ä/ü" ();
}

/// Refuses, so that no connection is needed to see who was asked.
const FOUND: http::StatusCode = http::StatusCode::IM_A_TEAPOT;
const MAX_PATH: usize = 4096; // bytes, the default of a router
