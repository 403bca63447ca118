//! P2 (SCP-06): adding a grant never turns yes into no, removing one never no into yes.

use portcullis_tests::{ask, draw};
use proptest::prelude::*;
use serde_json::Value;

use super::{cases, config, gist, with_case};

/// Inserts a drawn scope into a list of grants.
fn widen(list: &mut Value, policy: &Value, dice: &mut portcullis_tests::dice::Dice) {
    if let Some(grants) = list.as_array_mut() {
        let at = dice.below(grants.len() + 1);
        grants.insert(at, draw::scope(policy, dice).into());
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn p2_adding_a_grant_never_denies_more(seeds in cases(), on_subject: bool) {
        with_case(seeds, |policy, case, dice| {
            let mut wider = case.clone();
            let list = if on_subject { &mut wider.subject } else { &mut wider.record };
            if list.is_object() && list["grants"].is_array() {
                widen(&mut list["grants"], &case.policy, dice);
            }
            let (before, _, _) = gist(&ask::decide(policy, &case));
            let (after, reason, _) = gist(&ask::decide(policy, &wider));
            prop_assert!(!before || after, "{}", reason);
            Ok(())
        })?;
    }

    #[test]
    fn p2_removing_a_grant_never_allows_more(seeds in cases(), on_subject: bool) {
        with_case(seeds, |policy, case, dice| {
            let mut narrower = case.clone();
            let list = if on_subject { &mut narrower.subject } else { &mut narrower.record };
            if let Some(grants) = list.get_mut("grants").and_then(Value::as_array_mut).filter(|grants| !grants.is_empty()) {
                grants.remove(dice.below(grants.len()));
            }
            let (before, _, _) = gist(&ask::decide(policy, &case));
            let (after, reason, _) = gist(&ask::decide(policy, &narrower));
            // A malformed grant makes the record corrupt; removing it may repair the record.
            let broken = case.record["grants"].as_array().is_some_and(|grants| grants.iter().any(|grant| !grant.is_string()));
            prop_assert!(!after || before || broken, "{}", reason);
            Ok(())
        })?;
    }
}
