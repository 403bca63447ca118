//! Faults that only show when policy, store and clock work together.

use std::sync::Arc;

use portcullis_wasmtime::store::{Memory, Store};
use portcullis_wasmtime::tokens::{CreateFields, TokensError};
use portcullis_wasmtime::{Attempt, Error, Lookup, RefusalCode, TokenId, Tokens};

use super::fixture::{Clock, ada, admin, field, in_memory, made, reader, refused, renewing, tokens};

/// Decides on a request with this plaintext, and records the use if advised.
fn ask(tokens: &Tokens, clock: &Clock, id: &TokenId, plaintext: &str, subject: Option<&str>) -> String {
    let header = format!("Bearer {plaintext}");
    let attempt = Attempt { tenant: Some("acme"), ..Attempt::http("GET", "/books").authorization(&header) };
    let record = tokens.store().get(id).unwrap();
    let token = record.as_deref().map(|record| tokens.policy().open_token(record));
    let subject = subject.map(|text| tokens.policy().open_subject(text).unwrap());
    let found = token.as_ref().map_or(Lookup::Unknown, Lookup::Token);
    let decision = tokens.policy().decide(&attempt, found, subject.as_ref(), clock.now());
    tokens.touch(&decision).unwrap();
    decision.reason().map_or("allow".into(), |reason| reason.code().into())
}

#[test]
fn lif_02_a_deleted_token_is_unknown_to_every_actor() {
    let (tokens, clock) = in_memory();
    let (id, plaintext) = made(&tokens, reader("ERP sync"));
    tokens.revoke(&id, &admin()).unwrap();
    for (given, code) in [
        (tokens.unlock(&id, &admin()), RefusalCode::IllegalTransition),
        (tokens.extend(&id, None, &ada()), RefusalCode::IllegalTransition),
        (tokens.regenerate(&id, &admin()), RefusalCode::NotAllowed),
        (tokens.revoke(&id, &admin()), RefusalCode::IllegalTransition),
    ] {
        assert_eq!(refused(given), code);
    }
    tokens.delete(&id, &admin()).unwrap();
    assert_eq!(ask(&tokens, &clock, &id, &plaintext, None), "unknown");
    assert_eq!(refused(tokens.find(&id, &admin())), RefusalCode::Unknown);
    for given in [tokens.lock(&id, &admin()), tokens.revoke(&id, &admin()), tokens.delete(&id, &admin())] {
        assert_eq!(refused(given), RefusalCode::Unknown);
    }
    assert!(tokens.store().get(&id).unwrap().is_none());
}

