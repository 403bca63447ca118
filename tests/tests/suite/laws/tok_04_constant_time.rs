//! TOK-04: the time of a comparison does not reveal where digests differ.
//!
//! Works like dudect: two random classes, one million samples, Welch's t. It takes
//! long and needs a quiet machine, so `cargo xtask prove` runs it; the gate checks
//! the sources instead.

use std::hint::black_box;
use std::time::Instant as Stopwatch;

use portcullis_core::{Attempt, Instant, Lookup, Policy, Token};
use portcullis_tests::dice::Dice;
use portcullis_tests::vectors::load;

const SAMPLES: usize = 1_000_000;

/// Welch's t between two classes, without the slowest tenth, which is noise of the machine.
fn welch(samples: &[Vec<u64>; 2]) -> f64 {
    let mut all: Vec<u64> = samples.concat();
    all.sort_unstable();
    let slowest = all[all.len() * 9 / 10];
    let [a, b] = samples.each_ref().map(|class| {
        let kept: Vec<f64> = class.iter().filter(|time| **time <= slowest).map(|time| *time as f64).collect();
        let mean = kept.iter().sum::<f64>() / kept.len() as f64;
        let variance = kept.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (kept.len() - 1) as f64;
        (mean, variance / kept.len() as f64)
    });
    (a.0 - b.0) / (a.1 + b.1).sqrt()
}

#[test]
fn tok_04_digests_are_compared_in_constant_time() {
    let asked: usize = std::env::var("PORTCULLIS_CASES").map_or(0, |text| text.parse().unwrap());
    if asked < SAMPLES {
        println!("run by `cargo xtask prove`, with {SAMPLES} samples");
        return;
    }
    let (fixtures, _) = load();
    let policy = Policy::from_json(&fixtures.text("policies", &"acme".into())).unwrap();
    let record = fixtures.build("records", &"ada".into());
    let digest = record["digest"].as_str().unwrap().to_string();
    // One digest that differs in its first byte, one that differs in its last.
    let differing = |at: usize| -> Token {
        let mut digest = digest.clone().into_bytes();
        digest[at] = if digest[at] == b'0' { b'1' } else { b'0' };
        let mut record = record.clone();
        record["digest"] = String::from_utf8(digest).unwrap().into();
        policy.open_token_json(&record.to_string())
    };
    let tokens = [differing("sha256:".len()), differing(digest.len() - 1)];
    let authorization = fixtures.expand(&"Bearer {ada}".into());
    let attempt = Attempt::http("GET", "/v3/licenses/42").authorization(authorization.as_str().unwrap());
    let now = Instant::parse("2026-11-21T12:00:00.000Z").unwrap();
    // A busy machine can spoil a run; a leak shows in every one.
    let runs = (0..3).map(|run| {
        let mut dice = Dice::new(run);
        let mut samples = [Vec::with_capacity(SAMPLES), Vec::with_capacity(SAMPLES)];
        for _ in 0..SAMPLES {
            let class = dice.below(2);
            let start = Stopwatch::now();
            black_box(policy.decide(black_box(&attempt), Lookup::Token(&tokens[class]), None, now).verdict());
            samples[class].push(start.elapsed().as_nanos() as u64);
        }
        welch(&samples).abs()
    });
    let t: Vec<f64> = runs.collect();
    println!("|t| = {t:.2?} after {SAMPLES} samples each");
    assert!(
        t.iter().any(|t| *t < 4.5),
        "the time of a comparison depends on where digests differ: |t| = {t:?}"
    );
}
