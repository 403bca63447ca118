//! P9: what is written reads back, and what was read is written the same.

use portcullis_core::{Digest, Instant, Level, Policy, Scope, Span, TokenId, Value};
use portcullis_tests::plaintext::{digest, word};
use portcullis_tests::{ask, draw, naive};
use proptest::prelude::*;

use super::{cases, config, with_case};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn p9_instants(millis in naive::time::FIRST..=naive::time::LAST) {
        let instant = Instant::from_millis(millis).unwrap();
        let text = instant.to_text();
        prop_assert_eq!(Instant::parse(&text), Some(instant));
        prop_assert_eq!(instant.millis(), millis);
        // The same text as counting by hand gives (TIM-08).
        prop_assert_eq!(text, naive::time::text(millis));
    }

    #[test]
    fn p9_whatever_reads_as_an_instant_is_written_as_that_instant(text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})|.{0,30}") {
        if let Some(instant) = Instant::parse(&text) {
            prop_assert_eq!(Instant::parse(&instant.to_text()), Some(instant));
            if text.len() == 24 && text.ends_with('Z') {
                prop_assert_eq!(&instant.to_text(), &text);
            }
        }
        // And nothing is read that counting by hand refuses.
        if text.ends_with('Z') && matches!(text.len(), 20 | 24) {
            prop_assert_eq!(Instant::parse(&text).map(Instant::millis), naive::time::parse(&text));
        }
    }

    #[test]
    fn p9_durations(number in 0..36_500u32, unit in "[dhms]") {
        let span = Span::parse(&format!("{number}{unit}")).unwrap();
        prop_assert_eq!(Some(span.millis()), naive::time::duration(&format!("{number}{unit}")));
    }

    #[test]
    fn p9_scopes_that_are_read_are_written_the_same(text in "[@*a-zA-Z0-9_.%/:,-]{0,40}|[a-z]{1,5}(\\.[a-z*]{1,3})?(/[a-z%0-9A-F]{1,9})?:([a-z]{1,5}(,[a-z]{1,5})?|\\*)|.{0,30}") {
        if let Some(scope) = Scope::parse(&text) {
            prop_assert_eq!(scope.to_text(), text);
        }
    }

    #[test]
    fn p9_scopes_that_are_written_read_back(seeds in cases()) {
        with_case(seeds, |_, case, dice| {
            if let Some(scope) = Scope::parse(&draw::scope(&case.policy, dice)) {
                prop_assert_eq!(Scope::parse(&scope.to_text()), Some(scope));
            }
            Ok(())
        })?;
    }

    #[test]
    fn p9_every_scope_that_is_missing_reads_as_a_scope(seeds in cases()) {
        with_case(seeds, |policy, case, _| {
            let answer: serde_json::Value = serde_json::from_str(&ask::decide(policy, &case)).unwrap();
            for scope in answer["missing"].as_array().unwrap() {
                let scope = scope.as_str().unwrap();
                prop_assert_eq!(Scope::parse(scope).map(|scope| scope.to_text()), Some(scope.to_string()));
            }
            Ok(())
        })?;
    }

    #[test]
    fn p9_ids_and_digests(seed: u64) {
        let (id, secret) = (word(&format!("{seed} id"), 16), word(&format!("{seed} secret"), 32));
        let read = TokenId::parse(&id).unwrap();
        prop_assert_eq!(read.as_str(), &id);
        prop_assert_eq!(Digest::parse(&digest(&id, &secret)).unwrap().to_text(), digest(&id, &secret));
    }

    #[test]
    fn p9_answers_are_json_that_reads_back(seeds in cases()) {
        with_case(seeds, |policy, case, _| {
            let text = ask::decide(policy, &case);
            let value = Value::parse(&text, portcullis_core::Bounds::POLICY).unwrap();
            prop_assert_eq!(value.to_json(), text);
            Ok(())
        })?;
    }

    #[test]
    fn p9_texts_of_any_kind_survive_an_answer(value in "[^/\\\\#?;%\\x00-\\x1f\\x7f]{1,12}") {
        prop_assume!(value != "." && value != "..");
        let document = r#"{ "portcullis": 1, "name": "p", "realm": "p", "resources": { "r": {} }, "routes": [{ "on": "GET /{x}", "open": true }],
            "kinds": { "k": { "prefix": "p_p", "may": { "revoke": ["owner"] } } } }"#;
        let policy = Policy::from_json(document).unwrap();
        let target: String = value.bytes().fold("/".into(), |text, byte| format!("{text}%{byte:02x}"));
        let attempt = portcullis_core::Attempt::http("GET", &target);
        let decision = policy.decide(&attempt, portcullis_core::Found::Unknown, None, Instant::MIN);
        let answer: serde_json::Value = serde_json::from_str(&decision.to_json(Level::Operator)).unwrap();
        prop_assert_eq!(answer["params"]["x"].as_str(), Some(value.as_str()));
    }
}
