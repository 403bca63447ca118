//! WSM-01: if the module fails, the request is denied and the next one is decided correctly.

use std::time::{Duration, Instant};

use portcullis_wasmtime::{Attempt, Error, Identified, Level, Lookup, Reason};

use crate::fixture::now;
use crate::stub::{ask, limits, open, open_within};

/// Runs the given code if the method has five letters, otherwise allows.
pub(crate) fn when_five_letters(terrible: &str) -> String {
    format!("(if (i32.eq (i32.load (i32.const 65536)) (i32.const 5)) (then {terrible})) (i32.const 0)")
}

fn alternate(times: usize, terrible: &str, is_right: impl Fn(&Error) -> bool) {
    let policy = open(&[("decide", &when_five_letters(terrible))]).unwrap();
    let (good, bad) = (Attempt::http("GET", "/"), Attempt::http("TRACE", "/"));
    for _ in 0..times {
        let denied = ask(&policy, &bad);
        assert_eq!((denied.allow(), denied.reason()), (false, Some(Reason::ModuleFailed)));
        assert_eq!(denied.status(), 503);
        assert!(is_right(denied.error().unwrap()), "{:?}", denied.error());
        let allowed = ask(&policy, &good);
        assert!(allowed.allow() && allowed.error().is_none() && allowed.response().is_none());
    }
    let counters = policy.counters();
    let times = times as u64;
    assert_eq!((counters.calls, counters.failures, counters.recycles), (2 * times, times, times));
    assert_eq!((counters.instances, counters.memory), (1, 128 << 10));
}

#[test]
fn wsm_01_a_trap() {
    alternate(100, "unreachable", |error| matches!(error, Error::Trapped(_)));
}

#[test]
fn wsm_01_a_stack_that_overflows() {
    alternate(
        100,
        "(drop (call $decide (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0)))",
        |error| matches!(error, Error::Trapped(why) if why.contains("stack")),
    );
}

#[test]
fn wsm_01_a_memory_bomb() {
    let bomb = "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable";
    alternate(100, bomb, |error| matches!(error, Error::OutOfMemory { limit } if *limit == 4 << 20));
}

#[test]
fn wsm_01_an_endless_loop() {
    let start = Instant::now();
    alternate(
        10,
        "(loop $more (br $more))",
        |error| matches!(error, Error::TimedOut { limit } if *limit == Duration::from_millis(50)),
    );
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_failure_looks_the_same_at_every_level_and_like_any_failure_of_the_host() {
    let policy = open(&[("decide", "unreachable")]).unwrap();
    let attempt = Attempt::http("GET", "/").authorization("Bearer secret");
    let decision = ask(&policy, &attempt);
    let answer = r#"{"status":503,"wwwAuthenticate":null,"body":{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"The token cannot be checked at the moment.","code":"temporarily_unavailable"}}"#;
    let public = format!(r#"{{"allow":false,"status":503,"answer":{answer}}}"#);
    let holder = format!(
        r#"{{"allow":false,"reason":"temporarily_unavailable","status":503,"missing":[],"validUntil":null,"answer":{answer}}}"#
    );
    let operator = format!(
        r#"{{"allow":false,"reason":"module_failed","status":503,"token":null,"kind":null,"tenant":null,"owner":null,"revision":null,"route":null,"params":{{}},"needs":[],"matched":null,"optional":[],"missing":[],"touch":null,"validUntil":null,"hints":{{"expiresSoon":null,"graceEnds":null,"clockSkew":false}},"answer":{answer}}}"#
    );
    assert_eq!(decision.to_json(Level::Public).unwrap(), public);
    assert_eq!(decision.to_json(Level::Holder).unwrap(), holder);
    assert_eq!(decision.to_json(Level::Operator).unwrap(), operator);
    let denied = decision.response().unwrap();
    assert_eq!((denied.status, denied.www_authenticate), (503, None));
    assert!(answer.ends_with(&format!("{}}}", denied.body)));
    assert_eq!(format!("{decision:?}"), "module_failed");
}

#[test]
fn any_other_failure_is_a_typed_error_or_a_denial() {
    let policy = open(&[("identify", "unreachable"), ("details", "unreachable"), ("explain", "unreachable")]);
    let policy = policy.unwrap();
    let attempt = Attempt::http("GET", "/");
    for _ in 0..10 {
        match policy.identify(&attempt) {
            Identified::Decided(decision) => assert_eq!(decision.reason(), Some(Reason::ModuleFailed)),
            Identified::Token(id) => panic!("{id:?}"),
        }
        let explained = policy.explain(&attempt, Lookup::Unknown, None, now());
        assert!(matches!(explained, Err(Error::Trapped(_))), "{explained:?}");
        let decision = ask(&policy, &attempt);
        assert!(decision.allow(), "the decision stands although its details are not to be had");
        assert!(matches!(decision.to_json(Level::Operator), Err(Error::Trapped(_))));
    }
}

#[test]
fn a_denial_has_a_response_even_if_the_module_has_none() {
    let policy = open(&[("decide", "i32.const 22"), ("details", "unreachable")]).unwrap();
    let attempt = Attempt::http("GET", "/");
    let decision = ask(&policy, &attempt);
    assert_eq!(decision.reason(), Some(Reason::InsufficientScope));
    assert_eq!(decision.response().unwrap().status, 503);
}

#[test]
fn opening_a_policy_within_too_little_time_or_memory_is_an_error() {
    let endless = open(&[("policy_open", "(loop $more (br $more)) unreachable")]);
    assert!(matches!(endless, Err(Error::TimedOut { .. })), "{endless:?}");
    let bomb = "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable";
    let bomb = open(&[("policy_open", bomb)]);
    assert!(matches!(bomb, Err(Error::OutOfMemory { .. })), "{bomb:?}");
}

#[test]
fn wsm_03_an_instance_that_has_grown_is_replaced() {
    // Grows by a page with each query.
    let bodies = [("decide", "(drop (memory.grow (i32.const 1))) (i32.const 0)")];
    let policy = open_within(&bodies, portcullis_wasmtime::Limits { growth: 640 << 10, ..limits() }).unwrap();
    let attempt = Attempt::http("GET", "/");
    for _ in 0..110 {
        assert!(ask(&policy, &attempt).allow());
        assert!(policy.counters().memory <= (128 << 10) + (640 << 10) + (64 << 10));
    }
    assert_eq!((policy.counters().recycles, policy.counters().failures), (9, 0));
}
