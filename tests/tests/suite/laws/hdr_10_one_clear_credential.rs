//! A token that two programs could find in different places is malformed, however good it is.

use std::sync::Arc;

use portcullis_core::Policy;
use portcullis_tests::naive::{self, Case};
use portcullis_tests::{ask, base64, vectors};
use serde_json::{Value, json};

/// The transports that a policy may name, each with a field and how a token is written in it.
const TRANSPORTS: [(&str, &str, &str); 6] = [
    ("\"bearer\"", "authorization", "Bearer {}"),
    ("\"token\"", "authorization", "Token {}"),
    ("\"basic\"", "authorization", "Basic {}"),
    ("\"websocket\"", "header", "bearer, {}"),
    ("{\"header\": \"X-Key\"}", "header", "{}"),
    ("{\"query\": \"key\"}", "target", "/v3/licenses/42?key={}"),
];

/// Ways to write a field in which a token stands more or less than once.
const ODD: [(&str, &[&str]); 4] = [
    (
        "authorization",
        &[
            "",
            " ",
            "{s}",
            "{s} ",
            "{s};{t}",
            "{s}; {t}",
            "{s},{t}",
            "{s}, {t}",
            "{s}={t}",
            "{s}:{t}",
            "{s}\t{t}",
            "{s}\u{a0}{t}",
            "\"{s}\" {t}",
            "({s}) {t}",
            "{s} \"{t}\"",
            "{s} {t};",
            "{s} {t}, {s} {t}",
            "{s} {t} {t}",
            "Other x, {s} {t}",
            "Other x,{s}",
            "Other;x",
            ", {s} {t}",
            "={s} {t}",
            "{s} {t}\0",
            "{s} {t}, Other x",
        ],
    ),
    (
        "header",
        &["", " ", "{t}, {t}", "{t},", ", {t}", "{t} {t}", "{t};", "\"{t}\"", "Bearer {t}", "a={t}", "{t}\0"],
    ),
    (
        "\"websocket\"",
        &[
            "",
            "bearer",
            "bearer,",
            "bearer, bearer",
            "{t}, bearer",
            "bearer, {t}, {t}",
            "{t}, bearer, {t}",
            "bearer,, {t}",
            "bearer, {t}, Bearer",
            "bearer, {t};",
            "bearer, {t}\0",
        ],
    ),
    (
        "target",
        &[
            "key",
            "key=",
            "key&key={t}",
            "key={t}&key",
            "key=&key={t}",
            "key={t}&key=",
            "key={t}&key={t}",
            "key={t}&key=x",
            "k%65y={t}",
            "%6b%65%79",
            "key={t}&%6Bey",
            "a;key={t}",
            "a;key&key={t}",
            "key={t};a",
            "#key={t}",
            "key={t}#&key",
            "key={t}%20",
            "key=={t}",
            "key=\"{t}\"",
            "key={t},{t}",
        ],
    ),
];

/// What both models say to an attempt.
fn reason(document: &Value, policy: &Policy, attempt: Value) -> Value {
    let now = portcullis_core::Instant::parse("2026-11-21T12:00:00.000Z").unwrap().millis();
    let case =
        Case { policy: Arc::new(document.clone()), record: Value::Null, subject: Value::Null, attempt, now };
    let said: Value = serde_json::from_str(&ask::decide(policy, &case)).unwrap();
    assert_eq!(said["reason"], naive::decide(&case)["reason"], "{:?}", case.attempt);
    said["reason"].clone()
}

/// A token in the way that a transport carries it.
fn as_sent(transport: &str, token: &str) -> String {
    if transport == "\"basic\"" { base64::encoded(format!("x:{token}").as_bytes()) } else { token.into() }
}

#[test]
fn hdr_10_an_odd_credential_is_malformed_alone_and_beside_a_good_one() {
    let (fixtures, _) = vectors::load();
    let token = fixtures.expand(&"{ada}".into());
    let token = token.as_str().unwrap();
    for (transport, field, _) in TRANSPORTS {
        let scheme: Value = serde_json::from_str(transport).unwrap();
        let scheme = scheme.as_str().unwrap_or_default();
        for (other, beside, written) in TRANSPORTS {
            // A policy names at most one header.
            if field == "header" && beside == "header" && transport != other {
                continue;
            }
            let mut document: Value =
                serde_json::from_str(&fixtures.text("policies", &"acme".into())).unwrap();
            document["transports"] = serde_json::from_str(&format!("[{transport}, {other}]")).unwrap();
            if transport == other {
                document["transports"].as_array_mut().unwrap().truncate(1);
            }
            let policy = Policy::from_json(&document.to_string()).unwrap();
            let (_, odd) = ODD.iter().rfind(|(name, _)| [field, transport].contains(name)).unwrap();
            for odd in *odd {
                let mut attempt = json!({ "method": "GET", "target": "/v3/licenses/42" });
                if beside != field {
                    attempt[beside] = written.replace("{}", &as_sent(other, token)).into();
                    assert_eq!(reason(&document, &policy, attempt.clone()), "unknown", "{attempt}");
                }
                let text = odd.replace("{s}", scheme).replace("{t}", &as_sent(transport, token));
                attempt[field] = match (field, attempt["target"].as_str().unwrap()) {
                    ("target", target) => format!("{target}?{text}").into(),
                    (_, _) => text.into(),
                };
                assert_eq!(
                    reason(&document, &policy, attempt.clone()),
                    "malformed",
                    "{transport}, {attempt}"
                );
            }
        }
    }
}
