//! Sweeps.

use std::sync::Arc;

use portcullis_wasmtime::store::{Change, Memory, Record, RecordWrite, Sqlite, Store, Touch};
use portcullis_wasmtime::tokens::CreateFields;

use super::conflicts::Busy;
use super::fixture::{Clock, at, events, in_memory, made, reader, renewing, tokens};
use crate::folder::Folder;

fn service(name: &str) -> CreateFields<'_> {
    CreateFields { kind: "service", ..reader(name) }
}

/// ROT-10, TIM: after a long pause there is one reminder and one offer, not all that were missed.
#[test]
fn rot_10_a_late_sweep_does_everything_once() {
    let (tokens, clock) = in_memory();
    let (renewed, _) = made(&tokens, renewing("ERP sync"));
    let (plain, _) = made(&tokens, reader("plain"));
    clock.set("2026-01-15T00:00:00Z");
    assert_eq!(tokens.sweep(100).unwrap().tokens, 0, "nothing is due yet");
    // Five months late, three days before the end: both reminders and five offers were missed.
    clock.set("2026-06-27T00:00:00Z");
    let swept = tokens.sweep(100).unwrap();
    assert!(swept.done && swept.failed.is_empty(), "{swept:?}");
    assert_eq!((swept.commands["remind"], swept.commands["offerRenewal"]), (2, 1));
    for (id, offers) in [(renewed, 1), (plain, 0)] {
        assert_eq!((events(&tokens, &id, "reminded"), events(&tokens, &id, "renewalOffered")), (1, offers));
    }
    assert_eq!(tokens.outbox(100).unwrap().len(), 3);
    assert_eq!(tokens.sweep(100).unwrap().tokens, 0, "and then nothing is");
}

/// ROT-10: sweeps on two machines at once.
#[test]
fn rot_10_two_sweeps_at_once_do_the_work_of_one() {
    let folder = Folder::new();
    let clock = Clock::new();
    let one = tokens(Sqlite::open(folder.file("tokens.db")).unwrap(), &clock);
    let two = tokens(Sqlite::open(folder.file("tokens.db")).unwrap(), &clock);
    let ids: Vec<_> = (0..10).map(|number| made(&one, renewing(&format!("number {number}"))).0).collect();
    clock.set("2026-02-01T00:00:00Z");
    let swept = std::thread::scope(|scope| {
        [&one, &two]
            .map(|tokens| scope.spawn(|| tokens.sweep(100).unwrap()))
            .map(|thread| thread.join().unwrap())
    });
    let offers: usize = swept.iter().filter_map(|swept| swept.commands.get("offerRenewal")).sum();
    assert_eq!(offers, 10, "{swept:?}");
    assert!(swept.iter().all(|swept| swept.failed.is_empty()), "{swept:?}");
    assert!(ids.iter().all(|id| events(&one, id, "renewalOffered") == 1));
    assert_eq!(one.outbox(100).unwrap().len(), 10);
}

#[test]
fn an_unused_token_is_removed_and_one_used_just_now_is_not() {
    let store = Arc::new(Busy::default());
    let clock = Clock::new();
    let tokens = tokens(store.clone(), &clock);
    let [(idle, _), (used, _)] = [service("idle"), service("used")].map(|new| made(&tokens, new));
    clock.set("2026-03-01T00:00:00Z");
    // The token is used after the due records were read and before the command.
    let inner = store.inner();
    let used_at = clock.now();
    store.after_due(move || {
        let (ends_at, due_at) = (Some(at("2026-04-15T00:00:00.001Z")), Some(at("2026-04-01T00:00:00Z")));
        let touch = Touch { last_used_at: used_at, secret_used_at: Some(used_at), ends_at, due_at };
        assert!(inner.touch(&used, 1, &touch).unwrap());
    });
    let swept = tokens.sweep(100).unwrap();
    assert_eq!(swept.commands.get("delete"), Some(&1), "{swept:?}");
    assert!(store.get(&idle).unwrap().is_none() && store.tombstone(&idle).unwrap().is_some());
    assert!(store.get(&used).unwrap().is_some());
}

/// An unreadable record does not stop the sweep.
#[test]
fn a_sweep_continues_after_an_unreadable_record() {
    let store = Arc::new(Memory::new());
    let clock = Clock::new();
    let tokens = tokens(store.clone(), &clock);
    let json = r#"{"v":1,"id":"0000000000000000","kind":"forgotten","owner":"ada","revision":1,
        "createdAt":"2026-01-01T00:00:00.000Z","dueAt":"2026-01-01T00:00:00.000Z"}"#;
    let record = Record::parse(json).unwrap();
    let write = RecordWrite { id: *record.id(), was: 0, seen: None, record: Some(record) };
    let _ = store.commit(&Change { writes: vec![write], ..Change::default() }).unwrap();
    let (id, _) = made(&tokens, renewing("ERP sync"));
    clock.set("2026-02-01T00:00:00Z");
    let swept = tokens.sweep(100).unwrap();
    assert_eq!((swept.tokens, swept.failed.len(), swept.done), (2, 1, true));
    assert_eq!(events(&tokens, &id, "renewalOffered"), 1);
    assert!(!tokens.sweep(1).unwrap().failed.is_empty());
}

#[test]
fn a_sweep_stops_at_its_limit_and_reports_it() {
    let (tokens, clock) = in_memory();
    for number in 0..5 {
        made(&tokens, renewing(&format!("number {number}")));
    }
    clock.set("2026-02-01T00:00:00Z");
    let swept = [2, 2, 2].map(|limit| {
        let swept = tokens.sweep(limit).unwrap();
        (swept.tokens, swept.done)
    });
    assert_eq!(swept, [(2, false), (2, false), (1, true)]);
}
