//! ROT-02: somebody else was faster.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use portcullis_wasmtime::store::{Change, Commit, Memory, Notice, Page, Query, Store, StoreError, Touch};
use portcullis_wasmtime::{Instant, RefusalCode, TokenId};

use super::fixture::{Clock, admin, made, reader, refused, tokens};

type Meanwhile = Box<dyn FnOnce() + Send>;

/// A store that says so many times that somebody else was faster, or lets somebody else be.
#[derive(Default)]
pub(super) struct Busy {
    inner: Arc<Memory>,
    conflicts: AtomicUsize,
    commits: AtomicUsize,
    /// What happens before the next commit.
    meanwhile: Mutex<Option<Meanwhile>>,
    /// What happens after what is due was read.
    after_due: Mutex<Option<Meanwhile>>,
}

impl Busy {
    pub(super) fn after_due(&self, meanwhile: impl FnOnce() + Send + 'static) {
        *self.after_due.lock().unwrap() = Some(Box::new(meanwhile));
    }

    pub(super) fn inner(&self) -> Arc<Memory> {
        self.inner.clone()
    }
}

#[test]
fn rot_02_a_conflict_is_worked_out_anew_at_most_three_times() {
    for (conflicts, wanted, tries) in
        [(0, true, 1), (1, true, 2), (2, true, 3), (3, false, 3), (100, false, 3)]
    {
        let store = Arc::new(Busy::default());
        let tokens = tokens(store.clone(), &Clock::new());
        let (id, _) = made(&tokens, reader("ERP sync"));
        store.conflicts.store(conflicts, Ordering::SeqCst);
        store.commits.store(0, Ordering::SeqCst);
        let result = tokens.lock(&id, &admin());
        assert_eq!(store.commits.load(Ordering::SeqCst), tries, "{conflicts} conflicts");
        if wanted {
            result.unwrap();
            assert_eq!(store.trail(&id).unwrap().len(), 2);
        } else {
            assert_eq!(refused(result), RefusalCode::Conflict);
            assert_eq!(store.trail(&id).unwrap().len(), 1);
        }
    }
}

/// Never the same change on another record: what the fresh one says counts.
#[test]
fn rot_08_a_revocation_wins_every_race() {
    let store = Arc::new(Busy::default());
    let first = tokens(store.clone(), &Clock::new());
    let (id, _) = made(&first, reader("ERP sync"));
    let other = first.clone();
    *store.meanwhile.lock().unwrap() = Some(Box::new(move || {
        other.revoke(&id, &admin()).unwrap();
    }));
    assert_eq!(refused(first.lock(&id, &admin())), RefusalCode::IllegalTransition);
    let record = store.get(&id).unwrap().unwrap();
    assert!(record.contains("\"revoked\"") && !record.contains("\"lock\""), "{id:?}");
}

impl Store for Busy {
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.inner.get(id)
    }

    fn commit(&self, change: &Change) -> Result<Commit, StoreError> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
        let left = self.conflicts.load(Ordering::SeqCst);
        if left > 0 {
            self.conflicts.store(left - 1, Ordering::SeqCst);
            return Ok(Commit::Conflict);
        }
        self.inner.commit(change)
    }

    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError> {
        self.inner.touch(id, revision, touch)
    }

    fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.inner.list(query)
    }

    fn due(&self, now: Instant, limit: usize, after: Option<&str>) -> Result<Page, StoreError> {
        let page = self.inner.due(now, limit, after);
        let meanwhile = self.after_due.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
        page
    }

    fn done(&self, token: &TokenId, command: &str) -> Result<bool, StoreError> {
        self.inner.done(token, command)
    }

    fn trail(&self, token: &TokenId) -> Result<Vec<String>, StoreError> {
        self.inner.trail(token)
    }

    fn tombstone(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.inner.tombstone(id)
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        self.inner.outbox(limit)
    }

    fn acknowledge(&self, keys: &[String]) -> Result<(), StoreError> {
        self.inner.acknowledge(keys)
    }
}
