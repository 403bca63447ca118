//! What stands before the service: one decision for each request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use portcullis_wasmtime::{Attempt, Decision, Denied, Found, Identified, Level, Policy, now};
use serde::{Deserialize, Serialize};

use crate::store::Store;

/// The rules and the records that they are applied to.
#[derive(Clone)]
pub(crate) struct Gate(Arc<(Policy, Store)>);

/// Who was let in, and with what: for the service behind the gate.
#[derive(Clone, Serialize)]
pub(crate) struct Caller {
    route: Option<String>,
    token: Option<String>,
    owner: Option<String>,
    /// The scopes that the request needed, and the optional ones held.
    scopes: Vec<String>,
}

impl Gate {
    pub(crate) fn new(policy: Policy, store: Store) -> Gate {
        Gate(Arc::new((policy, store)))
    }

    /// May this request pass? If so, who is it; if not, what is the answer.
    fn check(&self, request: &Request) -> Result<Caller, Response> {
        let (policy, store) = &*self.0;
        let authorization = field(request.headers(), AUTHORIZATION.as_str());
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let attempt = Attempt {
            authorization: authorization.as_deref(),
            ..Attempt::http(request.method().as_str(), target)
        };

        let start = Instant::now();
        let decision = match policy.identify(&attempt) {
            Identified::Answer(decision) => decision,
            Identified::Lookup(id) => {
                let found = store.find(&id).map_or(Found::Unknown, Found::Token);
                policy.decide(&attempt, found, None, now())
            }
        };
        log(&attempt, &decision, start.elapsed());

        match decision.denied() {
            None => Caller::of(&decision).map_err(|_| StatusCode::SERVICE_UNAVAILABLE.into_response()),
            Some(denied) => Err(answer(denied)),
        }
    }
}

/// The gate as axum calls it.
pub(crate) async fn gate(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    match gate.check(&request) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(denial) => denial,
    }
}

impl Caller {
    fn of(decision: &Decision<'_>) -> anyhow::Result<Caller> {
        /// The part of the answer in full that this service works with.
        #[derive(Deserialize)]
        struct Details {
            route: Option<String>,
            token: Option<String>,
            owner: Option<String>,
            matched: Option<Matched>,
            optional: Vec<String>,
        }
        #[derive(Deserialize)]
        struct Matched {
            alternative: Vec<String>,
        }
        let Details { route, token, owner, matched, optional } =
            serde_json::from_str(&decision.to_json(Level::Operator)?)?;
        let needed = matched.map(|matched| matched.alternative).unwrap_or_default();
        Ok(Caller { route, token, owner, scopes: [needed, optional].concat() })
    }
}

/// The value of a field. Several lines of it count as one list (RFC 9110 section 5.3), so that of two
/// tokens none is picked and none is overlooked.
fn field(headers: &HeaderMap, name: &str) -> Option<Vec<u8>> {
    let lines: Vec<&[u8]> = headers.get_all(name).iter().map(|value| value.as_bytes()).collect();
    if lines.is_empty() { None } else { Some(lines.join(&b", "[..])) }
}

fn answer(denied: Denied) -> Response {
    let mut response = Response::builder()
        .status(denied.status)
        .header(CONTENT_TYPE, Denied::CONTENT_TYPE)
        .header(CACHE_CONTROL, "no-store");
    if let Some(challenge) = denied.www_authenticate {
        response = response.header(WWW_AUTHENTICATE, challenge);
    }
    response.body(Body::from(denied.body)).unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

/// `denied unknown 1840`: the answer, the reason that the client may not be told, and the nanoseconds that it took.
fn log(_: &Attempt<'_>, decision: &Decision<'_>, took: Duration) {
    let answer = if decision.allow() { "allowed" } else { "denied" };
    let reason = decision.reason().map_or("-", |reason| reason.code());
    println!("{answer} {reason} {}", took.as_nanos());
}
