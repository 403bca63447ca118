//! SCP-08, SEA-16: the core and the naive model give the same answer to random cases, under every reading
//! that routers make of a path.
//!
//! `PORTCULLIS_CASES` sets how many (100,000 otherwise), `PORTCULLIS_SEED` where
//! to start. A failure prints both and the smallest case that shows it.

use std::collections::BTreeMap;
use std::sync::Arc;

use portcullis_core::{Policy, Reason};
use portcullis_tests::dice::Dice;
use portcullis_tests::naive::{self, Case};
use portcullis_tests::{ask, draw, shrink};
use serde_json::Value;

/// How many cases share a policy.
const PER_POLICY: u64 = 50;

type Tally = BTreeMap<String, u64>;

#[test]
fn scp_08_core_and_the_naive_model_agree_on_every_decision() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let cases: u64 = number("PORTCULLIS_CASES", 100_000);
    let first: u64 = number("PORTCULLIS_SEED", 1);
    let policies = cases.div_ceil(PER_POLICY);
    let halves = [first..first + policies / 2, first + policies / 2..first + policies];
    let tallies = std::thread::scope(|scope| {
        let running = halves.map(|seeds| scope.spawn(|| seeds.map(compare).fold(Tally::new(), add)));
        running.map(|thread| thread.join().unwrap_or_else(|e| std::panic::resume_unwind(e)))
    });
    let tally = tallies.into_iter().fold(Tally::new(), add);
    println!("seeds {first} to {}, {} cases:", first + policies - 1, policies * PER_POLICY);
    for (reason, times) in &tally {
        println!("{times:>8}  {reason}");
    }
    // Every reason comes up often enough to be meaningful.
    let enough = policies * PER_POLICY / 1000;
    for reason in Reason::ALL.iter().filter(|reason| **reason != Reason::ModuleFailed) {
        let times = tally.get(reason.code()).copied().unwrap_or_default();
        assert!(times >= enough, "{reason} was drawn {times} times, fewer than {enough}");
    }
    for what in ["denied by another reading", "allowed under several readings"] {
        assert!(tally.get(what).is_some_and(|times| *times >= enough), "{what} too seldom");
    }
    assert!(tally["allow"] >= policies * PER_POLICY / 10, "too few cases pass");
}

fn add(mut tally: Tally, more: Tally) -> Tally {
    for (reason, times) in more {
        *tally.entry(reason).or_default() += times;
    }
    tally
}

/// Draws a policy and its cases from a seed and compares the answers.
fn compare(seed: u64) -> Tally {
    let mut dice = Dice::new(seed);
    let document = Arc::new(draw::policy(&mut dice));
    let policy =
        Policy::from_json(&document.to_string()).unwrap_or_else(|e| panic!("seed {seed}: {e}\n{document:#}"));
    let mut tally = Tally::new();
    for _ in 0..PER_POLICY {
        let case = draw::case(&document, &mut dice);
        let expected = naive::decide(&case);
        if difference(&policy, &case, &expected).is_some() {
            panic!("{}", report(seed, &case));
        }
        *tally.entry(expected["reason"].as_str().unwrap_or("allow").into()).or_default() += 1;
        let readings = expected["readings"].as_array().unwrap();
        if readings.iter().any(|reading| !reading["reason"].is_null()) {
            *tally.entry("denied by another reading".into()).or_default() += 1;
        } else if !readings.is_empty() && expected["allow"] == true {
            *tally.entry("allowed under several readings".into()).or_default() += 1;
        }
    }
    tally
}

/// The first field on which the core differs.
fn difference(policy: &Policy, case: &Case, expected: &Value) -> Option<String> {
    let mut actual: Value = serde_json::from_str(&ask::decide(policy, case)).unwrap();
    // This model has no lifecycle, so it does not know when the token is next due.
    if let Some(touch) = actual["touch"].as_object_mut() {
        touch.remove("dueAt");
    }
    // What a router would hand over besides is told for the routes that it matters to.
    for reading in actual["readings"].as_array_mut().into_iter().flatten() {
        reading.as_object_mut().unwrap().remove("params");
    }
    let fields = expected.as_object().unwrap();
    fields.iter().find(|(name, value)| actual[name.as_str()] != **value).map(|(name, value)| {
        format!("{name}: the naive model says {value}, the core {}", actual[name.as_str()])
    })
}

fn report(seed: u64, case: &Case) -> String {
    let found = |case: &Case| {
        let policy = Policy::from_json(&case.policy.to_string()).ok()?;
        if ask::subject(&policy, &case.subject).is_err() {
            return None;
        }
        difference(&policy, case, &naive::decide(case))
    };
    // While shrinking, a difference in the reason must stay the same; values of other fields may change.
    let kind = |difference: String| match difference.strip_prefix("reason:") {
        Some(_) => difference,
        None => difference.split(':').next().unwrap_or_default().to_string(),
    };
    let first = found(case).map(kind);
    let small = shrink::shrink(case, |smaller| found(smaller).map(kind) == first);
    format!(
        "seed {seed}: {}\npolicy {:#}\nrecord {:#}\nsubject {}\nattempt {:#}\nnow {}",
        found(&small).unwrap_or_default(),
        small.policy,
        small.record,
        small.subject,
        small.attempt,
        naive::time::text(small.now),
    )
}
