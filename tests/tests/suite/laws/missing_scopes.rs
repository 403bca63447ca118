//! SCP-05: granting what an answer names as missing is necessary and sufficient.

use portcullis_tests::ask;
use portcullis_tests::naive::Case;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{cases, config, with_case};

/// The list of grants that the answer names as insufficient: the token's or its owner's.
fn lacking<'c>(case: &'c mut Case, reason: &Value) -> Option<&'c mut Vec<Value>> {
    match reason.as_str()? {
        "insufficient_scope" | "instance_not_granted" => case.record["grants"].as_array_mut(),
        "subject_lacks_permission" => case.subject["grants"].as_array_mut(),
        _ => None,
    }
}

/// Whether `wide` is `narrow` for every instance.
fn is_for_all(wide: &Value, narrow: &Value) -> bool {
    let parts = |scope: &Value| -> Option<(String, String)> {
        let (place, action) = scope.as_str()?.split_once(':')?;
        Some((place.into(), action.into()))
    };
    let (Some(wide), Some(narrow)) = (parts(wide), parts(narrow)) else { return false };
    wide.1 == narrow.1 && narrow.0.split_once('/').is_some_and(|(resource, _)| resource == wide.0)
}

/// Which reading of the path said no; before all others the decided one.
fn reading(answer: &Value) -> Option<usize> {
    answer["readings"].as_array().unwrap().iter().position(|reading| !reading["reason"].is_null())
}

fn answer(policy: &portcullis_core::Policy, case: &Case) -> Value {
    serde_json::from_str(&ask::decide(policy, case)).unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn scp_05_missing_scopes_are_sufficient_and_necessary(seeds in cases()) {
        with_case(seeds, |policy, mut case, _| {
            // Remove grants, so that more cases are denied for that reason alone.
            if case.record.is_object() {
                case.record["grants"] = json!(case.record["grants"].as_array().map(|grants| &grants[..grants.len() / 2]));
            }
            let denied = answer(policy, &case);
            let missing = denied["missing"].as_array().unwrap().clone();
            let reason = denied["reason"].clone();
            if lacking(&mut case.clone(), &reason).is_none() {
                prop_assert!(missing.is_empty(), "{}", denied);
                return Ok(());
            }
            prop_assert!(!missing.is_empty(), "{}", denied);
            prop_assert!(denied["answer"]["wwwAuthenticate"].as_str().is_some_and(|text| text.contains("scope=")), "{}", denied);

            let granted = |scopes: &[Value]| {
                let mut case = case.clone();
                lacking(&mut case, &reason).unwrap().extend(scopes.iter().cloned());
                answer(policy, &case)
            };
            let passes = granted(&missing);
            // With the missing grants the token passes, or the owner's rights are checked next, or another reading of the path.
            let asked_next = ["subject_lacks_permission"].map(Value::from);
            let next = reason != "subject_lacks_permission" && asked_next.contains(&passes["reason"])
                || reading(&denied) < reading(&passes);
            prop_assert!(passes["allow"] == true || next, "{} then {}", denied, passes);
            for left_out in 0..missing.len() {
                // A requirement that asks for all instances and for one names both.
                if missing.iter().any(|other| is_for_all(other, &missing[left_out])) {
                    continue;
                }
                let mut fewer = missing.clone();
                fewer.remove(left_out);
                let still = granted(&fewer);
                prop_assert!(still["allow"] == false, "{} passes without {}", still, missing[left_out]);
            }
            Ok(())
        })?;
    }
}
