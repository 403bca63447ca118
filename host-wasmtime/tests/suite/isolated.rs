//! A fresh instance for every query.

use std::thread;
use std::time::Duration;

use portcullis_wasmtime::{Attempt, Level, Limits, Lookup};

use crate::fixture::{core, now, policy_within, reader};
use crate::stub::{ask, limits, open_within};

/// Allows the first query that it gets, and no other.
const ONCE: &str = "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (select (i32.const 0) (i32.const 5) (i32.eq (global.get $calls) (i32.const 1)))";

#[test]
fn wsm_08_nothing_passes_from_one_query_to_the_next() {
    let attempt = Attempt::http("GET", "/");
    let answers = |isolated| {
        let policy = open_within(&[("decide", ONCE)], Limits { isolated, ..limits() }).unwrap();
        let answers: Vec<bool> = (0..3).map(|_| ask(&policy, &attempt).allow()).collect();
        (answers, policy.counters())
    };
    let (shared, counters) = answers(false);
    assert_eq!((shared, counters.recycles, counters.instances), (vec![true, false, false], 0, 1));
    let (isolated, counters) = answers(true);
    assert_eq!((isolated, counters.recycles, counters.failures), (vec![true, true, true], 3, 0));
    assert_eq!((counters.instances, counters.memory), (0, 0));
}

#[test]
fn decisions_are_the_same_and_threads_wait_their_turn() {
    let limits = Limits { instances: 2, isolated: true, wait: Duration::from_secs(60), ..Limits::default() };
    let policy = policy_within(limits);
    let subject = policy.open_subject(r#"{ "id": "ada", "active": true, "grants": ["book:read"] }"#).unwrap();
    thread::scope(|scope| {
        for number in 0..4 {
            let (policy, subject) = (&policy, &subject);
            scope.spawn(move || {
                let (own, core) = (reader(number), core());
                let (token, opened) = (policy.open_token(&own.record), core.open_token_json(&own.record));
                for target in ["/books", "/shelves/a", "/nowhere"] {
                    let attempt = Attempt::http("GET", target).authorization(&own.bearer);
                    let answer = policy.decide(&attempt, Lookup::Token(&token), Some(subject), now());
                    let expected =
                        core.decide(&attempt, portcullis_core::Lookup::Token(&opened), None, now());
                    assert_eq!(answer.verdict(), expected.verdict(), "{:?}", answer.error());
                    assert_eq!(answer.to_json(Level::Operator).unwrap(), expected.to_json(Level::Operator));
                }
            });
        }
    });
    let counters = policy.counters();
    assert_eq!((counters.calls, counters.failures, counters.instances), (1 + 4 * 3 * 2, 0, 0));
}
