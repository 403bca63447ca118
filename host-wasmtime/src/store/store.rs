//! The contract of a store.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use portcullis_core::{Instant, TokenId};

use crate::store::change::{Change, Notice};
use crate::store::query::{ListQuery, RecordPage};
use crate::store::touch::Touch;

/// Stores records, events, claims and notices, and writes them all together or not at all.
///
/// A store decides nothing. The rules work out a change before [`commit`](Store::commit) is called; the store
/// checks that it still applies, and writes it. It is called from many threads at once, so an adapter with a
/// connection pool takes one connection per call.
///
/// Arguments are typed, so an adapter finds its columns; results are the JSON text as written. The [conformance
/// suite](crate::conformance) checks an adapter against everything below.
pub trait Store: Send + Sync {
    /// The record with that id, as JSON text.
    ///
    /// A false `None` denies a good token and does no other harm: a create under that id is a conflict. A stale
    /// record lets a revoked token pass. A replica therefore adds its delay to every revocation, and must never
    /// serve commands.
    ///
    /// # Errors
    /// The store failed. That is not `None`: the request is answered with 503.
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError>;

    /// Writes a change, all of it or nothing, in this order:
    ///
    /// 1. An event of the same token and command exists: [`CommitOutcome::Repeated`].
    /// 2. A record is not at the revision that was read, or that the write replaces (0: no record and no tombstone), or was used
    ///    later than the write knows: [`CommitOutcome::Conflict`].
    /// 3. A guard does not hold: [`CommitOutcome::LimitReached`].
    /// 4. The releases, then the claims; another token holds one: [`CommitOutcome::NotUnique`].
    /// 5. Records, tombstone, events. Notices go to the outbox unless their key exists.
    ///
    /// A false `Committed` loses a revocation, or hands out a secret that no record has. A false `Conflict` costs
    /// another try; after three the caller has to retry.
    ///
    /// # Errors
    /// The change may or may not be written. It is safe to give the same command again under the same id.
    fn commit(&self, change: &Change) -> Result<CommitOutcome, StoreError>;

    /// Records a use of the token, if its record is at that revision. A use is not a command: it writes no event,
    /// and the revision stays.
    ///
    /// If `last_used_at` is later than the record's, it replaces that one together with `ends_at` and `due_at`.
    /// `secret_used_at` replaces an earlier one independently. Absent fields change nothing. Returns whether the
    /// record was at that revision, even if no field was later.
    ///
    /// A lost use makes an idle token expire too early.
    ///
    /// # Errors
    /// The store failed.
    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError>;

    /// The records that match a query, ordered by id, one page at a time.
    ///
    /// # Errors
    /// The store failed, or the cursor is from another store.
    fn list(&self, query: &ListQuery) -> Result<RecordPage, StoreError>;

    /// At most `limit` records whose `dueAt` has passed, ordered by `dueAt` and then by id.
    ///
    /// It must read only what is due, however many records there are. A record that is left out keeps a token
    /// alive past its end, or loses a reminder.
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

    /// All events of a token in order, as JSON text. They outlive the record.
    ///
    /// # Errors
    /// The store failed.
    fn trail(&self, token: &TokenId) -> Result<Vec<String>, StoreError>;

    /// The tombstone of a deleted token, as JSON text.
    ///
    /// # Errors
    /// The store failed.
    fn tombstone(&self, id: &TokenId) -> Result<Option<String>, StoreError>;

    /// The oldest notices that were not acknowledged, at most `limit`, in the order of their commits. Reading
    /// removes nothing: after a crash before the acknowledgement they are returned again.
    ///
    /// # Errors
    /// The store failed.
    fn outbox(&self, limit: usize) -> Result<Vec<Notice>, StoreError>;

    /// Removes notices from the outbox by their keys. Unknown keys are ignored.
    ///
    /// # Errors
    /// The store failed; some may be removed.
    fn acknowledge(&self, keys: &[String]) -> Result<(), StoreError>;
}

/// The outcome of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a change that was not committed has not happened"]
pub enum CommitOutcome {
    /// Everything is written.
    Committed,
    /// A record has changed since it was read. Nothing is written.
    Conflict,
    /// The command took effect earlier. Nothing is written.
    Repeated,
    /// The guard at this index does not hold. Nothing is written.
    LimitReached(usize),
    /// Another token holds the claim at this index. Nothing is written.
    NotUnique(usize),
}

#[cfg(any(feature = "postgres", feature = "redis"))]
impl CommitOutcome {
    /// The word of a server's script, and the number of the guard or claim that failed.
    pub(super) fn read(word: &str, number: Option<i64>, change: &Change) -> Option<CommitOutcome> {
        let number = number.and_then(|number| usize::try_from(number).ok());
        match (word, number) {
            ("committed", _) => Some(CommitOutcome::Committed),
            ("conflict", _) => Some(CommitOutcome::Conflict),
            ("repeated", _) => Some(CommitOutcome::Repeated),
            ("limit_reached", Some(guard)) if guard < change.guards.len() => {
                Some(CommitOutcome::LimitReached(guard))
            }
            ("not_unique", Some(claim)) if claim < change.claims.len() => {
                Some(CommitOutcome::NotUnique(claim))
            }
            (_, _) => None,
        }
    }
}

/// The store failed: it is unreachable, full, or holds data that it cannot read.
///
/// An adapter wraps its driver's error. The error's text goes to logs, so it must not repeat values.
#[derive(Debug)]
pub struct StoreError(Box<dyn Error + Send + Sync>);

impl StoreError {
    /// Wraps the driver's error, or a sentence that says what is wrong.
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
