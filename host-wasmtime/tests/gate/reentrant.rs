//! WSM-05: stores that use the same policy and the same gate during a look-up.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::Request;
use portcullis_wasmtime::gate::{DocumentSource, Gate, GateDecision, LookupRequest};
use portcullis_wasmtime::{Attempt, Limits, Lookup, Module, Policy, TokenId};
use serde_json::json;

use crate::acme::{Made, TABLE, made, now, token};

/// A single instance: a look-up that held it would deadlock.
fn policy() -> Policy {
    let limits = Limits { instances: 1, wait: Duration::from_millis(200), ..Limits::default() };
    Policy::open_within(&Module::embedded().unwrap(), &TABLE["policy"].to_string(), limits).unwrap()
}

fn request(made: &Made) -> Request<()> {
    Request::get("/v3/account").header("authorization", made.bearer()).body(()).unwrap()
}

/// The caller's owner, if the request was allowed.
fn let_in(ruling: &GateDecision) -> Option<TokenId> {
    match ruling {
        GateDecision::Allowed(allowed) => allowed.identity().unwrap().token,
        GateDecision::Denied(_) => None,
    }
}

#[tokio::test]
async fn wsm_05_a_store_that_uses_the_same_policy_changes_no_decision() {
    let (both, ada) = (token("both"), token("ada"));
    let policy = policy();
    let (inner, held) = (policy.clone(), [both.clone(), ada.clone()]);
    let source = DocumentSource::at_once(move |wanted: LookupRequest<TokenId>| {
        for (other, status) in held.iter().zip([200, 403]) {
            let attempt = Attempt::http("GET", "/v3/account").authorization("Bearer é");
            assert_eq!(inner.decide(&attempt, Lookup::Unknown, None, now()).status(), 400);
            let (opened, bearer) = (inner.open_token(&other.record), other.bearer());
            let attempt = Attempt::http("GET", "/v3/account").authorization(&bearer);
            let decision = inner.decide(&attempt, Lookup::Token(&opened), None, now());
            assert_eq!(decision.status(), status, "{:?}", decision.error());
        }
        Ok(held.iter().find(|made| made.id == wanted.id).map(|made| made.record.clone()))
    });
    let gate = Gate::reading(policy.clone(), source).with_clock(now);
    for _ in 0..3 {
        assert_eq!(let_in(&gate.check(&request(&both)).await), Some(both.id));
        assert_eq!(let_in(&gate.check(&request(&ada)).await), None);
    }
    let counters = policy.counters();
    assert_eq!((counters.instances, counters.failures), (1, 0), "{counters:?}");
}

#[tokio::test]
async fn wsm_05_gates_inside_look_ups_of_gates_sixteen_deep() {
    let tokens: Arc<[Made]> =
        (0..17).map(|number| made(&format!("deep {number}"), "personal", &json!(["account:read"]))).collect();
    let gate: Arc<OnceLock<Gate>> = Arc::default();
    let (own, held) = (gate.clone(), tokens.clone());
    let source = DocumentSource::waiting(move |wanted: LookupRequest<TokenId>| {
        let (gate, tokens) = (own.clone(), held.clone());
        async move {
            let place = tokens.iter().position(|made| made.id == wanted.id).ok_or("nobody")?;
            if let Some(next) = tokens.get(place + 1) {
                let ruling = gate.get().ok_or("no gate")?.check(&request(next)).await;
                assert_eq!(let_in(&ruling), Some(next.id));
            }
            Ok(Some(tokens[place].record.clone()))
        }
    });
    let gate = gate.get_or_init(|| Gate::reading(policy(), source).with_clock(now));
    assert_eq!(let_in(&gate.check(&request(&tokens[0])).await), Some(tokens[0].id));
}
