//! Uses are recorded after the response, once for many requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use http::Request;
use portcullis_wasmtime::TokenId;
use portcullis_wasmtime::gate::{Gate, GateDecision};
use portcullis_wasmtime::store::{Change, Memory, Record, RecordWrite, Store};
use serde_json::json;

use crate::acme::{POLICY, gate, now, token};
use crate::app::App;

fn request(bearer: String) -> Request<()> {
    Request::get("/v3/licenses").header("authorization", bearer).body(()).unwrap()
}

/// The recorded uses, each with the revision of the record.
type Recorded = Arc<Mutex<Vec<(TokenId, u64)>>>;

/// A gate that records uses here.
fn recording(fail: usize) -> (Gate, Recorded) {
    let recorded = Arc::new(Mutex::new(Vec::new()));
    let (own, failed) = (recorded.clone(), AtomicUsize::new(0));
    let gate = gate().with_touch(move |token, revision, touch| {
        assert_eq!(touch.last_used_at, now());
        own.lock().unwrap().push((token, revision));
        let fails = failed.fetch_add(1, Ordering::SeqCst) < fail;
        async move { if fails { Err("the disk is full".into()) } else { Ok(()) } }
    });
    (gate, recorded)
}

#[tokio::test]
async fn a_use_is_recorded_once_for_many_requests_and_again_after_a_failure() {
    let (gate, recorded) = recording(1);
    let ada = token("ada");
    for times in [1, 2, 2, 2] {
        for _ in 0..10 {
            assert!(gate.check(&request(ada.bearer())).await.allow());
        }
        gate.settled().await;
        assert_eq!(recorded.lock().unwrap().len(), times);
    }
    assert!(recorded.lock().unwrap().iter().all(|recorded| *recorded == (ada.id, 1)));
    // A denied request is not a use.
    let delete =
        Request::delete("/v3/account").header("authorization", token("both").bearer()).body(()).unwrap();
    assert!(!gate.check(&delete).await.allow());
    gate.settled().await;
    assert_eq!(recorded.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_layer_records_a_use_after_the_handler() {
    let (gate, recorded) = recording(0);
    let handled = Arc::new(AtomicUsize::new(0));
    let seen = recorded.clone();
    let handler = get(move || async move {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        seen.lock().unwrap().len().to_string()
    });
    let router = Router::new().route("/v3/licenses", handler).layer(gate.layer());
    let app = App::serve(router, handled).await;
    let answer = app.ask("GET /v3/licenses", &[&format!("Authorization: {}", token("ada").bearer())]).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "0"));
    gate.settled().await;
    assert_eq!(recorded.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_store_records_a_use_in_the_record() {
    let (store, ada) = (Arc::new(Memory::new()), token("ada"));
    let write = RecordWrite { id: ada.id, was: 0, seen: None, record: Record::parse(&ada.record) };
    let change = Change { writes: vec![write], ..Change::default() };
    let _ = store.commit(&change).unwrap();
    let gate = Gate::new(POLICY.clone(), store.clone()).with_clock(now);
    let GateDecision::Allowed(allowed) = gate.check(&request(ada.bearer())).await else { panic!("denied") };
    let identity = allowed.identity().unwrap();
    assert_eq!(
        (identity.owner.as_deref(), identity.token, identity.revision),
        (Some("ada"), Some(ada.id), Some(1))
    );
    assert!(identity.holds("license:read") && !identity.holds("license:delete"));
    gate.settled().await;
    let record: serde_json::Value = serde_json::from_str(&store.get(&ada.id).unwrap().unwrap()).unwrap();
    assert_eq!((&record["lastUsedAt"], &record["revision"]), (&json!(now().to_text()), &json!(1)));
}
