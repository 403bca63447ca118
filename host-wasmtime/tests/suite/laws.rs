//! Laws about a service that runs for long: a hundred thousand calls here, a million for `cargo xtask prove`.

use std::process::Command;

use portcullis_wasmtime::{Attempt, Level, Limits, Lookup, Reason};

use crate::failing::when_five_letters;
use crate::fixture::{cases, now, policy_within, reader};
use crate::stub::{ask, limits, open_within};

#[test]
fn wsm_03_mixed_calls_do_not_make_the_memory_grow() {
    let policy = policy_within(Limits { instances: 1, documents: 64, ..Limits::default() });
    let made: Vec<_> = (0..100).map(reader).collect();
    let subject = policy.open_subject(r#"{ "id": "ada", "active": true, "grants": ["book:read"] }"#).unwrap();
    let targets =
        ["/books/42", "/books", "/shelves/a/b", "/shelves/%7a", "/me", "/ping", "/nowhere", "/../x"];
    let mut warm = 0;
    for call in 0..cases() {
        let own = &made[call % made.len()];
        let token = policy.open_token(if call % 7 == 0 { "{}" } else { &own.record });
        let attempt = Attempt::http(["GET", "DELETE"][call % 2], targets[call / 2 % targets.len()]);
        let attempt = attempt.authorization(if call % 11 == 0 { "Bearer x" } else { &own.bearer });
        let found = if call % 13 == 0 { Lookup::Unknown } else { Lookup::Token(&token) };
        let decision = policy.decide(&attempt, found, Some(&subject), now());
        assert_eq!(decision.error().map(ToString::to_string), None);
        match call % 50 {
            0 => drop(decision.to_json(Level::Operator).unwrap()),
            1 => drop(policy.explain(&attempt, found, None, now()).unwrap()),
            2 => drop(policy.identify(&attempt)),
            3 => drop(policy.report(&token).unwrap()),
            4 => drop(policy.open_subject(r#"{ "id": "bob", "active": true, "grants": [] }"#).unwrap()),
            5 => drop(policy.describe().unwrap()),
            _ => {}
        }
        if call == cases() / 10 {
            warm = policy.counters().memory;
        }
    }
    let counters = policy.counters();
    assert_eq!((counters.memory, counters.recycles, counters.failures), (warm, 0, 0));
}

/// Tells a child process of these tests to run this test alone.
const ALONE: &str = "PORTCULLIS_ALONE";

/// Pages of memory that the process holds. Other tests would count as well, so it runs alone.
#[cfg(target_os = "linux")]
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn wsm_02_traps_do_not_make_the_process_grow() {
    if std::env::var_os(ALONE).is_none() {
        let name = "laws::wsm_02_traps_do_not_make_the_process_grow";
        let mut alone = Command::new(std::env::current_exe().unwrap());
        let output = alone.args([name, "--exact", "--nocapture"]).env(ALONE, "1").output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let bodies = [("decide", when_five_letters("(drop (memory.grow (i32.const 8))) unreachable"))];
    let bodies = bodies.each_ref().map(|(name, body)| (*name, body.as_str()));
    let policy = open_within(&bodies, limits()).unwrap();
    let (good, bad) = (Attempt::http("GET", "/"), Attempt::http("TRACE", "/"));
    let mut warm = 0;
    for call in 0..cases() {
        if call % 100 == 99 {
            assert_eq!(ask(&policy, &bad).reason(), Some(Reason::ModuleFailed));
        } else {
            assert!(ask(&policy, &good).allow());
        }
        if call == cases() / 10 {
            warm = resident();
        }
    }
    let (after, counters) = (resident(), policy.counters());
    assert!(after.abs_diff(warm) * 10 <= warm, "{warm} pages, then {after}");
    let (calls, traps) = (cases() as u64, cases() as u64 / 100);
    assert_eq!((counters.calls, counters.failures, counters.recycles), (calls, traps, traps));
    assert!(counters.instances <= 1, "{counters:?}");
}
