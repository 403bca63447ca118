//! WSM-05: many threads, few instances.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use portcullis_wasmtime::{Attempt, Decision, Error, Level, Limits, Lookup, Module, Policy, Subject, Token};

use crate::fixture::{core, now, policy_within, reader};
use crate::stub::{ask, limits, open_within};

#[test]
fn everything_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Module>();
    shared::<Policy>();
    shared::<Token>();
    shared::<Subject>();
    shared::<Decision<'_>>();
    shared::<Error>();
}

#[test]
fn wsm_05_64_threads_get_the_same_answers_as_one() {
    let policy = policy_within(Limits { instances: 3, wait: Duration::from_secs(30), ..Limits::default() });
    let core = core();
    let made: Vec<_> = (0..20).map(reader).collect();
    let tokens: Vec<_> = made.iter().map(|made| policy.open_token(&made.record)).collect();
    let opened: Vec<_> = made.iter().map(|made| core.open_token_json(&made.record)).collect();
    let together = Barrier::new(64);
    thread::scope(|scope| {
        for thread in 0..64_usize {
            let (policy, core, made, tokens, opened, together) =
                (&policy, &core, &made, &tokens, &opened, &together);
            scope.spawn(move || {
                together.wait();
                for call in 0..200_usize {
                    let (own, other) = ((thread + call) % made.len(), (thread * call) % made.len());
                    let method = ["GET", "DELETE"][call % 2];
                    let attempt = Attempt::http(method, "/books/42").authorization(&made[own].bearer);
                    let answer = policy.decide(&attempt, Lookup::Token(&tokens[other]), None, now());
                    let found = portcullis_core::Lookup::Token(&opened[other]);
                    let expected = core.decide(&attempt, found, None, now());
                    assert_eq!(answer.verdict(), expected.verdict(), "{:?}", answer.error());
                    if call % 20 == 0 {
                        assert_eq!(
                            answer.to_json(Level::Operator).unwrap(),
                            expected.to_json(Level::Operator)
                        );
                    }
                }
            });
        }
    });
    let counters = policy.counters();
    assert_eq!((counters.failures, counters.recycles), (0, 0));
    assert_eq!(counters.calls, 64 * 210);
    assert!(counters.instances <= 3, "{counters:?}");
}

#[test]
fn a_caller_waits_for_a_busy_instance_no_longer_than_allowed() {
    // The first query, with a method of five letters, runs into the time limit.
    let body = "(if (i32.eq (i32.load (i32.const 65536)) (i32.const 5)) (then (loop $more (br $more)))) (i32.const 0)";
    let (time, wait) = (Duration::from_secs(2), Duration::from_millis(100));
    let policy = open_within(&[("decide", body)], Limits { time, wait, ..limits() }).unwrap();
    let (slow, quick) = (Attempt::http("TRACE", "/"), Attempt::http("GET", "/"));
    thread::scope(|scope| {
        let busy = scope.spawn(|| matches!(ask(&policy, &slow).error(), Some(Error::TimedOut { .. })));
        thread::sleep(Duration::from_millis(300));
        let start = Instant::now();
        let decision = ask(&policy, &quick);
        assert!(matches!(decision.error(), Some(Error::Busy { limit }) if *limit == wait), "{decision:?}");
        assert!(wait <= start.elapsed() && start.elapsed() < Duration::from_secs(1));
        assert!(busy.join().unwrap());
    });
    assert!(ask(&policy, &quick).allow());
    let counters = policy.counters();
    assert_eq!((counters.waits, counters.turned_away), (1, 1));
    assert!((100_000..1_000_000).contains(&counters.waited_micros), "{counters:?}");
}

#[test]
fn a_waiting_caller_gets_an_instance_that_becomes_free() {
    let body = "(if (i32.eq (i32.load (i32.const 65536)) (i32.const 5)) (then (loop $more (br $more)))) (i32.const 0)";
    let (time, wait) = (Duration::from_millis(300), Duration::from_secs(20));
    let policy = open_within(&[("decide", body)], Limits { time, wait, ..limits() }).unwrap();
    let (slow, quick) = (Attempt::http("TRACE", "/"), Attempt::http("GET", "/"));
    thread::scope(|scope| {
        scope.spawn(|| assert!(!ask(&policy, &slow).allow()));
        thread::sleep(Duration::from_millis(100));
        for _ in 0..8 {
            scope.spawn(|| assert!(ask(&policy, &quick).allow()));
        }
    });
}
