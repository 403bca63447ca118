//! P5 to P8, and other laws about every step of every life.

use std::collections::BTreeMap;

use portcullis_core::{Attempt, Instant, Lookup};
use portcullis_tests::compare::{core, core_due};
use portcullis_tests::naive::life::Question;
use portcullis_tests::naive::time::{Millis, duration, parse};
use serde_json::{Value, json};

use super::steps::{at, each_step, writes};

/// P5: when a command races a revocation from the same read, one of the two is
/// written first, the other is worked out again, and the token ends revoked or deleted.
#[test]
fn p5_a_revocation_wins_every_race() {
    let mut races = 0;
    each_step(|seed, step| {
        let record = &step.question.record;
        if record.is_null()
            || !record["revoked"].is_null()
            || writes(step.outcome).is_empty()
            || !step.question.mints
        {
            return;
        }
        races += 1;
        let revoke = json!({ "command": "revoke", "id": "race" });
        let revoked = step.by_system(record.clone(), revoke.clone());
        let by_revoke = &writes(&revoked)[0];
        let by_other = writes(step.outcome).iter().find(|write| write["id"] == record["id"]).unwrap();
        // Both replace the same revision: a store takes one of them.
        assert_eq!(by_revoke["was"], by_other["was"], "seed {seed}");
        // The revocation first.
        let second = step.retried(by_revoke["record"].clone());
        for write in writes(&second) {
            let still = write["record"].is_null() || !write["record"]["revoked"].is_null();
            assert!(still, "seed {seed}: {} revives a revoked token: {second:#}", step.word());
        }
        // The other first.
        let after = by_other["record"].clone();
        if after.is_null() || !after["revoked"].is_null() {
            return;
        }
        let last = step.by_system(after, revoke);
        let revoked = !writes(&last)[0]["record"]["revoked"].is_null();
        assert!(revoked, "seed {seed}: after {}: {last:#}", step.word());
    });
    assert!(races > 500, "only {races} races");
}

/// P6: every write increments the revision, and its event has that number.
#[test]
fn p6_every_write_increments_the_revision_and_adds_one_event() {
    each_step(|seed, step| {
        for write in writes(step.outcome) {
            let was = write["was"].as_u64().unwrap();
            let record = &step.question.record;
            let expected = if write["id"] == record["id"] { record["revision"].as_u64().unwrap() } else { 0 };
            assert_eq!(was, expected, "seed {seed}");
            let events = step.outcome["change"]["events"].as_array().unwrap();
            let own: Vec<_> = events.iter().filter(|event| event["token"] == write["id"]).collect();
            assert_eq!(own.len(), 1, "seed {seed}: one event for each token");
            assert_eq!(own[0]["sequence"], was + 1, "seed {seed}");
            assert_eq!(own[0]["command"], step.question.command["id"], "seed {seed}");
            if !write["record"].is_null() {
                assert_eq!(write["record"]["revision"], was + 1, "seed {seed}");
                assert_eq!(write["record"]["auditHead"], own[0]["head"], "seed {seed}");
                assert_eq!(write["record"]["lastCommand"], own[0]["command"], "seed {seed}");
            }
        }
    });
}

/// P7: no command sets an end beyond the longest lifetime.
#[test]
fn p7_no_command_exceeds_the_maximum_lifetime() {
    each_step(|seed, step| {
        for record in
            writes(step.outcome).iter().map(|write| &write["record"]).filter(|record| !record.is_null())
        {
            let kind = &step.question.policy["kinds"][record["kind"].as_str().unwrap()];
            if !kind["lifetime"]["default"].is_null() {
                assert!(
                    record["expiresAt"].is_string(),
                    "seed {seed}: {} leads to no end: {record}",
                    step.word()
                );
            }
            let Some(longest) = kind["lifetime"]["max"].as_str().and_then(duration) else { continue };
            let base = at(&record["renewal"]["renewedAt"]).or(at(&record["createdAt"])).unwrap();
            let end = at(&record["expiresAt"]).unwrap();
            assert!(end <= base + longest, "seed {seed}: {} leads to {record}", step.word());
        }
    });
}