/// A token that depends on its owner stops and resumes with the owner; a revoked one stays revoked.
#[test]
fn lif_07_an_owner_who_leaves_and_returns_revives_no_revoked_token() {
    let (tokens, clock) = in_memory();
    let mirror = |name| CreateFields { kind: "mirror", ..reader(name) };
    let [(one, first), (two, second)] = ["one", "two"].map(|name| made(&tokens, mirror(name)));
    let (service, third) = made(&tokens, CreateFields { kind: "service", ..reader("robot") });
    let [here, gone] =
        [true, false].map(|active| format!(r#"{{"id":"ada","active":{active},"grants":["book:read"]}}"#));
    assert_eq!(ask(&tokens, &clock, &one, &first, Some(&here)), "allow");
    assert_eq!(ask(&tokens, &clock, &one, &first, Some(&gone)), "suspended");
    assert_eq!(ask(&tokens, &clock, &one, &first, None), "subject_unavailable");
    assert_eq!(ask(&tokens, &clock, &service, &third, None), "allow");
    tokens.revoke(&two, &admin()).unwrap();
    assert_eq!(ask(&tokens, &clock, &two, &second, Some(&gone)), "revoked");
    assert_eq!(ask(&tokens, &clock, &two, &second, Some(&here)), "revoked");
    assert_eq!(ask(&tokens, &clock, &one, &first, Some(&here)), "allow");
}

#[test]
fn tim_06_a_clock_that_steps_back_extends_no_token_and_breaks_nothing() {
    let (tokens, clock) = in_memory();
    let (id, plaintext) = made(&tokens, CreateFields { kind: "service", ..reader("robot") });
    let last_use = || field(&tokens.store().get(&id).unwrap().unwrap(), "lastUsedAt");
    clock.set("2026-01-10T12:00:00Z");
    assert_eq!(ask(&tokens, &clock, &id, &plaintext, None), "allow");
    let noted = last_use();
    assert_eq!(noted.as_deref(), Some("2026-01-10T12:00:00.000Z"));
    // An hour back, then to before the token was created.
    for back in ["2026-01-10T11:00:00Z", "2025-12-31T23:58:30Z", "2000-01-01T00:00:00Z"] {
        clock.set(back);
        assert_eq!(ask(&tokens, &clock, &id, &plaintext, None), "allow", "{back}");
        assert_eq!(last_use(), noted, "{back}");
        assert_eq!(tokens.sweep(10).unwrap().tokens, 0, "{back}");
        assert!(tokens.find(&id, &admin()).is_ok(), "{back}");
    }
    // The event has the clock's time, and its place in the trail.
    tokens.revoke(&id, &admin()).unwrap();
    let trail = tokens.trail(&id, &admin()).unwrap();
    assert!(trail.verified && trail.events[1].contains("2000-01-01T00:00:00.000Z"), "{}", trail.report);
}

/// The delivery of notices is down: commands continue, nothing is lost, nothing is sent twice.
#[test]
fn aud_04_notices_wait_for_a_sink_that_is_down_and_block_no_command() {
    let store = Arc::new(Memory::new());
    let clock = Clock::new();
    let tokens = tokens(store.clone(), &clock);
    let ids: Vec<TokenId> = (0..8).map(|n| made(&tokens, renewing(&format!("number {n}"))).0).collect();
    clock.set("2026-02-01T00:00:00Z");
    for _ in 0..3 {
        assert!(tokens.sweep(100).unwrap().failed.is_empty());
        for id in &ids {
            tokens.lock(id, &admin()).unwrap();
            tokens.unlock(id, &admin()).unwrap();
        }
    }
    // It comes back, and crashes between sending and acknowledging every third notice.
    let (mut sent, mut tries) = (Vec::new(), 0_u32);
    loop {
        let waiting = tokens.outbox(7).unwrap();
        if waiting.is_empty() {
            break;
        }
        for notice in waiting {
            tries += 1;
            if !sent.contains(&notice.key) {
                sent.push(notice.key.clone());
            }
            if tries.is_multiple_of(3) {
                break;
            }
            tokens.acknowledge(&[notice.key]).unwrap();
        }
    }
    assert_eq!(sent.len(), ids.len(), "one offer for each token, each under its own key");
    for id in &ids {
        let trail = store.trail(id).unwrap();
        for (place, event) in (1..).zip(&trail) {
            assert!(event.contains(&format!("\"sequence\":{place},")), "{event}");
        }
        assert_eq!(trail.len(), 2 + 2 * 3);
    }
}

#[test]
fn tok_05_broken_randomness_makes_no_token() {
    let (tokens, clock) = in_memory();
    let create = r#"{"record":null,"command":{"command":"create","id":"c1","kind":"personal","name":"x","grants":["book:read"]},
        "actor":{"id":"grace","roles":["admin"],"grants":["*:*"]}}"#;
    let counting: [u8; 128] = std::array::from_fn(|i| i as u8);
    let repeating: [u8; 128] = std::array::from_fn(|i| (i % 16 * 37) as u8);
    for weak in [[0; 128], [255; 128], counting, repeating] {
        let made = tokens.policy().apply(create, clock.now(), Some(&weak), None);
        let Err(Error::Refused(problems)) = made else { panic!("made of {weak:?}") };
        assert!(!format!("{problems:?}").contains("255, 255"));
    }
    // Each token that the host makes has its own.
    let made: std::collections::BTreeSet<String> =
        (0..9).map(|number| made(&tokens, reader(&format!("number {number}"))).1).collect();
    assert_eq!(made.len(), 9);
}

/// An audit key that is too short is refused before anything is written.
#[test]
fn aud_02_a_weak_audit_key_seals_nothing() {
    let (tokens, _) = in_memory();
    for key in [&b""[..], b"fifteen bytes !"] {
        let weak = tokens.clone().with_audit_key(key);
        let error = weak.create(reader("ERP sync"), &admin()).unwrap_err();
        let TokensError::Rules(Error::Refused(problems)) = &error else { panic!("{error:?}") };
        assert_eq!(problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>(), ["weak_key"]);
    }
    let strong = tokens.with_audit_key(b"sixteen bytes !!");
    made(&strong, reader("ERP sync"));
}
