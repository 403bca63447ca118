//! WSM-03, HDR-09: memory grows neither with the number of calls nor with the size of hostile input.

use std::time::{Duration, Instant};

use portcullis_wasmtime::{Attempt, Limits, Lookup, Reason};

use crate::fixture::{core, made, now, policy_within, reader};

#[test]
fn wsm_03_a_fresh_instance_takes_over_after_the_largest_input() {
    let policy = policy_within(Limits { instances: 1, growth: 256 << 10, ..Limits::default() });
    let before = policy.counters().memory;
    let grants: Vec<String> = (0..1_024).map(|i| format!("\"shelf/{i:0>180}:read\"")).collect();
    let large = made("personal", 7, &grants.join(","), "");
    assert!(large.record.len() > 190 << 10);
    let token = policy.open_token(&large.record);
    let target = format!("/shelves/{:0>180}", 1_023);
    let attempt = Attempt::http("GET", &target).authorization(&large.bearer);
    assert!(policy.decide(&attempt, Lookup::Token(&token), None, now()).allow());
    assert!(policy.counters().memory > before + (256 << 10));

    let small = reader(1);
    let (attempt, token) =
        (Attempt::http("GET", "/books").authorization(&small.bearer), policy.open_token(&small.record));
    assert!(policy.decide(&attempt, Lookup::Token(&token), None, now()).allow());
    let counters = policy.counters();
    assert_eq!((counters.recycles, counters.failures), (1, 0));
    assert!(counters.memory <= before + (256 << 10));
}

#[test]
fn hdr_09_large_values_are_malformed_and_never_reach_the_memory() {
    let policy = policy_within(Limits { instances: 1, ..Limits::default() });
    let own = reader(1);
    let token = policy.open_token(&own.record);
    let fits = format!("Bearer {}", "a".repeat(4_096 - 7));
    let attempt = Attempt::http("GET", "/books").authorization(&fits);
    let decision = policy.decide(&attempt, Lookup::Token(&token), None, now());
    assert_eq!(decision.reason(), Some(Reason::NotAToken));
    let before = policy.counters().memory;
    for length in [4_097, 1 << 20, 16 << 20] {
        let value = format!("Bearer {}", "a".repeat(length - 7));
        for attempt in [
            Attempt::http("GET", "/books").authorization(&value),
            Attempt::http("GET", "/books").header(&value),
        ] {
            let start = Instant::now();
            let decision = policy.decide(&attempt, Lookup::Token(&token), None, now());
            assert!(start.elapsed() < Duration::from_millis(100));
            assert_eq!(decision.reason(), Some(Reason::Malformed));
            assert_eq!(
                core().decide(&attempt, portcullis_core::Lookup::Unknown, None, now()).reason(),
                Some(Reason::Malformed)
            );
        }
    }
    assert_eq!(policy.counters().memory, before);
}

#[test]
fn hdr_08_bytes_that_are_not_a_credential_are_malformed() {
    let policy = policy_within(Limits { instances: 1, ..Limits::default() });
    for byte in (0..0x20).chain([0x7f]).chain(0x80..=0xff).filter(|byte| *byte != b'\t') {
        let value = [b"Bearer abc", &[byte][..], b"def"].concat();
        let attempt = Attempt { authorization: Some(&value), ..Attempt::http("GET", "/books") };
        let decision = policy.decide(&attempt, Lookup::Unknown, None, now());
        assert_eq!(decision.reason(), Some(Reason::Malformed), "{byte:#x}");
    }
}
