//! What is done with random bytes. Each function is one target: it must never panic, and where the tests have a second,
//! naive model, both must agree.

// A failure is a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../wasm/src/frame.rs"]
mod frame_reader;

use std::sync::{Arc, LazyLock};

use portcullis_core::abi::frame::{ABSENT, FIELDS};
use portcullis_core::{
    Attempt, Bounds, Identified, Instant, Level, Lookup, Policy, Reason, Value as Document,
};
use portcullis_tests::dice::Dice;
use portcullis_tests::naive::life::{self, Question};
use portcullis_tests::naive::{self, Case};
use portcullis_tests::{ask, compare, plaintext};
use serde_json::{Value, json};

/// 2026-11-21T12:00:00.000Z.
const NOW: i64 = 1_795_262_400_000;
const KEY: &[u8] = b"the key of the trails in fuzzing";

/// The policy and the token of most targets.
struct World {
    document: Arc<Value>,
    policy: Policy,
    record: Value,
    records: Vec<Value>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(include_str!("../policy.json")).unwrap();
    let policy = Policy::from_json(&document.to_string()).unwrap();
    let record = json!({
        "v": 1, "id": "A0A0A0A0A0A0A0A0", "kind": "service", "owner": "ada", "name": "fuzz", "revision": 1,
        "grants": ["@desk", "book/7:update"], "digest": plaintext::digest("A0A0A0A0A0A0A0A0", &"s".repeat(32)),
        "createdAt": "2026-11-01T00:00:00.000Z", "secretIssuedAt": "2026-11-01T00:00:00.000Z",
        "expiresAt": "2026-12-01T00:00:00.000Z", "idleAfter": "90d",
    });
    let records = serde_json::from_str(include_str!("../records.json")).unwrap();
    World { document: Arc::new(document), policy, record, records }
});

/// Core and the naive model give one answer. Of paths that can be read in two ways the model knows fewer forms: what
/// core refuses for that is refused.
fn agree(policy: &Policy, case: &Case) {
    let said: Value = serde_json::from_str(&ask::decide(policy, case)).unwrap();
    if said["reason"] == "bad_path" {
        return;
    }
    // What a host should record is advice, and depends on fields that no host leaves out.
    for (name, expected) in
        naive::decide(case).as_object().unwrap().iter().filter(|(name, _)| *name != "touch")
    {
        assert_eq!(said[name], *expected, "{name} of {case:?}");
    }
}

/// Three settings in the first byte, then lines: a target, a method, and routes.
pub fn path(data: &[u8]) {
    let Some((settings, text)) = data.split_first() else { return };
    let setting =
        |bit: u8, off: &'static str, on: &'static str| if settings >> bit & 1 == 1 { on } else { off };
    let mut lines = text.splitn(3, |byte| *byte == b'\n');
    let (target, method) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let Ok(routes) = std::str::from_utf8(lines.next().unwrap_or_default()) else { return };
    let document = json!({
        "portcullis": 1, "name": "fuzz", "realm": "fuzz", "resources": { "book": {} },
        "paths": {
            "trailingSlash": setting(0, "strict", "ignore"), "case": setting(1, "exact", "ignore"),
            "semicolon": setting(2, "refuse", "literal"),
        },
        "routes": routes.lines().take(8).map(|on| json!({ "on": on, "open": true })).collect::<Vec<_>>(),
        "kinds": { "token": { "prefix": "fuzz", "may": { "revoke": ["admin"] } } },
    });
    let Ok(policy) = Policy::from_json(&document.to_string()) else { return };
    let (Ok(target), Ok(method)) = (std::str::from_utf8(target), std::str::from_utf8(method)) else {
        let attempt = Attempt { method, target, ..Attempt::default() };
        let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
        let readable = std::str::from_utf8(path).is_ok() && std::str::from_utf8(method).is_ok();
        let allowed = matches!(policy.identify(&attempt), Identified::Decided(decision) if decision.allow());
        return assert!(readable || !allowed, "{data:?}");
    };
    let attempt = json!({ "method": method, "target": target });
    agree(
        &policy,
        &Case { policy: Arc::new(document), record: Value::Null, subject: Value::Null, attempt, now: NOW },
    );
}

