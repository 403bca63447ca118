//! How a gate finds records: EDG-01 to EDG-04, STO-01, STO-03.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Request;
use portcullis_wasmtime::gate::{BoxError, Cache, DocumentSource, Gate, GateDecision, LookupRequest};
use portcullis_wasmtime::{Instant, Reason, TokenId};
use serde_json::json;
use tokio::time::sleep;

use crate::acme::{Made, POLICY, forged, now, token};

/// A store that counts look-ups, and whose content a test can set.
#[derive(Clone, Default)]
struct Store {
    holds: Arc<Mutex<Vec<Made>>>,
    asked: Arc<AtomicUsize>,
    fails: Arc<AtomicUsize>,
}

impl Store {
    fn of(made: impl IntoIterator<Item = Made>) -> Store {
        Store { holds: Arc::new(Mutex::new(made.into_iter().collect())), ..Store::default() }
    }

    fn put(&self, made: Made) {
        let mut holds = self.holds.lock().unwrap();
        holds.retain(|other| other.id != made.id);
        holds.push(made);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn find(&self, wanted: &LookupRequest<TokenId>) -> Result<Option<String>, BoxError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.fails.load(Ordering::SeqCst) > 0 {
            return Err("the disk is full".into());
        }
        let holds = self.holds.lock().unwrap();
        Ok(holds.iter().find(|made| made.id == wanted.id).map(|made| made.record.clone()))
    }

    fn at_once(&self) -> DocumentSource<TokenId> {
        let store = self.clone();
        DocumentSource::at_once(move |wanted| store.find(&wanted))
    }

    /// Answers after this time, with what it held when it was asked.
    fn after(&self, time: Duration) -> DocumentSource<TokenId> {
        let store = self.clone();
        DocumentSource::waiting(move |wanted| {
            let found = store.find(&wanted);
            async move {
                sleep(time).await;
                found
            }
        })
    }
}

fn gate(source: DocumentSource<TokenId>) -> Gate {
    Gate::reading(POLICY.clone(), source).with_clock(now)
}

fn request(made: &Made) -> Request<()> {
    Request::get("/v3/licenses").header("authorization", made.bearer()).body(()).unwrap()
}

async fn reason(gate: &Gate, made: &Made) -> Option<Reason> {
    gate.check(&request(made)).await.reason()
}

/// A clock that the test sets.
fn clock() -> (Arc<AtomicI64>, impl Fn() -> Instant + Send + Sync + 'static) {
    let millis = Arc::new(AtomicI64::new(now().millis()));
    let own = millis.clone();
    (millis, move || Instant::from_millis(own.load(Ordering::SeqCst)).unwrap())
}

fn locked(made: &Made, revision: u64) -> Made {
    let lock = json!({ "by": "grace", "at": "2026-11-21T11:00:00.000Z", "reason": "seen" });
    made.with(json!({ "lock": lock, "revision": revision }))
}

#[tokio::test]
async fn without_a_cache_a_lock_takes_effect_on_the_next_request() {
    let (ada, store) = (token("ada"), Store::of([token("ada")]));
    let gate = gate(store.at_once());
    assert_eq!(reason(&gate, &ada).await, None);
    store.put(locked(&ada, 2));
    assert_eq!(reason(&gate, &ada).await, Some(Reason::Locked));
    assert_eq!(store.asked(), 2);
}

#[tokio::test]
async fn tok_01_an_invalid_token_reads_no_store() {
    let store = Store::of([token("ada")]);
    let gate = gate(store.at_once());
    let request = Request::get("/v3/licenses").header("authorization", "Bearer ac_pat_x").body(()).unwrap();
    assert_eq!(gate.check(&request).await.reason(), Some(Reason::NotAToken));
    assert_eq!(gate.check(&Request::get("/ping").body(()).unwrap()).await.reason(), None);
    assert_eq!(store.asked(), 0);
}

