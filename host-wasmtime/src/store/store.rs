//! What a store must do.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use portcullis_core::{Instant, TokenId};

use crate::store::change::{Change, Notice};
use crate::store::query::{ListQuery, RecordPage};
use crate::store::touch::Touch;

/// Keeps records, events, claims and notices, and writes them together or not at all.
///
/// A store decides nothing. What may happen to a token was worked out before [`commit`](Store::commit)
/// is called; the store says whether it still holds, and writes it. It is called from many threads at
/// once, so an adapter over a pool of connections takes one for each call.
///
/// What goes in is typed, so that an adapter finds its columns; what comes out is the JSON text that
/// went in. The [conformance suite](crate::conformance) holds any adapter to everything that is said here.
pub trait Store: Send + Sync {
    /// The record with that id, as JSON text.
    ///
    /// A false "none" denies a good token, and lets nothing else happen: a create under that id is a
    /// conflict. A record that is older than the newest committed one lets a revoked token pass, so a
    /// read copy adds its delay to how long a revocation takes; it must never serve commands.
    ///
    /// # Errors
    /// The store failed. That is no "none": the request is answered with 503.
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError>;

    /// Writes a change, all of it or nothing, in this order:
    ///
    /// 1. One of its events is there already, by token and command: [`CommitOutcome::Repeated`].
    /// 2. A record is not at the revision that its write replaces (0: no record and no tombstone), or
    ///    was used later than its write has seen: [`CommitOutcome::Conflict`].
    /// 3. A guard does not hold: [`CommitOutcome::LimitReached`].
    /// 4. The releases, then the claims; one is held by another token: [`CommitOutcome::NotUnique`].
    /// 5. Records, tombstone, events; notices go to the outbox unless their key is there.
    ///
    /// A false `Committed` loses a revocation or hands out a secret that no record knows; a false
    /// `Conflict` costs another try, and after three the caller is told to come again.
    ///
    /// # Errors
    /// Whether it was written is not known, or nothing was. A caller who gives the same command again,
    /// under the same id, is safe.
    fn commit(&self, change: &Change) -> Result<CommitOutcome, StoreError>;

    /// Notes a use of the token, if its record is at that revision. It is no command: there is no event,
    /// and the revision stays.
    ///
    /// When `last_used_at` is later than the record's, it, `ends_at` and `due_at` are taken over together;
    /// `secret_used_at` is taken over by itself when it is later. Whatever is absent stays as it is. The
    /// answer is whether the record was at that revision, not whether anything was later.
    ///
    /// A use that is lost makes an idle clock run out too early.
    ///
    /// # Errors
    /// The store failed.
    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError>;

    /// The records that a query asks for, ordered by id, a page at a time.
    ///
    /// # Errors
    /// The store failed, or the cursor is not one of its own.
    fn list(&self, query: &ListQuery) -> Result<RecordPage, StoreError>;

    /// The records whose `dueAt` has come, ordered by it and then by id, at most `limit` of them.
    ///
    /// It reads what is due and no more, however many records there are. A false "none" keeps a token
    /// alive that time should have ended, or a reminder from being sent.
    ///
    /// # Errors
    /// As [`Store::list`].
    fn due(&self, now: Instant, limit: usize, after: Option<&str>) -> Result<RecordPage, StoreError>;

    /// The event that a command led to on a token, as JSON text; `None` if the command never took effect on it.
    ///
    /// It is one indexed look-up, however long the trail is, and it works for deleted tokens too.
    ///
    /// # Errors
    /// The store failed.
    fn event(&self, token: &TokenId, command: &str) -> Result<Option<String>, StoreError>;

    /// Every event of a token in its order, as JSON text. They outlive the record.
    ///
    /// # Errors
    /// The store failed.
    fn trail(&self, token: &TokenId) -> Result<Vec<String>, StoreError>;

    /// What is left of a deleted token, as JSON text.
    ///
    /// # Errors
    /// The store failed.
    fn tombstone(&self, id: &TokenId) -> Result<Option<String>, StoreError>;

    /// The oldest notices that were not acknowledged, at most `limit`, in the order in which they were
    /// committed. Reading changes nothing: after a crash before the acknowledgement they are found again.
    ///
    /// # Errors
    /// The store failed.
    fn outbox(&self, limit: usize) -> Result<Vec<Notice>, StoreError>;

    /// Drops notices from the outbox by their keys; unknown keys are no error.
    ///
    /// # Errors
    /// The store cannot say; some may be gone.
    fn acknowledge(&self, keys: &[String]) -> Result<(), StoreError>;
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a change that was not committed has not happened"]
pub enum CommitOutcome {
    /// All of it is written.
    Committed,
    /// A record is another one by now. Nothing is written.
    Conflict,
    /// The command took effect before. Nothing is written.
    Repeated,
    /// The guard with this number does not hold. Nothing is written.
    LimitReached(usize),
    /// The claim with this number is held by another token. Nothing is written.
    NotUnique(usize),
}

/// The store did not do its work: it is unreachable, full, or holds something that it cannot read.
///
/// An adapter wraps the error of its driver. That error's text goes to logs; it must not repeat values.
#[derive(Debug)]
pub struct StoreError(Box<dyn Error + Send + Sync>);

impl StoreError {
    /// Wraps the driver's error, or says in a sentence what is wrong.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
        StoreError(error.into())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the store failed: {}", self.0)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        (**self).get(id)
    }

    fn commit(&self, change: &Change) -> Result<CommitOutcome, StoreError> {
        (**self).commit(change)
    }

    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError> {
        (**self).touch(id, revision, touch)
    }

    fn list(&self, query: &ListQuery) -> Result<RecordPage, StoreError> {
        (**self).list(query)
    }

    fn due(&self, now: Instant, limit: usize, after: Option<&str>) -> Result<RecordPage, StoreError> {
        (**self).due(now, limit, after)
    }

    fn event(&self, token: &TokenId, command: &str) -> Result<Option<String>, StoreError> {
        (**self).event(token, command)
    }

    fn trail(&self, token: &TokenId) -> Result<Vec<String>, StoreError> {
        (**self).trail(token)
    }

    fn tombstone(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        (**self).tombstone(id)
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        (**self).outbox(limit)
    }

    fn acknowledge(&self, keys: &[String]) -> Result<(), StoreError> {
        (**self).acknowledge(keys)
    }
}
