//! P1: deny by default. A request passes only with a proven secret or on an open
//! route.

use portcullis_core::{Attempt, Instant, Lookup, Policy};
use portcullis_tests::ask::{self, Opened};
use portcullis_tests::vectors::load;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{cases, config, gist, opened, text, with_case};

fn acme() -> (Policy, String, String) {
    let (fixtures, _) = load();
    let policy = Policy::from_json(&fixtures.text("policies", &"acme".into())).unwrap();
    (
        policy,
        fixtures.text("records", &"ada".into()),
        fixtures.expand(&"{ada}".into()).as_str().unwrap().into(),
    )
}

fn now() -> Instant {
    Instant::parse("2026-11-21T12:00:00.000Z").unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn p1_nothing_passes_without_the_secret(method in text("(GET|POST|DELETE|HEAD)|.{0,8}"), target in text("(/v3/licenses/42|/users/me|/.{0,30})"), authorization in text("(Bearer |bearer )?.{0,90}"), needs in proptest::option::of(text(".{0,20}"))) {
        thread_local!(static ACME: (Policy, String, String) = acme());
        ACME.with(|(policy, record, _)| {
            let attempt = match &needs {
                Some(needs) => Attempt::needs(needs),
                None => Attempt::http(&method, &target),
            };
            let attempt = attempt.authorization(&authorization);
            let token = Opened::from_json(policy, record);
            for found in [Lookup::Unknown, Lookup::Unavailable, token.found()] {
                let decision = policy.decide(&attempt, found, None, now());
                prop_assert!(!decision.allow() || target.starts_with("/ping/"), "{}", decision.to_json(portcullis_core::Level::Operator));
            }
            Ok(())
        })?;
    }

    #[test]
    fn p1_a_damaged_record_never_passes(text in text(".{0,200}|\\{\"v\": 1.{0,200}"), cut in any::<prop::sample::Index>(), put in text(".{0,4}")) {
        thread_local!(static ACME: (Policy, String, String) = acme());
        ACME.with(|(policy, record, plaintext)| {
            let authorization = format!("Bearer {plaintext}");
            let attempt = Attempt::http("GET", "/v3/licenses/42").authorization(&authorization);
            let decide = |text: &str| policy.decide(&attempt, Opened::from_json(policy, text).found(), None, now()).allow();
            prop_assert!(decide(record), "the record passes as it is");
            prop_assert!(!decide(&text));
            // Cut anywhere, it is invalid JSON.
            let at = cut.index(record.len());
            prop_assert!(!decide(&record[..at]));
            // With a character inserted, the request passes only if the record still grants the same or less.
            let changed = format!("{}{put}{}", &record[..at], &record[at..]);
            if decide(&changed) {
                let document: Value = serde_json::from_str(&changed).unwrap();
                let original: Value = serde_json::from_str(record).unwrap();
                prop_assert_eq!(&document["digest"], &original["digest"]);
                prop_assert_eq!(&document["id"], &original["id"]);
                prop_assert!(document["grants"].as_array().unwrap().iter().any(|grant| grant == "license:read,update"));
            }
            Ok(())
        })?;
    }

    /// SCP-01: without grants only routes for any valid token pass.
    #[test]
    fn p1_scp_01_a_token_without_grants_passes_no_route_that_needs_one(seeds in cases()) {
        with_case(seeds, |policy, mut case, _| {
            if case.record.is_object() {
                case.record["grants"] = json!([]);
            }
            let answer: Value = serde_json::from_str(&ask::decide(policy, &case)).unwrap();
            if answer["allow"] == true {
                let route = case.policy["routes"].as_array().unwrap().iter().find(|route| route["on"] == answer["route"]);
                let route = route.expect("a route that is written in the policy");
                prop_assert!(route["open"] == true || route["authenticated"] == true, "{}", route);
            }
            Ok(())
        })?;
    }

    #[test]
    fn p1_an_unnamed_route_is_denied(seeds in cases()) {
        with_case(seeds, |_, case, _| {
            let policy = opened((seeds.0, "without routes"), || {
                let mut document = Value::clone(&case.policy);
                document["routes"] = json!([]);
                document.to_string()
            });
            let (allow, reason, _) = gist(&ask::decide(&policy, &case));
            prop_assert!(!allow || case.attempt["needs"].is_string(), "{}", reason);
            Ok(())
        })?;
    }
}