#[tokio::test]
async fn edg_01_with_a_cache_a_lock_takes_effect_within_max_staleness_even_if_the_store_is_down() {
    let (ada, store) = (token("ada"), Store::of([token("ada")]));
    let (time, clock) = clock();
    let gate = gate(store.at_once()).with_cache(Cache::default()).with_clock(clock);
    assert_eq!(reason(&gate, &ada).await, None);
    store.put(locked(&ada, 2));
    time.fetch_add(59_999, Ordering::SeqCst);
    assert_eq!((reason(&gate, &ada).await, store.asked()), (None, 1));
    time.fetch_add(1, Ordering::SeqCst);
    store.fails.store(1, Ordering::SeqCst);
    assert_eq!(reason(&gate, &ada).await, Some(Reason::StoreUnavailable));
    store.fails.store(0, Ordering::SeqCst);
    assert_eq!(reason(&gate, &ada).await, Some(Reason::Locked));

    // The application knows of a change, and tells the gate.
    store.put(ada.with(json!({ "revision": 3 })));
    gate.forget_token(&ada.id, None);
    assert_eq!(reason(&gate, &ada).await, None);
}

#[tokio::test]
async fn a_cached_record_is_not_used_past_the_instant_at_which_time_changes_the_decision() {
    let (time, clock) = clock();
    let soon = Instant::from_millis(now().millis() + 5_000).unwrap();
    let ada = token("ada").with(json!({ "expiresAt": soon.to_text() }));
    let store = Store::of([ada.clone()]);
    let gate = gate(store.at_once()).with_cache(Cache::default()).with_clock(clock);
    assert_eq!(reason(&gate, &ada).await, None);
    store.put(ada.with(json!({ "expiresAt": "2026-12-31T00:00:00.000Z", "revision": 2 })));
    time.fetch_add(5_000, Ordering::SeqCst);
    assert_eq!((reason(&gate, &ada).await, store.asked()), (None, 2));
}

#[tokio::test]
async fn edg_02_every_request_verifies_the_secret_and_tenants_share_no_entry() {
    let (ada, eve) = (token("ada"), token("eve"));
    let store = Store::of([ada.clone(), eve.clone()]);
    let gate = gate(store.at_once())
        .with_cache(Cache::default())
        .with_tenant(|incoming| Ok(incoming.field("x-tenant").map(String::from)));
    assert_eq!(reason(&gate, &ada).await, None);
    // A record with the digest of another token: a cached record does not let a request pass without the secret.
    let digest = eve.read()["digest"].clone();
    store.put(ada.with(json!({ "digest": digest, "revision": 2 })));
    assert_eq!(reason(&gate, &ada).await, None);
    gate.forget_token(&ada.id, None);
    assert_eq!(reason(&gate, &ada).await, Some(Reason::WrongSecret));
    assert_eq!(reason(&gate, &eve).await, None);
    store.put(ada.with(json!({ "revision": 3 })));
    let before = store.asked();
    for tenant in ["t1", "t2"] {
        let mut request = request(&ada);
        request.headers_mut().insert("x-tenant", tenant.parse().unwrap());
        assert_eq!(gate.check(&request).await.reason(), Some(Reason::WrongTenant));
    }
    assert_eq!(store.asked(), before + 2);
}

#[tokio::test]
async fn edg_03_a_new_token_works_ten_seconds_after_a_failed_look_up() {
    let (ada, store) = (token("ada"), Store::default());
    let (time, clock) = clock();
    let cache = Cache { absent: Duration::from_secs(3_600), ..Cache::default() };
    let gate = gate(store.at_once()).with_cache(cache).with_clock(clock);
    assert_eq!(reason(&gate, &ada).await, Some(Reason::Unknown));
    store.put(ada.clone());
    time.fetch_add(9_999, Ordering::SeqCst);
    assert_eq!(reason(&gate, &ada).await, Some(Reason::Unknown));
    time.fetch_add(1, Ordering::SeqCst);
    assert_eq!((reason(&gate, &ada).await, store.asked()), (None, 2));
}

#[tokio::test(start_paused = true)]
async fn concurrent_look_ups_of_one_id_share_one_that_outlives_its_caller() {
    let (ada, eve) = (token("ada"), token("eve"));
    let store = Store::of([ada.clone(), eve.clone()]);
    let gate = gate(store.after(Duration::from_millis(100)));
    let checks: Vec<_> = (0..50).map(|_| tokio::spawn(gate.check(&request(&ada)))).collect();
    let other = tokio::spawn(gate.check(&request(&eve)));
    sleep(Duration::from_millis(10)).await;
    checks[0].abort();
    for check in checks.into_iter().skip(1) {
        assert!(check.await.unwrap().allow());
    }
    assert!(other.await.unwrap().allow());
    assert_eq!(store.asked(), 2);
    assert_eq!((reason(&gate, &ada).await, store.asked()), (None, 3));
}

