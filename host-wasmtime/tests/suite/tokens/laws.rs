//! Slow tests: a sweep over a large table, and a thousand races.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant as Timer};

use portcullis_wasmtime::store::{
    Change, CommitOutcome, ListQuery, Memory, Notice, Record, RecordPage, RecordWrite, Sqlite, Store,
    StoreError, Touch,
};
use portcullis_wasmtime::{Instant, TokenId, conformance};

use super::fixture::{Clock, tokens};
use crate::fixture::cases;
use crate::folder::Folder;

const DUE: usize = 1_000;

/// ROT-01: 2, 8 and 64 threads; a thousand rounds for `cargo xtask prove`.
#[test]
fn rot_01_a_renewal_key_is_redeemed_once() {
    let rounds = if cases() > 100_000 { 1_000 } else { 12 };
    let folder = Folder::new();
    let stores: [Arc<dyn Store>; 2] =
        [Arc::new(Memory::new()), Arc::new(Sqlite::open(folder.file("tokens.db")).unwrap())];
    for store in stores {
        let report = conformance::redeem(store, rounds);
        assert!(report.passed(), "{report}");
    }
}

/// Counts the calls and the records that they returned.
struct Counting {
    inner: Sqlite,
    calls: AtomicUsize,
    records: AtomicUsize,
}

impl Counting {
    fn count<T>(&self, records: usize, answer: T) -> T {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.records.fetch_add(records, Ordering::Relaxed);
        answer
    }
}

/// This many tokens, of which a thousand are due for a reminder.
fn filled(file: &std::path::Path, records: usize) -> Sqlite {
    let store = Sqlite::open(file).unwrap();
    let every = records / DUE;
    for first in (0..records).step_by(10_000) {
        let write = |number: usize| {
            let (ends, due) = if number.is_multiple_of(every) {
                ("2026-02-20T00:00:00.000Z", "2026-01-21T00:00:00.000Z")
            } else {
                ("2026-12-20T00:00:00.000Z", "2026-11-20T00:00:00.000Z")
            };
            let json = format!(
                r#"{{"v":1,"id":"Law{number:013}","kind":"personal","tenant":"acme","owner":"owner {}","name":"n",
                "grants":["book:read"],"digest":"sha256:70a21ac83baf8f09cdf48e2d3f9b62d5eb3b7b8b5b7e4b2c6e9f2d0a0d4f8c11",
                "createdAt":"2026-01-01T00:00:00.000Z","expiresAt":"{ends}","revision":1,"endsAt":"{ends}","dueAt":"{due}"}}"#,
                number % 10_000
            );
            let record = Record::parse(&json).unwrap();
            RecordWrite { id: *record.id(), was: 0, seen: None, record: Some(record) }
        };
        let writes = (first..records.min(first + 10_000)).map(write).collect();
        assert_eq!(store.commit(&Change { writes, ..Change::default() }).unwrap(), CommitOutcome::Committed);
    }
    store
}

fn swept(folder: &Folder, records: usize) -> (usize, usize, Duration) {
    let inner = filled(&folder.file(&format!("{records}.db")), records);
    let store = Arc::new(Counting { inner, calls: AtomicUsize::default(), records: AtomicUsize::default() });
    let clock = Clock::new();
    clock.set("2026-01-25T00:00:00Z");
    let tokens = tokens(store.clone(), &clock);
    let begin = Timer::now();
    let swept = tokens.sweep(usize::MAX).unwrap();
    let took = begin.elapsed();
    assert!(swept.failed.is_empty(), "{:?}", swept.failed.first());
    assert_eq!((swept.tokens, swept.commands["remind"], swept.done), (DUE, DUE, true));
    (store.calls.load(Ordering::Relaxed), store.records.load(Ordering::Relaxed), took)
}

#[test]
fn a_sweep_reads_only_due_tokens() {
    let folder = Folder::new();
    let large = cases();
    let [small, large] = [large / 10, large].map(|records| (records, swept(&folder, records)));
    for (records, (calls, brought, took)) in [small, large] {
        println!("{DUE} due of {records}: {calls} calls brought {brought} records, {took:?}");
    }
    let (few, many) = (small.1, large.1);
    println!("ten times the records: {:.2} times the time", many.2.as_secs_f64() / few.2.as_secs_f64());
    assert_eq!((few.0, few.1), (many.0, many.1), "the larger table costs more");
    // Each due record is read twice: on its page, and to check that nothing is left.
    assert!(many.1 <= 2 * DUE, "{} records for {DUE}", many.1);
}

impl Store for Counting {
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        let found = self.inner.get(id)?;
        Ok(self.count(usize::from(found.is_some()), found))
    }

    fn commit(&self, change: &Change) -> Result<CommitOutcome, StoreError> {
        self.count(0, self.inner.commit(change))
    }

    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError> {
        self.count(0, self.inner.touch(id, revision, touch))
    }

    fn list(&self, query: &ListQuery) -> Result<RecordPage, StoreError> {
        let page = self.inner.list(query)?;
        Ok(self.count(page.records.len(), page))
    }

    fn due(&self, now: Instant, limit: usize, after: Option<&str>) -> Result<RecordPage, StoreError> {
        let page = self.inner.due(now, limit, after)?;
        Ok(self.count(page.records.len(), page))
    }

    fn event(&self, token: &TokenId, command: &str) -> Result<Option<String>, StoreError> {
        self.count(0, self.inner.event(token, command))
    }

    fn trail(&self, token: &TokenId) -> Result<Vec<String>, StoreError> {
        self.count(0, self.inner.trail(token))
    }

    fn tombstone(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.count(0, self.inner.tombstone(id))
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        self.count(0, self.inner.outbox(limit))
    }

    fn acknowledge(&self, keys: &[String]) -> Result<(), StoreError> {
        self.count(0, self.inner.acknowledge(keys))
    }
}
