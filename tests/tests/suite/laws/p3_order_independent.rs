//! P3 (SCP-06, RTE-12): neither order nor repetition in a document matters.

use portcullis_tests::ask;
use portcullis_tests::dice::Dice;
use proptest::prelude::*;
use serde_json::Value;

use super::{cases, config, opened, with_case};

/// Orders of the routes to try for each policy. The length seeds the shuffle.
const ORDERS: [&str; 8] = ["1", "12", "123", "1234", "12345", "123456", "1234567", "12345678"];

fn shuffle(list: &mut Value, dice: &mut Dice) {
    if let Some(items) = list.as_array_mut() {
        dice.shuffle(items);
    }
}

/// The whole answer except the matching grants.
fn without_grants(answer: &str) -> Value {
    let mut answer: Value = serde_json::from_str(answer).unwrap();
    if let Some(matched) = answer["matched"].as_object_mut() {
        matched.remove("grants");
    }
    answer
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn p3_the_order_of_grants_networks_and_applications_does_not_matter(seeds in cases()) {
        with_case(seeds, |policy, case, dice| {
            let mut other = case.clone();
            for path in ["/grants", "/applications", "/networks/allow", "/networks/deny"] {
                if let Some(list) = other.record.pointer_mut(path) {
                    shuffle(list, dice);
                }
            }
            if let Some(list) = other.subject.pointer_mut("/grants") {
                shuffle(list, dice);
            }
            prop_assert_eq!(without_grants(&ask::decide(policy, &case)), without_grants(&ask::decide(policy, &other)));
            Ok(())
        })?;
    }

    #[test]
    fn p3_a_repeated_grant_changes_nothing(seeds in cases()) {
        with_case(seeds, |policy, case, dice| {
            let mut other = case.clone();
            if let Some(grants) = other.record.get_mut("grants").and_then(Value::as_array_mut).filter(|grants| !grants.is_empty()) {
                let again = dice.pick(grants).clone();
                grants.push(again);
            }
            prop_assert_eq!(ask::decide(policy, &case), ask::decide(policy, &other));
            Ok(())
        })?;
    }

    /// RTE-12: the order of routes in the file does not matter.
    #[test]
    fn p3_rte_12_the_order_of_routes_does_not_matter(seeds in cases()) {
        with_case(seeds, |policy, case, dice| {
            let order = *dice.pick(&ORDERS);
            let other = opened((seeds.0, order), || {
                let mut document = Value::clone(&case.policy);
                shuffle(&mut document["routes"], &mut Dice::new(seeds.0 ^ order.len() as u64));
                document.to_string()
            });
            prop_assert_eq!(ask::decide(policy, &case), ask::decide(&other, &case));
            Ok(())
        })?;
    }
}