#[tokio::test(start_paused = true)]
async fn sto_01_a_store_that_fails_or_never_answers_is_a_denial() {
    let ada = token("ada");
    let panicking = DocumentSource::waiting(|_: LookupRequest<TokenId>| async {
        assert!(std::hint::black_box(false), "a panic of the store");
        Ok(None::<String>)
    });
    let failing = Store::default();
    failing.fails.store(1, Ordering::SeqCst);
    let slow = Store::of([ada.clone()]);
    for (source, cause) in [
        (failing.at_once(), "the look-up failed: the disk is full"),
        (failing.after(Duration::ZERO), "the look-up failed: the disk is full"),
        (slow.after(Duration::from_secs(6)), "the look-up took longer than 5s"),
        (panicking, "the look-up ended without an answer"),
    ] {
        let gate = gate(source);
        let GateDecision::Denied(denial) = gate.check(&request(&ada)).await else {
            panic!("the request was allowed")
        };
        assert_eq!((denial.reason(), denial.response().status), (Reason::StoreUnavailable, 503));
        assert_eq!(denial.cause().unwrap().to_string(), cause);
        assert!(!denial.response().body.contains("disk"));
    }
}

#[tokio::test]
async fn sto_01_an_invalid_record_is_denied() {
    let ada = token("ada");
    for garbage in ["", "42", "{}", "[", "{\"v\":1}"] {
        let gate = gate(DocumentSource::at_once(move |_| Ok(Some(garbage))));
        assert_eq!(reason(&gate, &ada).await, Some(Reason::CorruptRecord), "{garbage}");
    }
}

#[tokio::test]
async fn sto_03_a_lagging_replica_does_not_undo_a_lock() {
    let ada = token("ada");
    let store = Store::of([locked(&ada, 2)]);
    let gate = gate(store.at_once());
    assert_eq!(reason(&gate, &ada).await, Some(Reason::Locked));
    store.put(ada.clone());
    let ruling = gate.check(&request(&ada)).await;
    assert_eq!(ruling.reason(), Some(Reason::StoreUnavailable));
    assert!(ruling.cause().unwrap().to_string().contains("older revision"));
}

#[tokio::test(start_paused = true)]
async fn edg_04_a_long_response_ends_within_max_staleness_of_a_revocation() {
    let ada = token("ada");
    let store = Store::of([ada.clone()]);
    let start = tokio::time::Instant::now();
    let ticking = move || {
        let passed = i64::try_from(start.elapsed().as_millis()).unwrap();
        Instant::from_millis(now().millis() + passed).unwrap()
    };
    let gate = gate(store.at_once()).with_cache(Cache::default()).with_clock(ticking);
    let GateDecision::Allowed(allowed) = gate.check(&request(&ada)).await else { panic!("denied") };
    let watching = tokio::spawn(gate.recheck(&allowed));
    sleep(Duration::from_secs(90)).await;
    assert!(!watching.is_finished());
    let revoked = json!({ "by": "grace", "at": "2026-11-21T11:00:00.000Z", "reason": "lost" });
    store.put(ada.with(json!({ "revoked": revoked, "revision": 2 })));
    let before = start.elapsed();
    assert_eq!(watching.await.unwrap().reason(), Reason::Revoked);
    assert!(start.elapsed() - before <= Duration::from_secs(60));

    // Time alone ends it, at its instant.
    let end = Instant::from_millis(ticking().millis() + 7_000).unwrap();
    let eve = token("eve").with(json!({ "expiresAt": end.to_text() }));
    store.put(eve.clone());
    let GateDecision::Allowed(allowed) = gate.check(&request(&eve)).await else { panic!("denied") };
    let before = start.elapsed();
    assert_eq!(gate.recheck(&allowed).await.reason(), Reason::Expired);
    assert!((start.elapsed() - before).as_millis().abs_diff(7_000) < 20);
}