/// Lines: Authorization, the header of the policy, and a target whose query may hold a token.
pub fn credential(data: &[u8]) {
    let World { document, policy, record, .. } = &*WORLD;
    let mut lines = data.split(|byte| *byte == b'\n').map(|line| (!line.is_empty()).then_some(line));
    let [authorization, header, target] = std::array::from_fn(|_| lines.next().flatten());
    let target = target.unwrap_or(b"/books");
    let texts = [authorization, header, Some(target)].map(|field| field.map(std::str::from_utf8).transpose());
    let [Ok(authorization), Ok(header), Ok(target)] = texts else {
        let attempt = Attempt { method: b"GET", target, authorization, header, ..Attempt::default() };
        let token = policy.open_token_json(&record.to_string());
        let at = Instant::from_millis(NOW).unwrap();
        let said = policy.decide(&attempt, Lookup::Token(&token), None, at).to_json(Level::Operator);
        let readable =
            [authorization, header].into_iter().flatten().all(|field| std::str::from_utf8(field).is_ok());
        return assert!(
            readable || !said.contains("\"owner\":\"ada\""),
            "a token was found in {data:?}: {said}"
        );
    };
    let attempt =
        json!({ "method": "GET", "target": target, "authorization": authorization, "header": header });
    let case =
        Case { policy: document.clone(), record: record.clone(), subject: Value::Null, attempt, now: NOW };
    agree(policy, &case);
}

/// A document: both readers of JSON agree on it, and what opens opens again from its own text.
pub fn policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(document) = Document::parse(text, Bounds::POLICY) else { return };
    let again = document.to_json();
    let read: Value = serde_json::from_str(text).expect("what core reads is JSON");
    assert_eq!(Document::parse(&again, Bounds::POLICY).unwrap(), document);
    let opened = Policy::from_json(text);
    assert_eq!(format!("{:?}", Policy::from_json(&again)), format!("{opened:?}"));
    let Ok(policy) = opened else { return };
    assert!(policy.describe().to_json().contains(&policy.fingerprint()));
    for route in read["routes"].as_array().into_iter().flatten() {
        let (method, target) = route["on"].as_str().and_then(|on| on.split_once(' ')).unwrap_or_default();
        if let Identified::Decided(decision) = policy.identify(&Attempt::http(method, target)) {
            let open = decision.allow() || decision.reason() != Some(Reason::RouteUnmapped);
            assert!(open || target.contains(['{', '%']) || method != "GET", "{route} does not match itself");
        }
    }
}

/// A stored record, opened under a policy and asked for by its own plaintext.
pub fn record(data: &[u8]) {
    let World { document, policy, .. } = &*WORLD;
    let Ok(text) = std::str::from_utf8(data) else { return };
    let token = policy.open_token_json(text);
    let _ = token.describe();
    let Ok(stored) = Document::parse(text, Bounds::RECORD) else { return };
    // Core also limits what the model does not: the length of names, say.
    if policy.due(&stored, Instant::from_millis(NOW).unwrap()).is_err() {
        return;
    }
    let record: Value = serde_json::from_str(&stored.to_json()).unwrap();
    let plaintext = plaintext::plaintext("lib_svc", "A0A0A0A0A0A0A0A0", &"s".repeat(32));
    for (method, target) in [("GET", "/books"), ("POST", "/books/7/renew")] {
        let attempt =
            json!({ "method": method, "target": target, "authorization": format!("Bearer {plaintext}") });
        let subject = json!({ "id": "ada", "active": true, "grants": ["*:*"] });
        agree(policy, &Case { policy: document.clone(), record: record.clone(), subject, attempt, now: NOW });
    }
}

