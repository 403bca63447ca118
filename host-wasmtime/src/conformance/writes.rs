//! Checks compare-and-set.

use crate::conformance::at_once::at_once;
use crate::conformance::draft::{Draft, notice};
use crate::conformance::fault::{Fault, holds, same};
use crate::store::{Change, CommitOutcome, RecordRead, Store};

pub(super) fn read_back(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft::new(1);
    same("get of an unknown id", store.get(&token.id()?)?, None)?;
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    stands_as(store, &token)?;
    let renamed = Draft { name: "ERP sync 2".into(), revision: 2, ..token };
    same("an edit", store.commit(&renamed.replaced("edit")?)?, CommitOutcome::Committed)?;
    stands_as(store, &renamed)?;
    same("a delete", store.commit(&renamed.deleted("delete")?)?, CommitOutcome::Committed)?;
    same("get of a deleted id", store.get(&renamed.id()?)?, None)?;
    holds("a deleted token has no tombstone", store.tombstone(&renamed.id()?)?.is_some())
}

pub(super) fn another_revision(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft { revision: 5, ..Draft::new(1) };
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    for was in [1, 4, 6, u64::from(u32::MAX)] {
        let late = Draft { name: "too late".into(), revision: was + 1, ..token.clone() };
        let mut change = late.replaced("edit")?;
        change.claims.push(late.claim("[\"name\"]")?);
        change.notices.push(notice("late"));
        same("a write on another revision", store.commit(&change)?, CommitOutcome::Conflict)?;
        let deleted = Draft { revision: was, ..token.clone() };
        same(
            "a delete of another revision",
            store.commit(&deleted.deleted("gone")?)?,
            CommitOutcome::Conflict,
        )?;
    }
    stands_as(store, &token)?;
    nothing_else(store, &token)
}

pub(super) fn no_record(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft { revision: 4, ..Draft::new(1) };
    same("a write on nothing", store.commit(&token.replaced("edit")?)?, CommitOutcome::Conflict)?;
    same("a delete of nothing", store.commit(&token.deleted("delete")?)?, CommitOutcome::Conflict)?;
    same("get", store.get(&token.id()?)?, None)?;
    same("the trail", store.trail(&token.id()?)?.len(), 0)?;
    same("the tombstone", store.tombstone(&token.id()?)?, None)
}

/// A command by a token that was revoked in between would take effect.
pub(super) fn other_reads(store: &dyn Store) -> Result<(), Fault> {
    let (acting, token) = (Draft { revision: 3, ..Draft::new(1) }, Draft::new(2));
    same("a create", store.commit(&acting.created()?)?, CommitOutcome::Committed)?;
    let resting = |was| -> Result<Change, Fault> {
        Ok(Change { reads: vec![RecordRead { id: acting.id()?, was }], ..token.created()? })
    };
    for was in [1, 2, 4] {
        same("a change after another read", store.commit(&resting(was)?)?, CommitOutcome::Conflict)?;
    }
    same("get", store.get(&token.id()?)?, None)?;
    same("a change after the same read", store.commit(&resting(3)?)?, CommitOutcome::Committed)?;
    stands_as(store, &acting)?;
    same("events of what was only read", store.trail(&acting.id()?)?.len(), 1)?;
    same("a delete", store.commit(&acting.deleted("delete")?)?, CommitOutcome::Committed)?;
    let late = Change { reads: resting(3)?.reads, ..token.next().replaced("edit")? };
    same("a change after the read of a deleted record", store.commit(&late)?, CommitOutcome::Conflict)?;
    stands_as(store, &token)
}

/// A record that reappears with its first revision would accept writes meant for the deleted one.
pub(super) fn used_id(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft::new(1);
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    let again = token.write(0, "create again")?;
    same("a create over a record", store.commit(&again)?, CommitOutcome::Conflict)?;
    same("a delete", store.commit(&token.deleted("delete")?)?, CommitOutcome::Committed)?;
    same("a create over a tombstone", store.commit(&again)?, CommitOutcome::Conflict)?;
    let late = token.next().replaced("edit")?;
    same("a late write on a deleted token", store.commit(&late)?, CommitOutcome::Conflict)?;
    same("get", store.get(&token.id()?)?, None)
}