/// GRO-02: a token that another token made or renewed ends with that one, however it lives on. Only a person's edit
/// of its end lifts that.
#[test]
fn gro_02_a_child_ends_with_its_parent() {
    let mut last: BTreeMap<String, Millis> = BTreeMap::new();
    let mut lived: BTreeMap<String, u32> = BTreeMap::new();
    let mut of = u64::MAX;
    each_step(|seed, step| {
        if of != seed {
            last.clear();
            of = seed;
        }
        let Question { record, command, actor, mints, .. } = step.question;
        let parent = Some(&actor["token"]).filter(|token| !token.is_null());
        let parent_ends = parent.and_then(|token| at(&token["expiresAt"]));
        let id = |record: &Value| record["id"].as_str().unwrap_or_default().to_string();
        for write in writes(step.outcome).iter().filter(|write| !write["record"].is_null() && *mints) {
            let after = &write["record"];
            let end = at(&after["expiresAt"]).unwrap_or(Millis::MAX);
            let mut bound = last.get(&id(record)).copied().unwrap_or(Millis::MAX);
            if write["was"] == 0 {
                bound = bound.min(parent_ends.unwrap_or(Millis::MAX));
            } else if command["command"] == "edit" {
                if command["set"]["renewal"].is_object() && end < Millis::MAX {
                    bound = bound.min(parent_ends.map_or(Millis::MAX, |parent| parent.max(end)));
                }
                if parent.is_none() && bound < end {
                    bound = Millis::MAX;
                }
            }
            assert!(end <= bound, "seed {seed}: {} outlives its parent: {after}", step.word());
            last.insert(id(after), bound);
            if bound < Millis::MAX {
                *lived.entry(step.word().into()).or_default() += 1;
            }
        }
    });
    for (word, least) in [("create", 100), ("extend", 5), ("edit", 3), ("redeemRenewal", 1)] {
        assert!(lived.get(word).is_some_and(|times| *times >= least), "too seldom: {word} in {lived:?}");
    }
}

/// P8, TOK-05: of all plaintexts issued in a life, at most two pass, and the last one is among them.
#[test]
fn p8_at_most_two_secrets_are_accepted() {
    let mut plaintexts: Vec<String> = Vec::new();
    let (mut of, mut both) = (u64::MAX, 0);
    each_step(|seed, step| {
        if of != seed {
            plaintexts.clear();
            of = seed;
        }
        let change = &step.outcome["change"];
        plaintexts.extend(change["plaintext"].as_str().map(String::from));
        for write in
            writes(step.outcome).iter().filter(|write| !write["record"].is_null() && step.question.mints)
        {
            let token = step.policy.open_token_json(&write["record"].to_string());
            assert!(token.unreadable().is_none(), "seed {seed}: {:?}", token.unreadable());
            let now = Instant::from_millis(step.question.now).unwrap();
            let passes = |text: &&String| {
                let authorization = format!("Bearer {text}");
                let mut attempt =
                    Attempt::needs("license:read").authorization(&authorization).application("erp");
                if let Some(tenant) = write["record"]["tenant"].as_str() {
                    attempt = attempt.tenant(tenant);
                }
                let decision = step.policy.decide(&attempt, Lookup::Token(&token), None, now);
                !decision
                    .reason()
                    .is_some_and(|reason| ["unknown", "wrong_secret", "rotated"].contains(&reason.code()))
            };
            let live: Vec<_> = plaintexts.iter().filter(passes).collect();
            assert!(live.len() <= 2, "seed {seed}: {} secrets live after {}", live.len(), step.word());
            both += usize::from(live.len() == 2);
        }
    });
    assert!(both > 20, "two secrets lived at once only {both} times");
}

/// LIF-01: a refusal writes nothing, unless reuse of an old secret revokes the token.
#[test]
fn lif_01_a_refusal_changes_nothing() {
    each_step(|seed, step| {
        let code = step.outcome["refusal"]["code"].as_str();
        let none = step.outcome["change"].is_null();
        assert!(code.is_none() || none || code == Some("reuse_detected"), "seed {seed}: {}", step.outcome);
        let says = step.outcome["refusal"]["message"].as_str().is_none_or(|message| message.ends_with('.'));
        assert!(says, "seed {seed}: {}", step.outcome);
    });
}

/// ROT-06: repeating a command that took effect gives no change and no plaintext.
#[test]
fn rot_06_a_repeated_command_changes_nothing() {
    let mut repeated = 0;
    each_step(|seed, step| {
        let accepted = step.outcome["refusal"].is_null() && step.question.mints;
        let Some(after) = step.after().filter(|after| accepted && !after.is_null()) else { return };
        let again = step.retried(after);
        assert_eq!(
            again,
            json!({ "change": null, "refusal": null, "repeated": true }),
            "seed {seed}: {}",
            step.word()
        );
        repeated += 1;
    });
    assert!(repeated > 500, "only {repeated} repeated");
}

