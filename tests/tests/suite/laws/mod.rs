//! Laws: properties that hold for every input, tested on random cases.
//!
//! `PORTCULLIS_CASES` sets how many random cases each law is tried on.

mod differential;
mod differential_lifecycle;
mod gro_01_nothing_grows_later;
mod hdr_10_one_clear_credential;
mod lifecycle;
mod missing_scopes;
mod p10_errors_carry_no_input;
mod p11_answer_forms;
mod p11_same_bytes;
mod p1_deny_by_default;
mod p2_monotone_in_grants;
mod p3_order_independent;
mod p4_same_inputs_same_answer;
mod p9_parse_and_format;
mod steps;
mod tok_04_constant_time;
mod trails;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use portcullis_core::Policy;
use portcullis_tests::dice::Dice;
use portcullis_tests::draw;
use portcullis_tests::naive::Case;
use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::Value;

/// The number of cases: as requested, or a tenth of the differential law's.
fn config() -> Config {
    let cases = std::env::var("PORTCULLIS_CASES").map_or(10_000, |text| text.parse().unwrap());
    // Seeds are printed; no files are written beside the sources.
    Config { cases, failure_persistence: None, max_global_rejects: cases * 20, ..Config::default() }
}

/// A drawn policy, opened, and a case under it; only the seed can shrink.
fn cases() -> impl Strategy<Value = (u64, u64)> {
    (0..200u64, any::<u64>())
}

/// Policies open slowly and are drawn repeatedly, so each thread caches them.
fn with_case<T>((policy_seed, case_seed): (u64, u64), ask: impl FnOnce(&Policy, Case, &mut Dice) -> T) -> T {
    let document = drawn(policy_seed);
    let policy = opened((policy_seed, ""), || document.to_string());
    let mut dice = Dice::new(case_seed);
    let case = draw::case(&document, &mut dice);
    ask(&policy, case, &mut dice)
}

/// The policy document of a seed.
fn drawn(seed: u64) -> Arc<Value> {
    thread_local!(static DRAWN: RefCell<BTreeMap<u64, Arc<Value>>> = RefCell::default());
    let draw = || Arc::new(draw::policy(&mut Dice::new(seed)));
    DRAWN.with_borrow_mut(|drawn| drawn.entry(seed).or_insert_with(draw).clone())
}

/// The policy of a seed in a named variant; each is opened once.
fn opened(seed_and_way: (u64, &'static str), written: impl FnOnce() -> String) -> Rc<Policy> {
    type Opened = BTreeMap<(u64, &'static str), Rc<Policy>>;
    thread_local!(static OPENED: RefCell<Opened> = RefCell::default());
    let open = || Rc::new(Policy::from_json(&written()).expect("a drawn policy opens"));
    OPENED.with_borrow_mut(|opened| opened.entry(seed_and_way).or_insert_with(open).clone())
}

/// Texts that an expression matches. Proptest would parse a plain text again for every case.
fn text(expression: &str) -> impl Strategy<Value = String> + Clone + use<> {
    let texts = proptest::string::string_regex(expression).expect("an expression");
    texts.boxed()
}

/// The fields of an answer that say whether and why.
fn gist(answer: &str) -> (bool, Value, Value) {
    let answer: Value = serde_json::from_str(answer).unwrap();
    (answer["allow"] == true, answer["reason"].clone(), answer["route"].clone())
}
