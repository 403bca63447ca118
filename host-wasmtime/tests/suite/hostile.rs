//! WSM-04: pointers, lengths, handles, numbers and texts from a hostile module.

use portcullis_wasmtime::{Attempt, Error, Identified, Level, Limits, Lookup, Policy, Reason};

use crate::fixture::now;
use crate::stub::{SAYS_AT, ask, limits, load, load_bytes, open, open_within, result_at, wat};

fn assert_bad<T: std::fmt::Debug>(what: &str, result: Result<T, Error>) {
    assert!(matches!(result, Err(Error::BadAnswer(_))), "{what}: {result:?}");
}

/// Two pages of memory, and addresses around their end.
const NOWHERE: [i32; 6] = [131_072, 131_071, 131_072 - 20_479, i32::MAX, i32::MIN, -1];

#[test]
fn wsm_04_a_window_outside_the_memory_is_refused_at_load() {
    for place in NOWHERE {
        assert_bad("window", load(&wat(&[("window", &format!("i32.const {place}"))])));
    }
    assert!(load(&wat(&[("window", "i32.const 0")])).is_ok());
    assert!(load(&wat(&[("window", "i32.const 110592")])).is_ok(), "just before the end");
}

#[test]
fn wsm_04_an_input_outside_the_memory_is_not_written_to() {
    for place in NOWHERE.into_iter().filter(|place| *place < 0 || *place >= 131_071).chain([0]) {
        assert_bad("input", open(&[("input", &format!("i32.const {place}"))]));
    }
}

#[test]
fn wsm_04_results_outside_the_memory_or_malformed_are_refused() {
    let broken = [
        ("behind the end", result_at(131_072, 1)),
        ("over the end", result_at(131_000, 73)),
        ("as long as can be", result_at(0, u32::MAX.into())),
        ("everywhere", -1),
        ("no text", result_at(512, 2)),
        ("half a document", result_at(SAYS_AT, 20)),
        ("nothing", result_at(SAYS_AT, 0)),
        ("another document", result_at(514, 4)),
    ];
    for (what, result) in broken {
        assert_bad(what, open(&[("result", &format!("i64.const {result}"))]));
    }
    for (what, result) in broken.into_iter().filter(|(what, _)| *what != "another document") {
        // Valid when the policy is opened, and invalid from then on.
        let later = format!(
            "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
             (select (i64.const RESULT) (i64.const {result}) (i32.eq (global.get $calls) (i32.const 1)))"
        );
        let policy = open(&[("result", &later), ("decide", "i32.const 5")]).unwrap();
        let attempt = Attempt::http("GET", "/");
        let decision = ask(&policy, &attempt);
        assert_eq!(decision.reason(), Some(Reason::Unknown));
        assert_bad(what, decision.to_json(Level::Operator));
        // The instance was dropped; the new one has not described itself yet.
        assert!(policy.describe().is_ok());
        assert_bad(what, policy.describe());
        assert!(policy.describe().is_ok());
        assert_bad(what, policy.explain(&attempt, Lookup::Unknown, None, now()));
        assert!(policy.explain(&attempt, Lookup::Unknown, None, now()).is_ok());
        assert_eq!(decision.response().unwrap().status, 503);
    }
}

#[test]
fn wsm_04_an_invalid_verdict_is_a_denial() {
    let attempt = Attempt::http("GET", "/");
    let says = |number: i32| open(&[("decide", &format!("i32.const {number}"))]).unwrap();
    for reason in Reason::ALL.iter().filter(|reason| **reason != Reason::ModuleFailed) {
        assert_eq!(ask(&says(*reason as i32), &attempt).reason(), Some(*reason));
    }
    let above = Reason::ALL.len() as i32 + 1;
    for number in [Reason::ModuleFailed as i32, above, 100, 254, 255, 0x1ff, -1] {
        let policy = says(number);
        let decision = ask(&policy, &attempt);
        assert_eq!(decision.reason(), Some(Reason::ModuleFailed), "{number}");
        assert!(matches!(decision.error(), Some(Error::BadAnswer(_))));
        assert_eq!(policy.counters().recycles, 1);
    }
}

#[test]
fn wsm_04_an_invalid_id_is_a_denial() {
    for result in [result_at(SAYS_AT, 16), result_at(SAYS_AT + 2, 15), result_at(512, 16), -1] {
        let later = format!(
            "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
             (select (i64.const RESULT) (i64.const {result}) (i32.eq (global.get $calls) (i32.const 1)))"
        );
        let policy = open(&[("identify", "i32.const 0"), ("result", &later)]).unwrap();
        match policy.identify(&Attempt::http("GET", "/")) {
            Identified::Decided(decision) => assert_eq!(decision.reason(), Some(Reason::ModuleFailed)),
            Identified::Token(id) => panic!("{id:?}"),
        };
    }
}

#[test]
fn wsm_04_invalid_handles_are_refused() {
    for handle in ["0", "-1"] {
        assert_bad("policy", open(&[("policy_open", &format!("i32.const {handle}"))]));
        for opener in ["token_open", "subject_open"] {
            let policy = open(&[(opener, &format!("i32.const {handle}"))]).unwrap();
            let subject = policy.open_subject("{}");
            if opener == "subject_open" {
                assert_bad(opener, subject);
                continue;
            }
            let (attempt, token) = (Attempt::http("GET", "/"), policy.open_token("{}"));
            let decision = policy.decide(&attempt, Lookup::Token(&token), None, now());
            assert_eq!(decision.reason(), Some(Reason::ModuleFailed));
        }
    }
}

#[test]
fn wsm_04_an_instance_that_forgets_a_handle_is_dropped() {
    let limits = Limits { documents: 4, ..limits() };
    let policy = open_within(&[("close", "i32.const 0")], limits).unwrap();
    let attempt = Attempt::http("GET", "/");
    let tokens: Vec<_> = (0..5).map(|_| policy.open_token("{}")).collect();
    let reasons =
        tokens.iter().map(|token| policy.decide(&attempt, Lookup::Token(token), None, now()).reason());
    let reasons: Vec<_> = reasons.collect();
    assert_eq!(reasons, [None, None, None, None, Some(Reason::ModuleFailed)]);
}

#[test]
fn wsm_04_no_mutation_of_a_module_makes_the_host_panic() {
    let module = wat::parse_str(wat(&[])).unwrap();
    let attempt = Attempt::http("GET", "/").authorization("Bearer x");
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    let mut opened = 0;
    for _ in 0..300 {
        let mut mutant = module.clone();
        for _ in 0..=next(3) {
            let place = next(mutant.len());
            mutant[place] = next(256) as u8;
        }
        if next(4) == 0 {
            mutant.truncate(next(mutant.len()));
        }
        let Ok(policy) = load_bytes(&mutant).and_then(|module| Policy::open_within(&module, "{}", limits()))
        else {
            continue;
        };
        opened += 1;
        let token = policy.open_token("{}");
        let decision = policy.decide(&attempt, Lookup::Token(&token), None, now());
        assert_eq!(decision.error().is_some(), decision.reason() == Some(Reason::ModuleFailed));
        let _ = (decision.to_json(Level::Operator), decision.response(), policy.identify(&attempt));
        let _ = (policy.open_subject("{}"), policy.report(&token), policy.describe());
    }
    assert!(opened > 10, "only {opened} mutants could be opened");
}
