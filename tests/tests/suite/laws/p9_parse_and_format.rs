//! P9: written values read back, and read values are written the same.

use portcullis_core::{Digest, Instant, Level, Scope, Span, TokenId, Value};
use portcullis_tests::plaintext::{digest, word};
use portcullis_tests::{ask, draw, naive};
use proptest::prelude::*;

use super::{cases, config, opened, text, with_case};

/// The value with numbers in one form: readers differ on -0 and 0, or 10e2 and 1000.
fn plain(value: &serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Number(number) => (number.as_f64().unwrap() + 0.0).into(),
        serde_json::Value::Array(items) => items.iter().map(plain).collect(),
        serde_json::Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect()
        }
        other => other.clone(),
    }
}

/// JSON text of all forms: white space, escapes, nesting.
fn json() -> impl Strategy<Value = String> {
    let blank = text("[ \n\r\t]{0,2}");
    let text =
        text("([a-z \u{e9}\u{1f511}/]|\\\\[\"\\\\/bfnrt]|\\\\u00[0-9a-fA-F]{2}|\\\\ud83d\\\\udd11){0,6}")
            .prop_map(|text| format!("\"{text}\""));
    let number = prop_oneof![
        Just("0".to_string()),
        (-9007199254740991i64..=9007199254740991).prop_map(|n| n.to_string())
    ];
    let word = prop::sample::select(vec!["true", "false", "null"]).prop_map(String::from);
    prop_oneof![text, number, word].prop_recursive(4, 24, 4, move |inner| {
        let item =
            (blank.clone(), inner, blank.clone()).prop_map(|(before, item, after)| before + &item + &after);
        let items = prop::collection::vec(item, 0..4);
        prop_oneof![
            items.clone().prop_map(|items| format!("[{}]", items.join(","))),
            items.prop_map(|items| {
                let fields: Vec<String> =
                    items.iter().enumerate().map(|(n, item)| format!(" \"k{n}\"\t:{item}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn p9_instants(millis in naive::time::FIRST..=naive::time::LAST) {
        let instant = Instant::from_millis(millis).unwrap();
        let text = instant.to_text();
        prop_assert_eq!(Instant::parse(&text), Some(instant));
        prop_assert_eq!(instant.millis(), millis);
        // The naive model writes the same text (TIM-08).
        prop_assert_eq!(text, naive::time::text(millis));
    }

    #[test]
    fn p9_a_parsed_instant_is_written_as_the_same_instant(text in text("[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})|.{0,30}")) {
        if let Some(instant) = Instant::parse(&text) {
            prop_assert_eq!(Instant::parse(&instant.to_text()), Some(instant));
            if text.len() == 24 && text.ends_with('Z') {
                prop_assert_eq!(&instant.to_text(), &text);
            }
        }
        // The core reads nothing that the naive model refuses.
        if text.ends_with('Z') && matches!(text.len(), 20 | 24) {
            prop_assert_eq!(Instant::parse(&text).map(Instant::millis), naive::time::parse(&text));
        }
    }

    #[test]
    fn p9_durations(number in 0..36_500u32, unit in text("[dhms]")) {
        let span = Span::parse(&format!("{number}{unit}")).unwrap();
        prop_assert_eq!(Some(span.millis()), naive::time::duration(&format!("{number}{unit}")));
    }

    #[test]
    fn p9_a_parsed_scope_is_written_as_the_same_scope(text in text("[@*a-zA-Z0-9_.%/:,-]{0,40}|[a-z]{1,5}(\\.[a-z*]{1,3})?(/[a-z%0-9A-F]{1,9})?:([a-z]{1,5}(,[a-z]{1,5})?|\\*)|.{0,30}")) {
        if let Some(scope) = Scope::parse(&text) {
            prop_assert_eq!(scope.to_text(), text);
        }
    }

    #[test]
    fn p9_a_written_scope_parses(seeds in cases()) {
        with_case(seeds, |_, case, dice| {
            if let Some(scope) = Scope::parse(&draw::scope(&case.policy, dice)) {
                prop_assert_eq!(Scope::parse(&scope.to_text()), Some(scope));
            }
            Ok(())
        })?;
    }

    #[test]
    fn p9_every_missing_scope_parses(seeds in cases()) {
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
    fn p9_answers_are_valid_json(seeds in cases()) {
        with_case(seeds, |policy, case, _| {
            let text = ask::decide(policy, &case);
            let value = Value::parse(&text, portcullis_core::Bounds::POLICY).unwrap();
            prop_assert_eq!(value.to_json(), text);
            Ok(())
        })?;
    }

    /// Two readers of JSON agree on what it says.
    #[test]
    fn p9_json_parses_as_with_serde_json(text in json(), at in any::<prop::sample::Index>(), put in text("[\\[\\]{}\\\\\",:0-9eE+.tfn \\x00-\\x1f\u{e9}-]{0,2}"), cut in 0..3usize) {
        let bounds = portcullis_core::Bounds::RECORD;
        let read = |text: &str| Value::parse(text, bounds).map(|value| value.to_json()).map_err(|problem| problem.code);
        let theirs = |text: &str| serde_json::from_str::<serde_json::Value>(text);
        prop_assert_eq!(theirs(&read(&text).unwrap()).unwrap(), theirs(&text).unwrap());

        // Broken in one place.
        let characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len());
        let end = (at + cut).min(characters.len());
        let bent: String = characters[..at].iter().copied().chain(put.chars()).chain(characters[end..].iter().copied()).collect();
        match (read(&bent), theirs(&bent)) {
            (Ok(own), Ok(other)) => prop_assert_eq!(plain(&theirs(&own).unwrap()), plain(&other)),
            (Err("bad_number" | "twice"), _) | (Err(_), Err(_)) => {}
            (own, other) => prop_assert!(false, "{bent:?}: core says {own:?}, serde_json {other:?}", bent = bent, own = own, other = other),
        }
    }

    #[test]
    fn p9_any_text_survives_an_answer(value in text("[^/\\\\#?;%\\x00-\\x1f\\x7f]{1,12}")) {
        prop_assume!(value != "." && value != "..");
        let document = || r#"{ "portcullis": 1, "name": "p", "realm": "p", "resources": { "r": {} }, "routes": [{ "on": "GET /{x}", "open": true }],
            "kinds": { "k": { "prefix": "p_p", "may": { "revoke": ["owner"] } } } }"#.to_string();
        let policy = opened((0, "any path"), document);
        let target: String = value.bytes().fold("/".into(), |text, byte| format!("{text}%{byte:02x}"));
        let attempt = portcullis_core::Attempt::http("GET", &target);
        let decision = policy.decide(&attempt, portcullis_core::Lookup::Unknown, None, Instant::MIN);
        let answer: serde_json::Value = serde_json::from_str(&decision.to_json(Level::Operator)).unwrap();
        prop_assert_eq!(answer["params"]["x"].as_str(), Some(value.as_str()));
    }
}