#[tokio::test]
async fn a_blocking_store_is_read_on_its_own_thread() {
    let (ada, store) = (token("ada"), Store::of([token("ada")]));
    let own = store.clone();
    let here = std::thread::current().id();
    let gate = gate(DocumentSource::blocking(move |wanted| {
        assert_ne!(std::thread::current().id(), here);
        own.find(&wanted)
    }));
    assert_eq!(reason(&gate, &ada).await, None);
}

/// A source whose first look-up never ends.
fn stuck(made: &Made) -> (Arc<AtomicUsize>, DocumentSource<TokenId>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let (own, record) = (asked.clone(), made.record.clone());
    let source = DocumentSource::waiting(move |_: LookupRequest<TokenId>| {
        let (number, record) = (own.fetch_add(1, Ordering::SeqCst), record.clone());
        async move {
            if number == 0 {
                std::future::pending::<()>().await;
            }
            Ok(Some(record))
        }
    });
    (asked, source)
}

#[tokio::test(start_paused = true)]
async fn cst_07_a_look_up_that_never_ends_holds_no_request_with_another_secret() {
    let (ada, eve) = (token("ada"), forged("ada"));
    assert!(ada.id == eve.id && ada.plain != eve.plain);
    let (asked, source) = stuck(&ada);
    let gate = gate(source);
    let held = tokio::spawn(gate.check(&request(&eve)));
    sleep(Duration::from_millis(1)).await;
    let begin = tokio::time::Instant::now();
    assert_eq!(reason(&gate, &ada).await, None);
    assert_eq!((begin.elapsed(), asked.load(Ordering::SeqCst)), (Duration::ZERO, 2));
    assert_eq!(held.await.unwrap().reason(), Some(Reason::WrongSecret));
}

#[tokio::test(start_paused = true)]
async fn cst_07_requests_with_the_same_token_wait_a_moment_and_then_share_another_look_up() {
    let ada = token("ada");
    let (asked, source) = stuck(&ada);
    let gate = gate(source);
    let held = tokio::spawn(gate.check(&request(&ada)));
    sleep(Duration::from_millis(1)).await;
    let begin = tokio::time::Instant::now();
    let waiting: Vec<_> = (0..8).map(|_| tokio::spawn(gate.check(&request(&ada)))).collect();
    for waiting in waiting {
        assert_eq!(waiting.await.unwrap().reason(), None);
    }
    assert!(begin.elapsed() <= Duration::from_millis(201), "{:?}", begin.elapsed());
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    assert_eq!(held.await.unwrap().reason(), None);
}

#[tokio::test]
async fn sea_12_a_deleted_record_that_comes_back_is_refused() {
    let ada = token("ada").with(json!({ "revision": 3 }));
    let store = Store::of([ada.clone()]);
    let gate = gate(store.at_once());
    assert_eq!(reason(&gate, &ada).await, None);
    store.holds.lock().unwrap().clear();
    assert_eq!(reason(&gate, &ada).await, Some(Reason::Unknown));
    store.put(ada.clone());
    assert_eq!(reason(&gate, &ada).await, Some(Reason::StoreUnavailable));
    store.put(ada.with(json!({ "revision": 4 })));
    assert_eq!(reason(&gate, &ada).await, None);
}

/// A store that compares ids without regard to case, or that returns a record of a later version.
#[tokio::test]
async fn sea_12_the_record_of_another_id_is_none_and_leaves_no_trace() {
    let (ada, both) = (token("ada"), token("both").with(json!({ "revision": 9 })));
    let answer = Arc::new(Mutex::new(both.record.clone()));
    let own = answer.clone();
    let source =
        DocumentSource::at_once(move |_: LookupRequest<TokenId>| Ok(Some(own.lock().unwrap().clone())));
    let gate = gate(source);
    assert_eq!(reason(&gate, &ada).await, Some(Reason::Unknown));
    for (v, wanted) in [(1, None), (2, Some(Reason::UnsupportedRecord)), (1, None)] {
        answer.lock().unwrap().clone_from(&ada.with(json!({ "v": v })).record);
        assert_eq!(reason(&gate, &ada).await, wanted);
    }
}
