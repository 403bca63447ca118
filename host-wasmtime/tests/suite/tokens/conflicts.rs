//! ROT-02: another writer gets in first.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use portcullis_wasmtime::store::{
    Change, CommitOutcome, ListQuery, Memory, Notice, RecordPage, Store, StoreError, Touch,
};
use portcullis_wasmtime::tokens::{
    ActingToken, Actor, CommandOptions, CommandResult, CreateFields, EditFields, RenewFields, RotateFields,
    TokensError,
};
use portcullis_wasmtime::{Instant, RefusalCode, TokenId, Tokens};

use super::fixture::{Clock, ada, admin, at, made, reader, refused, tokens};

type Meanwhile = Box<dyn FnOnce() + Send>;

/// A store that reports this many conflicts, or lets another writer in.
#[derive(Default)]
pub(super) struct Busy {
    inner: Arc<Memory>,
    conflicts: AtomicUsize,
    commits: AtomicUsize,
    /// Runs before the next commit.
    meanwhile: Mutex<Option<Meanwhile>>,
    /// Runs after due records were read.
    after_due: Mutex<Option<Meanwhile>>,
}

impl Busy {
    pub(super) fn after_due(&self, meanwhile: impl FnOnce() + Send + 'static) {
        *self.after_due.lock().unwrap() = Some(Box::new(meanwhile));
    }

    fn before_commit(&self, meanwhile: impl FnOnce() + Send + 'static) {
        *self.meanwhile.lock().unwrap() = Some(Box::new(meanwhile));
    }

    pub(super) fn inner(&self) -> Arc<Memory> {
        self.inner.clone()
    }
}

