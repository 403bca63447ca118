//! P10 (TOK-07): no error, answer or debug output repeats input from a client or a record.

use portcullis_core::{Instant, Level, Policy};
use portcullis_tests::ask::{self, Opened};
use portcullis_tests::plaintext::word;
use proptest::prelude::*;
use serde_json::Value;

use super::{cases, config, with_case};

/// Every text that a decision and its tokens can produce.
fn everything_said(policy: &Policy, case: &portcullis_tests::naive::Case) -> (String, String) {
    let opened = Opened::new(policy, &case.record);
    let subject = ask::subject(policy, &case.subject).unwrap();
    let attempt = ask::attempt(&case.attempt);
    let now = Instant::from_millis(case.now).unwrap();
    let decision = policy.decide(&attempt, opened.found(), subject.as_ref(), now);
    let outside = [decision.to_json(Level::Public), decision.to_json(Level::Holder)].concat();
    let explained = policy.explain(&attempt, opened.found(), subject.as_ref(), now);
    let mut inside = format!(
        "{}{decision:?}{attempt:?}{subject:?}{}",
        decision.to_json(Level::Operator),
        explained.to_json()
    );
    if let Opened::Token(token) = &opened {
        inside +=
            &format!("{token:?}{:?}{:?}{}", token.warnings(), token.unreadable(), token.describe().to_json());
    }
    (outside, inside)
}

proptest! {
    #![proptest_config(config())]

    /// TOK-07: no level shows the secret or a digest.
    #[test]
    fn p10_tok_07_no_output_contains_a_secret_or_a_digest(seeds in cases()) {
        with_case(seeds, |policy, case, _| {
            let (outside, inside) = everything_said(policy, &case);
            let said = outside + &inside;
            for digest in [&case.record["digest"], &case.record["previous"]["digest"]].into_iter().filter_map(Value::as_str) {
                let hex = digest.trim_start_matches("sha256:");
                prop_assert!(hex.len() < 8 || !said.contains(hex), "a digest is said: {}", said);
            }
            let sent = [&case.attempt["authorization"], &case.attempt["header"], &case.attempt["target"]];
            for text in sent.into_iter().filter_map(Value::as_str).filter(|text| text.contains('_')) {
                // The secret and its checksum come last.
                let secret = text.rsplit('_').next().unwrap_or_default();
                prop_assert!(secret.len() < 20 || !said.contains(&secret[..20]), "a secret is said: {}", said);
            }
            Ok(())
        })?;
    }

    /// The public answer repeats nothing from credentials, tenant, application, address or record.
    #[test]
    fn p10_output_repeats_no_input(seeds in cases(), field in 0..12usize) {
        with_case(seeds, |policy, mut case, _| {
            let canary = word(&format!("canary {seeds:?}"), 24);
            let attempt = ["authorization", "header", "tenant", "application", "ip"];
            match attempt.get(field) {
                Some(name) => case.attempt[*name] = canary.as_str().into(),
                None => {
                    let names = ["name", "kind", "owner", "tenant", "digest", "expiresAt", "idleAfter"];
                    if case.record.is_object() {
                        case.record[names[field - attempt.len()]] = canary.as_str().into();
                    }
                }
            }
            let (outside, _) = everything_said(policy, &case);
            prop_assert!(!outside.contains(&canary), "{}", outside);
            Ok(())
        })?;
    }

    /// Problems of records and subjects name the place, never the contents.
    #[test]
    fn p10_problems_repeat_no_value_of_a_record_or_subject(seeds in cases(), field in 0..14usize) {
        with_case(seeds, |policy, mut case, _| {
            let canary = word(&format!("canary {seeds:?}"), 24);
            let names = [
                "v", "id", "kind", "owner", "tenant", "grants", "digest", "createdAt", "revision", "expiresAt",
                "idleAfter", "lock", "networks", "previous",
            ];
            if case.record.is_object() {
                case.record[names[field]] = serde_json::json!([canary]);
                if let Opened::Token(token) = Opened::new(policy, &case.record) {
                    let said = format!("{:?}{}", token.unreadable(), token.describe().to_json());
                    prop_assert!(!said.contains(&canary) || names[field] == "grants", "{}", said);
                }
            }
            let subject = serde_json::json!({ "id": [canary], "active": canary, "grants": { "x": canary } });
            let problems = policy.open_subject_json(&subject.to_string()).unwrap_err();
            let said = format!("{problems}{problems:?}");
            prop_assert!(!said.contains(&canary), "{}", said);
            let broken = policy.open_subject_json(&format!("{{\"{canary}")).unwrap_err();
            let said = format!("{broken}{broken:?}");
            prop_assert!(!said.contains(&canary), "{}", said);
            Ok(())
        })?;
    }
}
