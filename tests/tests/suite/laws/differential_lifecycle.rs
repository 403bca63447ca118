//! LIF-01, AUD-02: the core and the naive model agree on whole lives.
//!
//! `PORTCULLIS_CASES` sets how many lives (100,000 otherwise), `PORTCULLIS_SEED`
//! where to start.

use std::collections::BTreeMap;

use portcullis_tests::history::{Compared, lead};

/// Outcomes that every run must see often enough to be meaningful.
const OUTCOMES: [&str; 37] = [
    "create",
    "edit",
    "extend",
    "lock",
    "unlock",
    "revoke",
    "regenerate",
    "rotate",
    "renew",
    "offerRenewal",
    "redeemRenewal",
    "delete",
    "remind",
    "retire",
    "repeated",
    "unknown",
    "not_allowed",
    "illegal_transition",
    "scope_ceiling",
    "unknown_scope",
    "grants_required",
    "bad_name",
    "bad_field",
    "not_editable",
    "nothing_to_change",
    "not_lockable",
    "not_renewable",
    "not_a_choice",
    "exceeds_max_lifetime",
    "never_expires",
    "in_the_past",
    "not_later",
    "wrong_secret",
    "rotated",
    "reuse_detected",
    "no_offer",
    "wrong_key",
];

#[test]
fn lif_01_core_and_the_naive_model_agree_on_every_command() {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let lives: u64 = number("PORTCULLIS_CASES", 100_000);
    let begin: u64 = number("PORTCULLIS_SEED", 0);
    let halves = [begin..begin + lives / 2, begin + lives / 2..begin + lives];
    let led = std::thread::scope(|scope| {
        let running = halves.map(|seeds| {
            scope.spawn(|| {
                let mut compared = Compared::default();
                let commands = lead(seeds, &mut compared);
                (commands, compared)
            })
        });
        running.map(|thread| thread.join().unwrap_or_else(|e| std::panic::resume_unwind(e)))
    });
    let commands: u64 = led.iter().map(|(commands, _)| commands).sum();
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for (outcome, times) in led.iter().flat_map(|(_, compared)| &compared.seen) {
        *seen.entry(outcome.clone()).or_default() += times;
    }
    println!("{lives} lives from seed {begin}, {commands} commands:");
    for (outcome, times) in &seen {
        println!("{times:>8}  {outcome}");
    }
    let differences: Vec<_> = led.iter().flat_map(|(_, compared)| &compared.differences).collect();
    if let Some((_, _, whole)) = differences.first() {
        panic!("{} differences; the first: {whole}", differences.len());
    }
    if lives >= 20_000 {
        let rare: Vec<_> =
            OUTCOMES.iter().filter(|own| seen.get(**own).is_none_or(|times| *times < 5)).collect();
        assert!(rare.is_empty(), "too seldom: {rare:?}");
    }
}