#[test]
fn rot_02_a_conflict_is_retried_up_to_three_tries() {
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

/// The record of the acting token is read again with each try.
#[test]
fn gro_04_a_command_by_a_token_that_is_revoked_meanwhile_fails() {
    let store = Arc::new(Busy::default());
    let first = tokens(store.clone(), &Clock::new());
    let ((acting, _), (id, _)) = (made(&first, reader("acting")), made(&first, reader("other")));
    let by = Actor { token: Some(ActingToken::new(store.get(&acting).unwrap().unwrap())), ..ada() };
    let other = first.clone();
    store.before_commit(move || {
        other.revoke(&acting, &admin()).unwrap();
    });
    assert_eq!(refused(first.revoke(&id, &by)), RefusalCode::NotAllowed);
    assert!(!store.get(&id).unwrap().unwrap().contains("\"revoked\""));
}

/// The change is worked out again on the fresh record, never reapplied.
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

/// P5: each command that meets a revoked token; the revocation stays.
#[test]
fn rot_08_no_command_undoes_a_revocation_that_came_first() {
    let (robot, renewed) = (
        CreateFields { kind: "robot", ..reader("robot") },
        RenewFields { name: "next", ends_at: at("2026-03-01T00:00:00Z"), description: None },
    );
    let (edit, end) =
        (EditFields { name: Some("other"), ..EditFields::default() }, at("2026-12-01T00:00:00Z"));
    type Give<'g> = &'g dyn Fn(&Tokens, &TokenId) -> Result<CommandResult, TokensError>;
    let given: [(&str, CreateFields<'_>, Give<'_>); 7] = [
        ("edit", reader("a"), &|tokens, id| tokens.edit(id, edit, &admin())),
        ("extend", reader("a"), &|tokens, id| tokens.extend(id, Some(end), &ada())),
        ("lock", reader("a"), &|tokens, id| tokens.lock(id, &admin())),
        ("rotate", reader("a"), &|tokens, id| tokens.rotate(id, RotateFields::default(), &ada())),
        ("renew", reader("a"), &|tokens, id| tokens.renew(id, renewed, &ada())),
        ("regenerate", robot, &|tokens, id| tokens.regenerate(id, &admin())),
        ("delete", robot, &|tokens, id| tokens.delete(id, &admin())),
    ];
    for (word, new, give) in given {
        let (store, clock) = (Arc::new(Busy::default()), Clock::new());
        let tokens = tokens(store.clone(), &clock);
        let (id, _) = made(&tokens, new);
        if word == "regenerate" {
            clock.set("2026-06-01T00:00:00Z");
        }
        store.before_commit({
            let other = tokens.clone();
            move || drop(other.revoke(&id, &admin()).unwrap())
        });
        let lost = give(&tokens, &id);
        match store.get(&id).unwrap() {
            Some(record) => assert!(record.contains("\"revoked\"") && lost.is_err(), "{word}: {lost:?}"),
            None => assert_eq!(word, "delete"),
        }
    }
}

/// An actor who saw the revocation may regenerate; one who gave the command earlier may not.
#[test]
fn rot_08_a_token_is_regenerated_only_if_its_revocation_is_unchanged() {
    let (store, clock) = (Arc::new(Busy::default()), Clock::new());
    let tokens = tokens(store.clone(), &clock);
    let (id, _) = made(&tokens, CreateFields { kind: "robot", ..reader("robot") });
    let other = tokens.clone();
    clock.set("2026-06-01T00:00:00Z");
    // Idle when it was read, revoked when it was written.
    store.before_commit(move || drop(other.revoke(&id, &admin()).unwrap()));
    assert_eq!(refused(tokens.regenerate(&id, &admin())), RefusalCode::Conflict);
    // Any other conflict is retried.
    store.conflicts.store(1, Ordering::SeqCst);
    assert!(tokens.regenerate(&id, &admin()).unwrap().plaintext.is_some());
    // Revoked when it was read, and revoked again for another reason when it was written.
    tokens.revoke(&id, &admin()).unwrap();
    let other = tokens.clone();
    store.before_commit(move || {
        other.regenerate(&id, &admin()).unwrap();
        other.revoke(&id, admin().because("leaked")).unwrap();
    });
    assert_eq!(refused(tokens.regenerate(&id, &admin())), RefusalCode::Conflict);
    assert!(store.get(&id).unwrap().unwrap().contains("leaked"));
    // For an actor who saw that, it is a normal command.
    tokens.regenerate(&id, &admin()).unwrap();
}

/// A command that took effect under its id is done, even if another writer came in between.
#[test]
fn rot_06_a_regeneration_that_took_effect_is_not_a_conflict() {
    let store = Arc::new(Busy::default());
    let tokens = tokens(store.clone(), &Clock::new());
    let (id, _) = made(&tokens, CreateFields { kind: "robot", ..reader("robot") });
    tokens.revoke(&id, &admin()).unwrap();
    let (other, busy) = (tokens.clone(), store.clone());
    store.before_commit(move || {
        other.regenerate(&id, CommandOptions::from(&admin()).under("again")).unwrap();
        other.revoke(&id, admin().because("leaked")).unwrap();
        busy.conflicts.store(1, Ordering::SeqCst);
    });
    let done = tokens.regenerate(&id, CommandOptions::from(&admin()).under("again")).unwrap();
    assert!(done.repeated && done.plaintext.is_none());
    assert!(store.get(&id).unwrap().unwrap().contains("leaked"));
}

impl Store for Busy {
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.inner.get(id)
    }

    fn commit(&self, change: &Change) -> Result<CommitOutcome, StoreError> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
        let left = self.conflicts.load(Ordering::SeqCst);
        if left > 0 {
            self.conflicts.store(left - 1, Ordering::SeqCst);
            return Ok(CommitOutcome::Conflict);
        }
        self.inner.commit(change)
    }

    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError> {
        self.inner.touch(id, revision, touch)
    }

    fn list(&self, query: &ListQuery) -> Result<RecordPage, StoreError> {
        self.inner.list(query)
    }

    fn due(&self, now: Instant, limit: usize, after: Option<&str>) -> Result<RecordPage, StoreError> {
        let page = self.inner.due(now, limit, after);
        let meanwhile = self.after_due.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile();
        }
        page
    }

    fn event(&self, token: &TokenId, command: &str) -> Result<Option<String>, StoreError> {
        self.inner.event(token, command)
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
