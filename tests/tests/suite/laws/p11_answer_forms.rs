//! The number, the three levels, `identify` and `explain` say the same thing.

use portcullis_core::abi::verdict::{REASON, ROUTE_SHIFT};
use portcullis_core::{Identified, Instant, Level, Reason};
use portcullis_tests::ask::{self, Opened};
use proptest::prelude::*;
use serde_json::Value;

use super::{cases, config, with_case};

/// The reasons of the first two steps.
const EARLY: [&str; 5] = ["bad_path", "target_too_long", "missing", "malformed", "not_a_token"];

proptest! {
    #![proptest_config(config())]

    #[test]
    fn p11_all_forms_of_an_answer_agree(seeds in cases()) {
        with_case(seeds, |policy, case, _| {
            let opened = Opened::new(policy, &case.record);
            let subject = ask::subject(policy, &case.subject).unwrap();
            let attempt = ask::attempt(&case.attempt);
            let now = Instant::from_millis(case.now).unwrap();
            let decision = policy.decide(&attempt, opened.found(), subject.as_ref(), now);
            let read = |level| -> Value { serde_json::from_str(&decision.to_json(level)).unwrap() };
            let (all, holder, public) = (read(Level::Operator), read(Level::Holder), read(Level::Public));

            // The number.
            let verdict = decision.verdict();
            let reason = Reason::from_number((verdict & REASON) as u8);
            prop_assert_eq!(reason, decision.reason());
            prop_assert_eq!(all["reason"].as_str(), reason.map(Reason::code));
            prop_assert_eq!(verdict >> 8 & 1 == 1, !all["touch"].is_null(), "touch: {}", all);
            let hints = &all["hints"];
            let any_hint = !hints["expiresSoon"].is_null() || !hints["graceEnds"].is_null() || hints["clockSkew"] == true;
            prop_assert_eq!(verdict >> 9 & 1 == 1, any_hint, "hints: {}", all);
            prop_assert!(verdict >> ROUTE_SHIFT == 0 || all["route"].is_string(), "route: {}", all);
            prop_assert_eq!(&all["status"], &Value::from(decision.status()));
            prop_assert_eq!(&all["allow"], &Value::from(decision.allow()));

            // The levels: each lower one shows a subset; the bearer gets a coarser code for failures of the host.
            let shown = reason.map(Reason::public_code);
            prop_assert_eq!(holder["reason"].as_str(), shown);
            for (level, names) in [(&holder, 6), (&public, 3)] {
                let fields = level.as_object().unwrap();
                prop_assert_eq!(fields.len(), names, "{}", level);
                for (name, value) in fields.iter().filter(|(name, _)| *name != "reason") {
                    prop_assert_eq!(&all[name], value, "{}", name);
                }
            }
            let proven = reason.is_none_or(|reason| reason.is_after_proof()) && !all["token"].is_null();
            prop_assert_eq!(proven, !all["owner"].is_null(), "{}", all);
            prop_assert_eq!(all["answer"].is_null(), decision.allow());

            // The first two steps.
            let open = decision.allow() && all["token"].is_null();
            match policy.identify(&attempt) {
                Identified::Decided(early) => {
                    prop_assert!(open || reason.is_some_and(|reason| EARLY.contains(&reason.code())));
                    prop_assert_eq!(early.to_json(Level::Operator), decision.to_json(Level::Operator));
                }
                Identified::Token(_) => prop_assert!(!open && !reason.is_some_and(|reason| EARLY.contains(&reason.code()))),
            }

            // `explain` shows every check, also of other alternatives: one that fails is the reason.
            let explained: Value = serde_json::from_str(&policy.explain(&attempt, opened.found(), subject.as_ref(), now).to_json()).unwrap();
            prop_assert_eq!(&explained["decision"], &all);
            let groups = explained["groups"].as_array().unwrap().iter();
            let failed: Vec<&Value> = groups.flat_map(|group| group["checks"].as_array().unwrap()).filter(|check| check["outcome"] == "fail").collect();
            prop_assert!(decision.allow() || !failed.is_empty(), "{}", explained);
            prop_assert!(decision.allow() || failed.iter().any(|check| check["reason"] == all["reason"]), "{}", explained);
            Ok(())
        })?;
    }
}
