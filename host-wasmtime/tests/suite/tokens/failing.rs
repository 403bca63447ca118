//! STO-01: a failing store never looks like a success.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use portcullis_wasmtime::Instant;
use portcullis_wasmtime::TokenId;
use portcullis_wasmtime::store::{
    Change, CommitOutcome, ListQuery, Memory, Notice, RecordPage, Store, StoreError, Touch,
};
use portcullis_wasmtime::tokens::{CommandOptions, TokensError};

use super::fixture::{Clock, admin, made, reader, tokens};

/// Fails at this call, before or after doing its work.
#[derive(Default)]
struct Failing {
    inner: Memory,
    calls: AtomicU64,
    fails_at: AtomicU64,
    /// Whether the work is done and only the answer gets lost.
    late: bool,
}

impl Failing {
    fn now<T>(&self, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if number != self.fails_at.load(Ordering::SeqCst) {
            return work();
        }
        if self.late {
            work()?;
        }
        Err(StoreError::new("the connection was cut"))
    }
}

#[test]
fn sto_01_a_failing_store_is_an_error_and_the_command_can_be_repeated() {
    for late in [false, true] {
        for fails_at in 1..=2 {
            let store = Arc::new(Failing { late, ..Failing::default() });
            let tokens = tokens(store.clone(), &Clock::new());
            let (id, _) = made(&tokens, reader("ERP sync"));
            store.calls.store(0, Ordering::SeqCst);
            store.fails_at.store(fails_at, Ordering::SeqCst);
            let grace = admin();
            let by = CommandOptions::from(&grace).under("request-1");
            let error = tokens.lock(&id, by).unwrap_err();
            assert!(matches!(error, TokensError::Store(_)), "{error:?}");
            // A repetition tells whether it took effect.
            let again = tokens.lock(&id, by).unwrap();
            assert_eq!(again.repeated, late && fails_at == 2);
            assert_eq!(store.inner.trail(&id).unwrap().len(), 2);
        }
    }
}

impl Store for Failing {
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.now(|| self.inner.get(id))
    }

    fn commit(&self, change: &Change) -> Result<CommitOutcome, StoreError> {
        self.now(|| self.inner.commit(change))
    }

    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError> {
        self.now(|| self.inner.touch(id, revision, touch))
    }

    fn list(&self, query: &ListQuery) -> Result<RecordPage, StoreError> {
        self.now(|| self.inner.list(query))
    }

    fn due(&self, now: Instant, limit: usize, after: Option<&str>) -> Result<RecordPage, StoreError> {
        self.now(|| self.inner.due(now, limit, after))
    }

    fn event(&self, token: &TokenId, command: &str) -> Result<Option<String>, StoreError> {
        self.now(|| self.inner.event(token, command))
    }

    fn trail(&self, token: &TokenId) -> Result<Vec<String>, StoreError> {
        self.now(|| self.inner.trail(token))
    }

    fn tombstone(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.now(|| self.inner.tombstone(id))
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        self.now(|| self.inner.outbox(limit))
    }

    fn acknowledge(&self, keys: &[String]) -> Result<(), StoreError> {
        self.now(|| self.inner.acknowledge(keys))
    }
}
