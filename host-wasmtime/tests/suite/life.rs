//! Lifecycle queries: the same bytes as core's, and what is refused before the module is called.

use std::time::Duration;

use portcullis_core::{ApplyRequest, Bounds, Entropy, Value};
use portcullis_wasmtime::{Error, Instant, Limits, Module, ModuleHash, Policy};

use crate::{fixture, stub};

/// Sealed by another implementation of RFC 8785 and HMAC, with the key below and without one.
const KEYED: [&str; 2] = [
    r#"{"token":"AdaAdaAdaAdaAda1","sequence":1,"command":"one","event":"created","changes":{"name":{"after":"ERP \u202e sync"}},"previous":null,"head":"hmac-sha256:37244192225d4b169af3ee862e5e0097fc35377fab3e34f92d228f3d072965f8"}"#,
    r#"{"token":"AdaAdaAdaAdaAda1","sequence":2,"command":"two","event":"edited","changes":{"name":{"before":"ERP \u202e sync","after":"ERP"}},"previous":"hmac-sha256:37244192225d4b169af3ee862e5e0097fc35377fab3e34f92d228f3d072965f8","head":"hmac-sha256:214920bed959b312a90ec2e5b4c825adcccd5f8cf41d5b376e60ce792e79a9b6"}"#,
];
const KEY: &[u8] = b"sixteen bytes!!!";

