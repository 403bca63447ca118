//! AUD-02, TRU-01, CST-03: the trail of a token, in every drawn life.

use std::collections::BTreeMap;

use portcullis_core::Instant;
use portcullis_tests::host::Asked;
use portcullis_tests::live;
use serde_json::{Value, json};

use super::steps::{Step, each_step, writes};

/// Fields of a record that no event holds.
const UNSEEN: [&str; 5] = ["digest", "lastUsedAt", "secretUsedAt", "endsAt", "dueAt"];

/// The core's answer to a question about a trail.
fn ask(step: &Step<'_>, verb: &str, request: &Value) -> Value {
    let key = step.question.key.as_deref();
    let asked = Asked { verb, request: &request.to_string(), now: Instant::MIN, entropy: None, key };
    serde_json::from_str(&live::answer(step.policy, asked).unwrap()).unwrap()
}

/// Every record or tombstone that a step of a life leaves, with the trail that leads to it.
fn each_trail(mut look: impl FnMut(u64, &Step<'_>, &[Value], &str, &Value)) {
    let mut trails: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let (mut of, mut longest) = (u64::MAX, 0);
    each_step(|seed, step| {
        if of != seed {
            trails.clear();
            of = seed;
        }
        if !step.question.mints {
            return;
        }
        for event in step.outcome["change"]["events"].as_array().into_iter().flatten() {
            trails.entry(event["token"].as_str().unwrap().into()).or_default().push(event.clone());
        }
        for write in writes(step.outcome) {
            let events = &trails[write["id"].as_str().unwrap()];
            longest = longest.max(events.len());
            match &write["record"] {
                Value::Null => look(seed, step, events, "tombstone", &step.outcome["change"]["tombstone"]),
                record => look(seed, step, events, "record", record),
            }
        }
    });
    assert!(longest >= 5, "no trail is longer than {longest}");
}

/// AUD-02: the events of a token rebuild its record.
#[test]
fn aud_02_the_trail_rebuilds_the_record() {
    each_trail(|seed, step, events, what, kept| {
        let mut expected = if what == "record" { kept.clone() } else { Value::Null };
        if let Some(record) = expected.as_object_mut() {
            for unseen in UNSEEN {
                record.remove(unseen);
            }
            for place in ["/previous", "/renewal/offer"] {
                let within = kept.pointer(place).and_then(Value::as_object);
                if let Some(mut within) = within.cloned() {
                    within.remove("digest");
                    *expected.pointer_mut(place).unwrap() = within.into();
                }
            }
        }
        assert_eq!(ask(step, "replay", &json!({ "events": events })), expected, "seed {seed}");
    });
}

/// TRU-01: a trail verifies only with its token's stored record. A changed, added or missing field, a missing event
/// and an empty trail are all found.
#[test]
fn tru_01_a_trail_verifies_only_with_its_own_record() {
    let mut tampered = 0;
    each_trail(|seed, step, events, what, kept| {
        let verified = |events: &[Value], kept: &Value| {
            let report = ask(step, "verifyTrail", &json!({ "events": events, what: kept }));
            assert_eq!(report["verified"], report["faults"] == json!([]), "seed {seed}: {report}");
            report["verified"] == true
        };
        assert!(verified(events, kept), "seed {seed}: {kept}");
        assert!(!verified(&events[..events.len() - 1], kept), "seed {seed}: the last event is cut off");
        assert!(!verified(&[], kept), "seed {seed}: the trail is wiped");
        let mut headless = kept.clone();
        headless.as_object_mut().unwrap().remove("auditHead");
        assert!(!verified(&[], &headless), "seed {seed}: the trail is wiped, and its head");
        for name in kept.as_object().unwrap().keys().map(String::as_str).chain(["added"]) {
            let [mut changed, mut gone] = [kept.clone(), kept.clone()];
            changed[name] = json!({ "changed": true });
            let was_there = gone.as_object_mut().unwrap().remove(name).is_some_and(|value| !value.is_null());
            let unseen = UNSEEN.contains(&name);
            assert_eq!(verified(events, &changed), unseen, "seed {seed}: {name} is changed");
            if was_there {
                assert_eq!(verified(events, &gone), unseen, "seed {seed}: {name} is gone");
            }
            tampered += 1;
        }
    });
    assert!(tampered > 10_000, "only {tampered} fields were tampered with");
}

/// CST-03: a trail in parts gives the same answer as in one piece.
#[test]
fn cst_03_a_trail_in_parts_gives_the_same_answer_as_in_one_piece() {
    each_trail(|seed, step, events, what, kept| {
        let altered = seed % 3 == 0 && events.len() > 1;
        let mut events = events.to_vec();
        if altered {
            let place = seed as usize % events.len();
            events[place]["reason"] = "altered".into();
        }
        let whole = ask(step, "verifyTrail", &json!({ "events": events, what: kept }));
        let mut after = Value::Null;
        for (i, event) in events.iter().enumerate() {
            let more = i + 1 < events.len();
            let mut request = json!({ "events": [event], "after": after, "more": more });
            if !more {
                request[what] = kept.clone();
            }
            let report = ask(step, "verifyTrail", &request);
            if report["verified"] != true {
                assert_eq!(whole["verified"], false, "seed {seed}: {report}");
                return;
            }
            after = report["state"].clone();
            if !more {
                assert_eq!(report, whole, "seed {seed}");
            }
        }
        assert_eq!(whole["verified"], true, "seed {seed}: {whole}");
    });
}