/// TIM-07, ROT-10: nothing is due before `dueAt`, something is at `dueAt`, and a sweep leaves nothing due.
#[test]
fn rot_10_a_command_becomes_due_exactly_at_due_at() {
    let (mut exact, mut never) = (0, 0);
    each_step(|seed, step| {
        let Some(after) = step.after().filter(|after| !after.is_null() && step.question.mints) else {
            return;
        };
        let now = step.question.now;
        let is_due = |record: &Value, at: Millis| core_due(step.policy, record, at) != json!([]);
        match at(&after["dueAt"]) {
            Some(due) if due > now => {
                exact += 1;
                assert!(
                    !is_due(&after, now),
                    "seed {seed}: due now, though not before {}: {after}",
                    after["dueAt"]
                );
                assert!(!is_due(&after, due - 1), "seed {seed}: due a millisecond early: {after}");
                assert!(is_due(&after, due), "seed {seed}: nothing is due at dueAt: {after}");
            }
            Some(_) => assert!(is_due(&after, now), "seed {seed}: overdue, yet nothing is due: {after}"),
            None => {
                never += 1;
                for days in [0, 1, 30, 400, 40_000] {
                    assert!(
                        !is_due(&after, now + days * 86_400_000),
                        "seed {seed}: due after {days} days: {after}"
                    );
                }
            }
        }
        // After a clock that was ahead announced this end, nothing more is written when it comes.
        let notes = after["reminded"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if notes
            .filter_map(|note| note.split_once(":end:"))
            .any(|(_, end)| parse(end).is_some_and(|end| end > now))
        {
            return;
        }
        // A sweep at some later time.
        let later = now + [0, 1, 86_400_000, 86_400_000 * 100][step.entropy[0] as usize % 4];
        let mut record = after;
        for given in 0.. {
            let due = core_due(step.policy, &record, later);
            let Some(command) = due.get(0) else { break };
            assert!(given < 6, "seed {seed}: still due: {due}");
            let question = Question {
                record: record.clone(),
                command: command.clone(),
                actor: json!({ "system": true }),
                store: Value::Null,
                now: later,
                ..step.question.clone()
            };
            let outcome = core(step.policy, &question, step.entropy);
            assert!(!writes(&outcome).is_empty(), "seed {seed}: {command} is due and refused: {outcome}");
            record = writes(&outcome)[0]["record"].clone();
            if record.is_null() {
                return;
            }
        }
        assert!(at(&record["dueAt"]).is_none_or(|due| due > later), "seed {seed}: swept, yet due: {record}");
    });
    assert!(exact > 200 && never > 50, "{exact} exact, {never} never");
}

/// TOK-07, AUD-03: events and notices hold no secret and no digest, except the single-use key of an offer.
#[test]
fn tok_07_events_and_notices_contain_no_secret() {
    let mut secrets: Vec<String> = Vec::new();
    let (mut of, mut keys) = (u64::MAX, 0);
    each_step(|seed, step| {
        if of != seed {
            secrets.clear();
            of = seed;
        }
        let mut change = step.outcome["change"].clone();
        for write in writes(step.outcome) {
            let record = &write["record"];
            let digests =
                [&record["digest"], &record["previous"]["digest"], &record["renewal"]["offer"]["digest"]];
            secrets.extend(
                digests.iter().filter_map(|digest| digest.as_str()).map(|text| text[7..].to_string()),
            );
        }
        if let Some(plaintext) = change["plaintext"].as_str() {
            secrets.push(plaintext[plaintext.len() - 38..plaintext.len() - 6].into());
        }
        for notice in change["notices"].as_array_mut().into_iter().flatten() {
            if let Some(key) = notice.as_object_mut().unwrap().remove("secret") {
                assert_eq!(notice["notice"], "renewalOffered", "seed {seed}");
                secrets.push(key.as_str().unwrap().into());
                keys += 1;
            }
        }
        let told = format!(
            "{}{}{}{}{}{}",
            change["events"],
            change["notices"],
            change["warnings"],
            change["tombstone"],
            step.outcome["refusal"],
            change["claims"],
        );
        for secret in &secrets {
            assert!(!told.contains(secret), "seed {seed}: {} tells {secret}", step.word());
        }
    });
    assert!(keys > 20, "only {keys} keys were sent");
}