fn trail(events: &[&str]) -> String {
    format!(r#"{{"events":[{}]}}"#, events.join(","))
}

const CREATE: &str = r#"{"record":null,"command":{"command":"create","id":"c-1","kind":"personal","name":"ERP","owner":"ada","grants":["book:read"]},"actor":{"system":true}}"#;

fn entropy() -> [u8; 128] {
    std::array::from_fn(|i| (i * i * 31 + i * 7 + 3) as u8 ^ (i as u8).rotate_left(3))
}

/// Core's answer to the same request.
fn outcome(
    request: &str,
    entropy: Option<[u8; 128]>,
    audit_key: Option<&[u8]>,
) -> Result<String, portcullis_core::Problems> {
    let request = Value::parse(request, Bounds::REQUEST).unwrap();
    let entropy = entropy.map(|bytes| Entropy::from_bytes(&bytes).unwrap());
    let request = ApplyRequest {
        record: request.get("record").filter(|record| **record != Value::Null),
        command: request.get("command").unwrap(),
        actor: request.get("actor").unwrap(),
        presented: None,
        store: None,
        now: fixture::now(),
        entropy,
        audit_key,
    };
    fixture::core().apply(request).map(|outcome| outcome.to_value().to_json())
}

#[test]
fn a_command_has_the_same_outcome_as_in_core() {
    let policy = fixture::policy();
    for key in [None, Some(KEY)] {
        let made = policy.apply(CREATE, fixture::now(), Some(&entropy()), key).unwrap();
        assert_eq!(made, outcome(CREATE, Some(entropy()), key).unwrap());
        let preview = policy.apply(CREATE, fixture::now(), None, key).unwrap();
        assert_eq!(preview, outcome(CREATE, None, key).unwrap());
        assert!(made.contains("\"plaintext\":\"lib_pat_") && !preview.contains("lib_pat_"));
    }
    let stranger = CREATE.replace(r#""system":true"#, r#""id":"ada","roles":["system"]"#);
    let refused = policy.apply(&stranger, fixture::now(), Some(&entropy()), None).unwrap();
    assert_eq!(refused, outcome(&stranger, Some(entropy()), None).unwrap());
    assert!(refused.contains("\"code\":\"not_allowed\""), "{refused}");
}

#[test]
fn due_commands_and_named_tokens_are_the_same_as_in_core() {
    let policy = fixture::policy();
    let record = fixture::made("personal", 5, r#""book:read""#, "").record;
    let late = Instant::parse("2027-02-27T00:00:00.000Z").unwrap();
    let expected = fixture::core().due(&Value::parse(&record, Bounds::RECORD).unwrap(), late).unwrap();
    let expected: Vec<String> = expected.iter().map(Value::to_json).collect();
    assert_eq!(policy.due(&record, late).unwrap(), format!("[{}]", expected.join(",")));
    assert_eq!(expected.len(), 1);

    let request = Value::parse(CREATE, Bounds::REQUEST).unwrap();
    let (command, actor) = (request.get("command").unwrap(), request.get("actor").unwrap());
    let id = fixture::core().target(command, actor).unwrap();
    let asked = format!(r#"{{"command":{},"actor":{}}}"#, command.to_json(), actor.to_json());
    assert_eq!(policy.target(&asked).unwrap(), id);
    assert!(id.is_some());
    assert_eq!(
        policy.target(r#"{"command":{"command":"lock","id":"x"},"actor":{"id":"ada"}}"#).unwrap(),
        None
    );
}

#[test]
fn a_trail_is_verified_as_in_core() {
    let policy = fixture::policy();
    for (events, key) in
        [(&KEYED[..], Some(KEY)), (&KEYED, None), (&KEYED[1..], Some(KEY)), (&[], None), (&["1"], None)]
    {
        let request = trail(events);
        let expected =
            portcullis_core::verify_trail(&Value::parse(&request, Bounds::LISTING).unwrap(), key).unwrap();
        assert_eq!(policy.verify_trail(&request, key).unwrap(), expected.to_json());
    }
    assert!(
        policy
            .verify_trail(&trail(&KEYED), Some(KEY))
            .unwrap()
            .starts_with(r#"{"verified":true,"events":2,"#)
    );
}

#[test]
fn aud_01_a_rebuilt_record_escapes_misleading_characters() {
    let policy = fixture::policy();
    let record = policy.replay(&trail(&KEYED[..1])).unwrap();
    assert!(record.starts_with(r#"{"name":"ERP \u202e sync","auditHead":"hmac-sha256:"#), "{record}");
}

#[test]
fn lists_reach_and_letters_are_the_same_as_in_core() {
    let policy = fixture::policy();
    let document = |text: &str| Value::parse(text, Bounds::LISTING).unwrap();
    let record =
        fixture::made("personal", 6, r#""book:read","shelf/main:read""#, r#","name":"ERP \u202e""#).record;

    let request = format!(r#"{{"records":[{record},7],"actor":{{"system":true}},"sort":{{"by":"status"}}}}"#);
    let expected = fixture::core().overview(&document(&request), fixture::now()).unwrap().to_json();
    assert_eq!(policy.overview(&request, fixture::now()).unwrap(), expected);
    assert!(expected.contains(r#""name":"ERP \u202e""#) && expected.ends_with(r#""total":2}"#), "{expected}");

    let request = format!(r#"{{"record":{record},"permission":"shelf:read"}}"#);
    assert_eq!(policy.reach(&request).unwrap(), r#"{"reach":"some","instances":["main"]}"#);

    let notice = r#"{"key":"k","notice":"renewed","group":[null,"ada","renewed",null],"to":"ada","token":"AdaAdaAdaAdaAda1","name":"ERP"}"#;
    let request = format!(r#"{{"notices":[{notice}]}}"#);
    let expected = portcullis_core::letters(&document(&request)).unwrap().to_json();
    assert_eq!(policy.letters(&request).unwrap(), expected);
    assert!(expected.contains("„ERP“ (AdaAdaAdaAdaAda1) wurde automatisch erneuert"), "{expected}");
}

#[test]
fn a_malformed_request_is_refused_and_the_instance_stays() {
    let policy = fixture::policy();
    let code = |answer: Result<String, Error>| match answer {
        Err(Error::Refused(problems)) => problems.iter().next().unwrap().code.clone(),
        other => panic!("{other:?}"),
    };
    let apply = |request: &str| policy.apply(request, fixture::now(), None, None);
    assert_eq!(code(apply("[]")), "misuse");
    assert_eq!(code(apply(&CREATE.replace("\"record\"", "\"recrod\""))), "misuse");
    assert_eq!(code(policy.apply(CREATE, fixture::now(), Some(&[0; 128]), None)), "misuse");
    assert_eq!(code(policy.apply(CREATE, fixture::now(), None, Some(b"short"))), "weak_key");
    assert_eq!(code(policy.replay("{")), "not_json");
    assert_eq!(code(policy.replay("{}")), "missing_field");
    assert_eq!(code(policy.verify_trail("{}", None)), "missing_field");
    assert_eq!(code(policy.verify_trail(&trail(&KEYED), Some(b"short"))), "weak_key");
    assert_eq!(code(policy.verify_trail(&trail(&KEYED), Some(b""))), "weak_key");
    assert_eq!(code(policy.replay(&" ".repeat(Bounds::LISTING.bytes + 1))), "too_large");
    assert_eq!(policy.counters().failures, 0);
}

#[test]
fn the_longest_trail_is_read() {
    let event = KEYED[0].replace("ERP \\u202e sync", &"x".repeat(100_000));
    let events = vec![event.as_str(); 80];
    let policy = fixture::policy_within(Limits { time: Duration::from_secs(30), ..Limits::default() });
    let answer = policy.verify_trail(&trail(&events), None).unwrap();
    assert!(answer.starts_with(r#"{"verified":false,"events":80,"#));
}

#[test]
fn a_module_without_lifecycle_reports_the_missing_export() {
    let bytes = wat::parse_str(stub::wat(&[])).unwrap();
    let module = Module::from_bytes(&bytes, &ModuleHash::of(&bytes)).unwrap();
    let policy = Policy::open(&module, "{}").unwrap();
    assert!(matches!(policy.letters("{}"), Err(Error::MissingExport { name: "letters" })));
    assert_eq!(policy.counters().failures, 0);
}