pub(super) fn whole_or_not_at_all(store: &dyn Store) -> Result<(), Fault> {
    let (token, other, third) = (Draft::new(1), Draft::new(2), Draft::new(3));
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    let mut holder = other.created()?;
    holder.claims.push(other.claim("taken")?);
    same("a create", store.commit(&holder)?, CommitOutcome::Committed)?;

    // The first half of each change is good; each has another fault in its second half.
    let good = || -> Result<Change, Fault> {
        let mut change = token.next().replaced("edit")?;
        change.writes.extend(third.created()?.writes);
        change.claims.push(token.claim("free")?);
        change.releases.push(other.claim("taken")?);
        change.notices.push(notice("half"));
        Ok(change)
    };
    let mut stale = good()?;
    stale.writes.extend(Draft { revision: 8, ..other.clone() }.replaced("edit")?.writes);
    same("a change with one stale write", store.commit(&stale)?, CommitOutcome::Conflict)?;
    let mut full = good()?;
    full.guards.push(token.guard(1, true));
    same("a change with a guard that fails", store.commit(&full)?, CommitOutcome::LimitReached(0))?;
    let mut taken = good()?;
    taken.releases.clear();
    taken.claims.push(token.claim("taken")?);
    same("a change with a name that is taken", store.commit(&taken)?, CommitOutcome::NotUnique(1))?;
    let mut repeated = good()?;
    repeated.events.extend(other.created()?.events);
    same("a change with an event that is there", store.commit(&repeated)?, CommitOutcome::Repeated)?;

    stands_as(store, &token)?;
    same("get of a token that was not made", store.get(&third.id()?)?, None)?;
    nothing_else(store, &token)?;
    let mut free = third.created()?;
    free.claims.push(third.claim("free")?);
    same("a claim of a name that was not taken", store.commit(&free)?, CommitOutcome::Committed)?;
    let mut kept = Draft::new(4).created()?;
    kept.claims.push(Draft::new(4).claim("taken")?);
    same("a claim of a name that was not given back", store.commit(&kept)?, CommitOutcome::NotUnique(0))
}

pub(super) fn one_of_64(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft::new(1);
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    for round in 1..=8 {
        let before = Draft { revision: round, ..token.clone() };
        let answers = at_once(64, |number| {
            let mut change = before.next().replaced(&format!("edit {round} {number}"))?;
            change.notices.push(notice(&format!("{round} {number}")));
            Ok(store.commit(&change)?)
        })?;
        one_winner(&answers, CommitOutcome::Conflict)?;
        same("events", store.trail(&token.id()?)?.len() as u64, round + 1)?;
        same("notices", store.outbox(1_000)?.len() as u64, round)?;
    }
    Ok(())
}

pub(super) fn one_creator_of_64(store: &dyn Store) -> Result<(), Fault> {
    let answers = at_once(64, |number| {
        let token = Draft { owner: format!("owner {number}"), ..Draft::new(1) };
        Ok(store.commit(&token.write(0, &format!("create {number}"))?)?)
    })?;
    one_winner(&answers, CommitOutcome::Conflict)?;
    same("events", store.trail(&Draft::new(1).id()?)?.len(), 1)
}

pub(super) fn one_winner(answers: &[CommitOutcome], others: CommitOutcome) -> Result<(), Fault> {
    same("winners", answers.iter().filter(|answer| **answer == CommitOutcome::Committed).count(), 1)?;
    same("losers", answers.iter().filter(|answer| **answer == others).count(), answers.len() - 1)
}

/// The store may reformat the text, but not change its content.
pub(super) fn stands_as(store: &dyn Store, token: &Draft) -> Result<(), Fault> {
    let found = store.get(&token.id()?)?;
    let found = found.as_deref().and_then(crate::store::Record::parse);
    let (found, wanted) = (found.as_ref().map(|record| record.as_json()), token.record()?);
    same("the record", found, Some(wanted.as_json()))
}

/// One event and no notice: only the create took effect.
fn nothing_else(store: &dyn Store, token: &Draft) -> Result<(), Fault> {
    same("events", store.trail(&token.id()?)?.len(), 1)?;
    same("notices", store.outbox(10)?.len(), 0)?;
    same("the tombstone", store.tombstone(&token.id()?)?, None)
}
