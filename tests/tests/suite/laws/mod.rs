//! Laws: what holds for every input, not only for those that somebody thought of.
//!
//! `PORTCULLIS_CASES` sets how many random cases each law is tried on.

mod differential;
mod lives;
mod missing_is_what_would_pass;
mod of_a_life;
mod one_answer_in_every_form;
mod p10_errors_carry_no_input;
mod p11_same_bytes;
mod p1_deny_by_default;
mod p2_monotone_in_grants;
mod p3_order_independent;
mod p4_same_inputs_same_answer;
mod p9_parse_and_format;
mod tok_04_constant_time;

use portcullis_core::Policy;
use portcullis_tests::dice::Dice;
use portcullis_tests::draw;
use portcullis_tests::naive::Case;
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::Value;

/// How many cases: as asked for, or a tenth of what the differential law takes.
fn config() -> Config {
    let cases = std::env::var("PORTCULLIS_CASES").map_or(10_000, |text| text.parse().unwrap());
    // Seeds are printed; nothing is written beside the sources.
    Config { cases, failure_persistence: None, max_global_rejects: cases * 20, ..Config::default() }
}

/// A drawn policy, opened, and a case under it; the seed is all there is to shrink.
fn cases() -> impl Strategy<Value = (u64, u64)> {
    (0..200u64, any::<u64>())
}

/// Policies open slowly and are drawn again and again, so each thread keeps the last ones.
fn with_case<T>((policy_seed, case_seed): (u64, u64), ask: impl FnOnce(&Policy, Case, &mut Dice) -> T) -> T {
    thread_local! {
        static OPENED: std::cell::RefCell<std::collections::BTreeMap<u64, std::rc::Rc<(Value, Policy)>>> = Default::default();
    }
    let opened = OPENED.with_borrow_mut(|opened| {
        let draw = || {
            let document = draw::policy(&mut Dice::new(policy_seed));
            let policy = Policy::from_json(&document.to_string()).expect("a drawn policy opens");
            std::rc::Rc::new((document, policy))
        };
        opened.entry(policy_seed).or_insert_with(draw).clone()
    });
    let mut dice = Dice::new(case_seed);
    let case = draw::case(&opened.0, &mut dice);
    ask(&opened.1, case, &mut dice)
}

/// The fields of an answer that say whether and why.
fn gist(answer: &str) -> (bool, Value, Value) {
    let answer: Value = serde_json::from_str(answer).unwrap();
    (answer["allow"] == true, answer["reason"].clone(), answer["route"].clone())
}
