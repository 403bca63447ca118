//! The settings of a gate: address, tenant, application, owners and the rest.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use http::{HeaderName, Request};
use portcullis_wasmtime::gate::{
    ClientIp, DocumentSource, Gate, GateDecision, LookupRequest, Peer, under_realm,
};
use portcullis_wasmtime::{Level, LivePolicy, Reason};
use serde_json::json;

use crate::acme::{POLICY, TABLE, gate, made, now, open, policy_with, records, token};
use crate::app::{App, Shape};

fn request(path: &str, bearer: &str) -> Request<()> {
    let mut request = Request::get(path).header("authorization", bearer).body(()).unwrap();
    request.extensions_mut().insert(Peer(SocketAddr::from(([192, 0, 2, 7], 4711))));
    request
}

async fn reason(gate: &Gate, request: &Request<()>) -> Option<Reason> {
    gate.check(request).await.reason()
}

#[test]
fn everything_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Gate>();
    shared::<GateDecision>();
    shared::<portcullis_wasmtime::gate::Guard<String>>();
    shared::<portcullis_wasmtime::gate::Guarded<(), String>>();
}

#[tokio::test]
async fn the_address_is_checked_if_the_record_names_networks() {
    let ada = token("ada").with(json!({ "networks": { "allow": ["192.0.2.0/24"] } }));
    let over =
        |from| Gate::reading(POLICY.clone(), records([ada.clone()])).with_clock(now).with_client_ip(from);
    let mut request = request("/v3/licenses", &ada.bearer());
    assert_eq!(reason(&over(ClientIp::Connection), &request).await, None);
    // Without your own proxies, `X-Forwarded-For` is ignored.
    request.headers_mut().insert("x-forwarded-for", "10.0.0.1".parse().unwrap());
    assert_eq!(reason(&over(ClientIp::Connection), &request).await, None);
    let proxies = |proxies| over(ClientIp::Forwarded { proxies });
    assert_eq!(reason(&proxies(1), &request).await, Some(Reason::NetworkNotAllowed));
    request.headers_mut().append("x-forwarded-for", "192.0.2.1, 10.9.9.9".parse().unwrap());
    assert_eq!(reason(&proxies(2), &request).await, None);
    assert_eq!(reason(&proxies(9), &request).await, Some(Reason::NetworkNotAllowed));
    let field = over(ClientIp::Field(HeaderName::from_static("x-real-ip")));
    assert_eq!(reason(&field, &request).await, Some(Reason::NetworkNotAllowed));
    request.headers_mut().insert("x-real-ip", "192.0.2.99".parse().unwrap());
    assert_eq!(reason(&field, &request).await, None);
    request.headers_mut().append("x-real-ip", "192.0.2.99".parse().unwrap());
    assert_eq!(reason(&field, &request).await, Some(Reason::NetworkNotAllowed));
    let own = over(ClientIp::Connection).with_client_ip_of(|_| Ok(Some("192.0.2.3".into())));
    assert_eq!(reason(&own, &request).await, None);
}

#[tokio::test]
async fn axum_records_the_address_of_the_connection() {
    let ada = token("ada").with(json!({ "networks": { "allow": ["127.0.0.1"] } }));
    let gate = Gate::reading(POLICY.clone(), records([ada.clone()])).with_clock(now);
    let app = App::start(&gate, Shape::Flat).await;
    let auth = format!("Authorization: {}", ada.bearer());
    assert_eq!(app.ask("GET /v3/licenses", &[&auth]).await.status, 200);
    assert_eq!(app.ask("GET /v3/licenses", &[&auth, "X-Forwarded-For: 10.0.0.1"]).await.status, 200);
}

#[tokio::test]
async fn the_host_sets_tenant_and_application_and_a_failure_is_a_denial() {
    let ada = token("ada").with(json!({ "tenant": "t1", "applications": ["erp"] }));
    let plain = Gate::reading(POLICY.clone(), records([ada.clone()])).with_clock(now);
    let request = request("/v3/licenses", &ada.bearer());
    assert_eq!(reason(&plain, &request).await, Some(Reason::WrongTenant));
    let placed = plain.with_tenant(|_| Ok(Some("t1".into())));
    assert_eq!(reason(&placed, &request).await, Some(Reason::WrongApplication));
    let both = placed.clone().with_application(|_| Ok(Some("erp".into())));
    assert_eq!(reason(&both, &request).await, None);
    let failing = both.with_tenant(|_| Err("no such host".into()));
    let ruling = failing.check(&request).await;
    assert_eq!(ruling.reason(), Some(Reason::StoreUnavailable));
    assert!(ruling.cause().unwrap().to_string().ends_with("no such host"));
}

