//! P4: an answer depends only on policy, record, owner's rights, attempt and time.

use portcullis_tests::ask;
use proptest::prelude::*;

use super::{cases, config, opened, text, with_case};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn p4_equal_inputs_get_equal_answers(seeds in cases(), between in cases()) {
        let first = with_case(seeds, |policy, case, _| ask::decide(policy, &case));
        // Questions in between leave no trace.
        with_case(between, |policy, case, _| ask::decide(policy, &case));
        let (second, reopened) = with_case(seeds, |policy, case, _| {
            let reopened = opened((seeds.0, "again"), || case.policy.to_string());
            (ask::decide(policy, &case), ask::decide(&reopened, &case))
        });
        prop_assert_eq!(&first, &second);
        prop_assert_eq!(&first, &reopened);
    }

    #[test]
    fn p4_fields_unrelated_to_access_change_no_decision(seeds in cases(), text in text(".{0,40}")) {
        with_case(seeds, |policy, case, _| {
            let mut other = case.clone();
            if let Some(record) = other.record.as_object_mut() {
                for name in ["name", "description", "createdBy", "auditHead", "unheardOf"] {
                    record.insert(name.into(), text.as_str().into());
                }
            }
            prop_assert_eq!(ask::decide(policy, &case), ask::decide(policy, &other));
            Ok(())
        })?;
    }
}

#[test]
fn p4_many_threads_get_the_same_answers() {
    let answers = |_| -> Vec<String> {
        (0..2_000)
            .map(|seed| with_case((seed % 50, seed), |policy, case, _| ask::decide(policy, &case)))
            .collect()
    };
    let all = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|n| scope.spawn(move || answers(n))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
}
