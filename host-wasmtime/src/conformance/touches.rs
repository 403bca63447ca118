//! Checks touches.

use portcullis_core::Instant;

use crate::conformance::at_once::at_once;
use crate::conformance::draft::{Draft, at};
use crate::conformance::fault::{Fault, holds, same};
use crate::conformance::writes::stands_as;
use crate::store::{CommitOutcome, Record, Store, Touch};

/// A use at a second, and the deadlines that follow from it.
fn used(seconds: u32) -> Touch {
    let [ends_at, due_at] = [seconds + 1_000, seconds + 500].map(|seconds| Some(at(seconds)));
    Touch { last_used_at: at(seconds), secret_used_at: Some(at(seconds)), ends_at, due_at }
}

/// The record's `lastUsedAt`, `secretUsedAt`, `endsAt` and `dueAt`.
fn clocks(store: &dyn Store, token: &Draft) -> Result<[Option<Instant>; 4], Fault> {
    let text = store.get(&token.id()?)?.ok_or_else(|| Fault("the record is gone".into()))?;
    let record = Record::parse(&text).ok_or_else(|| Fault("the record cannot be read".into()))?;
    Ok([record.last_used_at(), record.secret_used_at(), record.ends_at(), record.due_at()])
}

pub(super) fn later(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft { ends_at: Some(at(50)), due_at: Some(at(40)), ..Draft::new(1) };
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    let id = token.id()?;
    holds("a first use is not noted", store.touch(&id, 1, &used(100))?)?;
    let noted = [100, 100, 1_100, 600].map(|seconds| Some(at(seconds)));
    same("the clocks", clocks(store, &token)?, noted)?;
    holds("an earlier use at the same revision is no stale one", store.touch(&id, 1, &used(99))?)?;
    same("the clocks after an earlier use", clocks(store, &token)?, noted)?;

    // The use is older than the last one, but its `secret_used_at` is later.
    let of_secret = Touch { secret_used_at: Some(at(200)), ..used(50) };
    holds("a use is not noted", store.touch(&id, 1, &of_secret)?)?;
    let noted = [100, 200, 1_100, 600].map(|seconds| Some(at(seconds)));
    same("the clocks after news of the secret", clocks(store, &token)?, noted)?;
    let bare = Touch { last_used_at: at(300), secret_used_at: None, ends_at: None, due_at: None };
    holds("a use is not noted", store.touch(&id, 1, &bare)?)?;
    let noted = [300, 200, 1_100, 600].map(|seconds| Some(at(seconds)));
    same("the clocks after a use that says nothing of them", clocks(store, &token)?, noted)?;
    same("events", store.trail(&id)?.len(), 1)?;
    let due = store.due(at(599), 10, None)?.records.len() + store.due(at(600), 10, None)?.records.len();
    same("what is due follows the clock", due, 1)
}

pub(super) fn another_revision(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft { revision: 2, ..Draft::new(1) };
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    for revision in [0, 1, 3] {
        same("a use on another revision", store.touch(&token.id()?, revision, &used(100))?, false)?;
    }
    same("a use of an unknown token", store.touch(&Draft::new(2).id()?, 1, &used(100))?, false)?;
    stands_as(store, &token)
}

pub(super) fn latest_of_64(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft::new(1);
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    let id = token.id()?;
    at_once(64, |number| {
        // Not in the order of the threads.
        let seconds = 100 + (number as u32 * 37) % 64;
        holds("a use is not noted", store.touch(&id, 1, &used(seconds))?)
    })?;
    same("the clocks", clocks(store, &token)?, [163, 163, 1_163, 663].map(|seconds| Some(at(seconds))))
}

/// A command that did not see a use would reset the deadlines, or delete an idle token that is in use again.
pub(super) fn unseen(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft { last_used_at: Some(at(10)), ..Draft::new(1) };
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    let (edit, delete) = (token.next().replaced("edit")?, token.deleted("delete")?);
    holds("a use is not noted", store.touch(&token.id()?, 1, &used(20))?)?;
    same("an edit that has not seen a use", store.commit(&edit)?, CommitOutcome::Conflict)?;
    same("a delete that has not seen a use", store.commit(&delete)?, CommitOutcome::Conflict)?;
    let seen = Draft { last_used_at: Some(at(20)), ..token.next() };
    same("an edit that has seen it", store.commit(&seen.replaced("edit")?)?, CommitOutcome::Committed)
}
