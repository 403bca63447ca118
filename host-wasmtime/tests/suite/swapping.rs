//! Replacing the policy or the module while requests are served.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use portcullis_wasmtime::{Attempt, Error, Level, Limits, LivePolicy, Lookup, Policy, Reason};

use crate::fixture::{POLICY, now, policy, policy_within, reader};
use crate::folder::Folder;
use crate::stub::{load, wat};

/// The same library, where reading a book needs another permission.
fn stricter() -> String {
    POLICY.replace(
        r#"{ "crud": "/books", "needs": "book" }"#,
        r#"{ "on": "GET /books", "needs": "shelf:read" }"#,
    )
}

#[test]
fn a_request_ends_under_the_policy_that_it_began_with() {
    let live = LivePolicy::new(policy());
    let own = reader(1);
    let attempt = Attempt::http("GET", "/books").authorization(&own.bearer);
    let before = live.policy();
    let token = before.open_token(&own.record);
    let begun = before.decide(&attempt, Lookup::Token(&token), None, now());
    let replaced = live.swap_document(&stricter()).unwrap();
    assert_eq!(replaced.fingerprint(), before.fingerprint());
    assert!(begun.allow() && begun.to_json(Level::Operator).unwrap().contains("book:read"));
    assert!(before.decide(&attempt, Lookup::Token(&token), None, now()).allow());

    // The token that was opened under the previous policy is parsed again.
    let after = live.policy();
    let decision = after.decide(&attempt, Lookup::Token(&token), None, now());
    assert_eq!(decision.reason(), Some(Reason::InsufficientScope));
    assert_eq!(decision.policy_fingerprint(), after.fingerprint());
    assert_ne!(begun.policy_fingerprint(), decision.policy_fingerprint());
    assert_eq!(begun.module_hash(), decision.module_hash());
}

#[test]
fn an_invalid_policy_is_refused_with_its_problems_and_the_previous_one_stays() {
    let live = LivePolicy::new(policy());
    let before = live.policy();
    for (document, path) in
        [("{}", "/portcullis"), ("{", ""), (&POLICY.replace("\"book\" }", "\"bok\" }"), "/routes/0/needs")]
    {
        match live.swap_document(document) {
            Err(Error::Refused(problems)) => {
                assert!(problems.iter().any(|problem| problem.path == path), "{problems}")
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(live.policy().fingerprint(), before.fingerprint());
    }
    assert_eq!(format!("{live:?}"), format!("Live({before:?})"));
}

#[test]
fn a_new_module_takes_over_and_every_decision_names_its_module() {
    let live = LivePolicy::new(policy());
    let own = reader(2);
    let token = live.policy().open_token(&own.record);
    let attempt = Attempt::http("GET", "/books").authorization(&own.bearer);
    let hash = |live: &LivePolicy| {
        live.with(|policy| {
            let decision = policy.decide(&attempt, Lookup::Token(&token), None, now());
            assert!(decision.allow(), "{decision:?}");
            decision.module_hash().unwrap()
        })
    };
    let (first, next) = (hash(&live), load(&wat(&[])).unwrap());
    let replaced = live.swap_module(&next).unwrap();
    assert_eq!((replaced.module().unwrap().hash(), hash(&live)), (first, next.hash()));
    assert_ne!(first.short(), next.hash().short());
    assert_eq!(live.policy().name(), "stub");
    live.swap(replaced);
    assert_eq!(hash(&live), first);
}

#[test]
fn instances_start_before_the_first_query() {
    let live = LivePolicy::new(policy_within(Limits { instances: 2, ..Limits::default() }));
    let ask = || live.with(|policy| policy.describe().map(drop)).unwrap();
    thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(ask))));
    let instances = live.policy().counters().instances;
    live.swap_document(&stricter()).unwrap();
    let counters = live.policy().counters();
    assert_eq!((counters.instances, counters.calls), (instances, 0));
}

#[test]
fn every_decision_of_a_busy_service_comes_from_the_policy_it_names() {
    let limits = Limits { instances: 2, wait: Duration::from_secs(30), ..Limits::default() };
    let live = LivePolicy::new(policy_within(limits));
    let own = reader(3);
    let token = live.policy().open_token(&own.record);
    let lenient = live.policy().fingerprint().to_owned();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let asking: Vec<_> = (0..4)
            .map(|thread| {
                let (live, own, token, lenient, over) = (&live, &own, &token, &lenient, &over);
                scope.spawn(move || {
                    let mut seen = [0_u32; 2];
                    while !over.load(Ordering::Relaxed) {
                        let attempt = Attempt::http("GET", "/books").authorization(&own.bearer);
                        let mut ask = |policy: &Policy| {
                            let decision = policy.decide(&attempt, Lookup::Token(token), None, now());
                            assert_eq!(decision.error().map(ToString::to_string), None);
                            assert_eq!(decision.allow(), decision.policy_fingerprint() == lenient);
                            seen[usize::from(decision.allow())] += 1;
                        };
                        if thread % 2 == 0 { live.with(ask) } else { ask(&live.policy()) }
                    }
                    seen
                })
            })
            .collect();
        for _ in 0..20 {
            for document in [&stricter(), POLICY] {
                live.swap_document(document).unwrap();
                assert!(live.swap_document("{}").is_err());
                thread::sleep(Duration::from_millis(2));
            }
        }
        over.store(true, Ordering::Relaxed);
        let seen = asking.into_iter().map(|thread| thread.join().unwrap());
        let seen = seen.fold([0, 0], |sum, one| [sum[0] + one[0], sum[1] + one[1]]);
        assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
    });
}

#[test]
fn a_changed_file_takes_effect_if_it_is_a_valid_policy() {
    let (folder, live) = (Folder::new(), LivePolicy::new(policy()));
    let (file, before) = (folder.file("policy.json"), live.policy());
    std::fs::write(&file, POLICY).unwrap();
    let (tell, told) = channel();
    let every = Duration::from_millis(5);
    let watch = live.watch(&file, every, move |change| drop(tell.send(change))).unwrap();
    let next = || told.recv_timeout(Duration::from_secs(20)).unwrap();
    let calm = || assert!(told.recv_timeout(20 * every).is_err(), "told without a change");

    calm();
    std::fs::write(&file, stricter()).unwrap();
    assert_eq!(next().unwrap().fingerprint(), live.policy().fingerprint());
    assert_ne!(live.policy().fingerprint(), before.fingerprint());
    calm();

    let serving = live.policy().fingerprint().to_owned();
    std::fs::write(&file, &stricter()[..100]).unwrap();
    assert!(matches!(next(), Err(Error::Refused(_))));
    std::fs::write(&file, b"\xff").unwrap();
    assert!(matches!(next(), Err(Error::File { .. })));
    std::fs::write(&file, vec![b' '; 9 << 20]).unwrap();
    assert!(matches!(next(), Err(Error::Refused(_))));
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(next(), Err(Error::File { path, .. }) if path == file));
    calm();
    assert_eq!(live.policy().fingerprint(), serving);

    // Like a deployment: a whole file, moved into place.
    let other = folder.file("next.json");
    std::fs::write(&other, POLICY).unwrap();
    std::fs::rename(&other, &file).unwrap();
    assert_eq!(next().unwrap().fingerprint(), before.fingerprint());

    drop(watch);
    std::fs::write(&file, stricter()).unwrap();
    calm();
    assert_eq!(live.policy().fingerprint(), before.fingerprint());
}
