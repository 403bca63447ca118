//! What stands before the service: one decision for each request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderName, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{AppendHeaders, IntoResponse, Response};
use portcullis_wasmtime::{Attempt, Decision, DenialResponse, Identified, Level, Lookup, Policy, now};
use serde::{Deserialize, Serialize};

use crate::store::Store;

/// The rules, and the records that they are applied to.
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

/// Why a request was denied.
enum Refusal {
    Denied(DenialResponse),
    /// The module could not say whose token it is.
    Failed(anyhow::Error),
}

/// The gate as axum calls it.
pub(crate) async fn gate(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    match gate.check(&request) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

impl Gate {
    pub(crate) fn new(policy: Policy, store: Store) -> Gate {
        Gate(Arc::new((policy, store)))
    }

    /// May this request pass? If so, who is it; if not, what is the answer.
    fn check(&self, request: &Request) -> Result<Caller, Refusal> {
        let (policy, store) = &*self.0;
        let authorization = field(request.headers(), AUTHORIZATION);
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let attempt = Attempt {
            authorization: authorization.as_deref(),
            ..Attempt::http(request.method().as_str(), target)
        };

        let start = Instant::now();
        let decision = match policy.identify(&attempt) {
            Identified::Decided(decision) => decision,
            Identified::Token(id) => {
                let found = store.find(&id).map_or(Lookup::Unknown, Lookup::Token);
                policy.decide(&attempt, found, None, now())
            }
        };
        log(&decision, start.elapsed());

        match decision.response() {
            Some(denied) => Err(Refusal::Denied(denied)),
            None => Caller::of(&decision).map_err(Refusal::Failed),
        }
    }
}

impl Caller {
    fn of(decision: &Decision<'_>) -> anyhow::Result<Caller> {
        /// The part of the decision in full that this service works with.
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

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Refusal::Denied(DenialResponse { status, www_authenticate, body }) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
                let fields = [(CONTENT_TYPE, DenialResponse::CONTENT_TYPE), (CACHE_CONTROL, "no-store")];
                let challenge = www_authenticate.map(|challenge| (WWW_AUTHENTICATE, challenge));
                (status, fields, AppendHeaders(challenge), body).into_response()
            }
            Refusal::Failed(error) => {
                println!("failed {error:#}");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        }
    }
}

/// The value of a field. Several lines of it count as one list (RFC 9110 section 5.3), so that of two
/// tokens the service neither picks one nor overlooks one.
fn field(headers: &HeaderMap, name: HeaderName) -> Option<Vec<u8>> {
    let lines: Vec<&[u8]> = headers.get_all(name).iter().map(|value| value.as_bytes()).collect();
    if lines.is_empty() { None } else { Some(lines.join(&b", "[..])) }
}

/// `denied unknown 1840`: the answer, the reason, which the client may not always be told, and what it
/// took in nanoseconds.
fn log(decision: &Decision<'_>, took: Duration) {
    let answer = if decision.allow() { "allowed" } else { "denied" };
    let reason = decision.reason().map_or("-", |reason| reason.code());
    println!("{answer} {reason} {}", took.as_nanos());
}