#[tokio::test]
async fn an_owners_present_rights_limit_the_token_and_are_read_after_the_secret_is_verified() {
    let service = made("service", "service", &json!(["license:*"]));
    let rights = Arc::new(Mutex::new(Some(r#"{"id":"ada","active":true,"grants":["license:read"]}"#)));
    let asked = Arc::new(AtomicUsize::new(0));
    let (own, count) = (rights.clone(), asked.clone());
    let owners = DocumentSource::at_once(move |wanted: LookupRequest<String>| {
        assert_eq!(wanted.id, "ada");
        count.fetch_add(1, Ordering::SeqCst);
        match *own.lock().unwrap() {
            Some("fail") => Err("the directory is down".into()),
            rights => Ok(rights),
        }
    });
    let ada = token("ada");
    let gate = Gate::reading(POLICY.clone(), records([service.clone(), ada.clone()])).with_clock(now);
    let request = request("/v3/licenses", &service.bearer());
    assert_eq!(reason(&gate, &request).await, Some(Reason::SubjectUnavailable));
    let gate = gate.with_owners(owners);
    assert_eq!(reason(&gate, &request).await, None);
    for (said, expected) in [
        (Some(r#"{"id":"ada","active":true,"grants":[]}"#), Reason::SubjectLacksPermission),
        (Some(r#"{"id":"ada","active":false,"grants":["license:*"]}"#), Reason::Suspended),
        (None, Reason::Suspended),
        (Some("fail"), Reason::SubjectUnavailable),
        (Some("{}"), Reason::SubjectUnavailable),
    ] {
        *rights.lock().unwrap() = said;
        let ruling = gate.check(&request).await;
        assert_eq!(ruling.reason(), Some(expected), "{said:?}");
        assert_eq!(ruling.cause().is_some(), expected == Reason::SubjectUnavailable);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 6);
    // A kind without owners, or a request without the secret, does not look up the owner.
    assert_eq!(reason(&gate, &self::request("/v3/licenses", &ada.bearer())).await, None);
    let mut forged = made("service", "service", &json!([]));
    forged.plain = made("other", "service", &json!([])).plain;
    assert_eq!(reason(&gate, &self::request("/v3/licenses", &forged.bearer())).await, Some(Reason::Unknown));
    assert_eq!(asked.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn without_enforcement_the_handler_runs_and_gets_the_denial() {
    let app = App::start(&gate().with_enforce(false), Shape::Flat).await;
    let auth = format!("Authorization: {}", token("ada").bearer());
    let answer = app.ask("GET /v3/account", &[&auth]).await;
    assert_eq!((answer.status, &answer.json()["wouldDeny"]), (200, &"insufficient_scope".into()));
    assert_eq!(answer.json()["owner"], serde_json::Value::Null);
    assert_eq!(app.ask("GET /v3/licenses", &[&auth]).await.json()["wouldDeny"], serde_json::Value::Null);
}

#[tokio::test]
async fn an_observer_sees_every_decision_and_nothing_shows_a_secret() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let own = seen.clone();
    let gate = gate().with_observer(move |ruling| {
        let full = ruling.to_json(Level::Operator).unwrap();
        let line = format!("{} {} {ruling:?} {full}", ruling.method(), ruling.path());
        own.lock().unwrap().push(line);
    });
    let ada = token("ada");
    for path in ["/v3/licenses?x=hidden", "/v3/account", "/nowhere"] {
        let ruling = gate.check(&request(path, &ada.bearer())).await;
        seen.lock().unwrap().push(format!("{gate:?} {ruling:?}"));
        if let GateDecision::Allowed(allowed) = ruling {
            seen.lock().unwrap().push(format!("{allowed:?} {:?}", allowed.identity()));
        }
    }
    let seen = seen.lock().unwrap().join("\n");
    assert!(seen.contains("GET /v3/account Denial(insufficient_scope)"), "{seen}");
    let digest = ada.read()["digest"].as_str().unwrap().trim_start_matches("sha256:").to_owned();
    for secret in [ada.plain.as_str(), &ada.plain[24..], &digest, "hidden"] {
        assert!(!seen.contains(secret), "{seen}");
    }
}

#[tokio::test]
async fn the_challenge_has_the_realm_that_was_set() {
    let document = under_realm(&TABLE["policy"].to_string(), "Edge API").unwrap();
    let gate = Gate::reading(open(&serde_json::from_str(&document).unwrap()), records([]));
    let GateDecision::Denied(denial) = gate.check(&Request::get("/v3/licenses").body(()).unwrap()).await
    else {
        panic!("the request was allowed")
    };
    assert_eq!(denial.response().www_authenticate.as_deref(), Some(r#"Bearer realm="Edge API""#));
    for document in ["[]", "{", r#"{"realm":"a","realm":"b"}"#] {
        assert!(under_realm(document, "x").is_err(), "{document}");
    }
}

#[tokio::test]
async fn a_gate_uses_a_replaced_policy() {
    let live = LivePolicy::new(POLICY.clone());
    let gate = Gate::reading(live.clone(), records([token("ada")])).with_clock(now);
    let request = request("/v3/licenses", &token("ada").bearer());
    assert_eq!(reason(&gate, &request).await, None);
    let fewer = policy_with("routes", json!([{ "on": "GET /ping", "open": true }]));
    live.swap_document(&fewer.to_string()).unwrap();
    assert_eq!(reason(&gate, &request).await, Some(Reason::RouteUnmapped));
    assert_eq!(gate.policy().fingerprint(), live.policy().fingerprint());
}