/// A command by an actor, with what is known of the request and what the store has said, about a record: any, or one of those in a file by its number.
pub fn command(data: &[u8]) {
    let World { document, policy, records, .. } = &*WORLD;
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(asked @ Document::Map(_)) = Document::parse(text, Bounds::RECORD) else { return };
    let mut asked: Value = serde_json::from_str(&asked.to_json()).unwrap();
    let [record, command, actor, presented, store] =
        ["record", "command", "actor", "presented", "store"].map(|name| asked[name].take());
    let known = record.as_u64().and_then(|number| records.get(number as usize));
    let question = Question {
        policy: document.clone(),
        record: known.cloned().unwrap_or(record),
        command,
        actor,
        presented,
        store,
        now: NOW,
        mints: true,
        key: Some(KEY.to_vec()),
    };
    let mut dice = Dice::new(1);
    let entropy = std::array::from_fn(|_| dice.number().to_le_bytes()[0]);
    let answer = compare::core(policy, &question, entropy);
    assert_eq!(answer, compare::core(policy, &question, entropy), "the same question has one answer");
    if answer.get("problems").is_some() {
        return;
    }
    let change = &answer["change"];
    if let Some(secret) = change["plaintext"].as_str() {
        let kept = json!([change["writes"], change["events"], change["notices"]]).to_string();
        let (_, secret) = secret.rsplit_once('_').unwrap();
        assert!(!kept.contains(&secret[..32]), "a secret is written somewhere: {kept}");
    }
    for write in change["writes"].as_array().into_iter().flatten().filter(|write| write["record"].is_object())
    {
        let due = compare::core_due(policy, &write["record"], NOW);
        assert!(due.is_array(), "what a command writes can be read: {due} {write}");
    }
    // The model takes records that a store has, and says nothing about the form of a command.
    if change.is_object() && (known.is_some() || question.record.is_null()) {
        let difference = compare::difference(&life::apply(&question), &answer);
        assert!(difference.is_none(), "{difference:?}\n{question:?}");
    }
}

/// A window of the module, read and answered.
pub fn frame(data: &[u8]) {
    let World { policy, record, .. } = &*WORLD;
    let attempt = frame_reader::attempt(data);
    assert_eq!(attempt.is_some(), fields(data).is_some());
    let (Some(attempt), Some(fields)) = (attempt, fields(data)) else { return };
    let text =
        |index: usize| fields[index].map(|bytes: &[u8]| std::str::from_utf8(bytes).unwrap_or_default());
    assert_eq!([attempt.method, attempt.target], [0, 1].map(|index| fields[index].unwrap_or_default()));
    assert_eq!([attempt.authorization, attempt.header], [fields[2], fields[3]]);
    assert_eq!([attempt.tenant, attempt.application, attempt.ip, attempt.needs], [4, 5, 6, 7].map(text));
    let token = policy.open_token_json(&record.to_string());
    let now = Instant::from_millis(NOW).unwrap();
    for found in [Lookup::Token(&token), Lookup::Unknown, Lookup::Unavailable] {
        let decision = policy.decide(&attempt, found, None, now);
        assert_eq!(portcullis_verdict::verdict(policy, &attempt, found, None, now), decision.verdict());
    }
    match (portcullis_verdict::presented_id(policy, &attempt, &mut Vec::new()), policy.identify(&attempt)) {
        (Some(id), Identified::Token(own)) => assert_eq!(id, own.as_str().as_bytes()),
        (None, Identified::Decided(_)) => {}
        (id, _) => panic!("an id is presented, {id:?}, and not found"),
    }
}

/// The fields of a window, each at the place where the ones before it end.
fn fields(window: &[u8]) -> Option<Vec<Option<&[u8]>>> {
    let mut at = 4 * FIELDS.len();
    let mut fields = Vec::new();
    for index in 0..FIELDS.len() {
        let length = i32::from_le_bytes(window.get(4 * index..4 * index + 4)?.try_into().unwrap());
        if length == ABSENT {
            fields.push(None);
            continue;
        }
        let end = at + usize::try_from(length).ok()?;
        fields.push(Some(window.get(at..end)?));
        at = end;
    }
    (at <= window.len()).then_some(fields)
}
