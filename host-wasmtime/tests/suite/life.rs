//! Questions about a token's life: the core's answers, byte for byte, and what is refused before the module is asked.

use std::time::Duration;

use portcullis_core::{Bounds, Value};
use portcullis_wasmtime::{Error, Limits, Module, ModuleHash, Policy};

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

#[test]
fn a_trail_is_verified_as_the_core_does() {
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
        policy.verify_trail(&trail(&KEYED), Some(KEY)).unwrap().starts_with(r#"{"intact":true,"events":2,"#)
    );
}

#[test]
fn aud_01_a_record_comes_back_with_what_misleads_escaped() {
    let policy = fixture::policy();
    let record = policy.replay(&trail(&KEYED[..1])).unwrap();
    assert!(record.starts_with(r#"{"name":"ERP \u202e sync","auditHead":"hmac-sha256:"#), "{record}");
}

#[test]
fn another_form_of_question_is_refused_and_the_instance_stays() {
    let policy = fixture::policy();
    let code = |answer: Result<String, Error>| match answer {
        Err(Error::Refused(problems)) => problems.iter().next().unwrap().code.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(code(policy.replay("{")), "not_json");
    assert_eq!(code(policy.replay("{}")), "wrong_type");
    assert_eq!(code(policy.verify_trail("{}", None)), "missing_field");
    assert_eq!(code(policy.verify_trail(&trail(&KEYED), Some(b"short"))), "weak_key");
    assert_eq!(code(policy.verify_trail(&trail(&KEYED), Some(b""))), "weak_key");
    assert_eq!(code(policy.replay(&" ".repeat(Bounds::LISTING.bytes + 1))), "too_large");
    assert_eq!(policy.counters().failures, 0);
}

#[test]
fn a_trail_as_long_as_may_be_is_read() {
    let event = KEYED[0].replace("ERP \\u202e sync", &"x".repeat(100_000));
    let events = vec![event.as_str(); 80];
    let policy = fixture::policy_within(Limits { time: Duration::from_secs(30), ..Limits::default() });
    let answer = policy.verify_trail(&trail(&events), None).unwrap();
    assert!(answer.starts_with(r#"{"intact":false,"events":80,"#));
}

#[test]
fn a_module_that_only_decides_says_so() {
    let bytes = wat::parse_str(stub::wat(&[])).unwrap();
    let module = Module::from_bytes(&bytes, &ModuleHash::of(&bytes)).unwrap();
    let policy = Policy::open(&module, "{}").unwrap();
    assert!(matches!(policy.letters("{}"), Err(Error::MissingExport { name: "letters" })));
    assert_eq!(policy.counters().failures, 0);
}
