//! Checks that a command takes effect once per id.

use portcullis_core::{Bounds, Value};

use crate::conformance::at_once::at_once;
use crate::conformance::draft::{Draft, notice};
use crate::conformance::fault::{Fault, holds, same};
use crate::conformance::writes::stands_as;
use crate::store::{CommitOutcome, Store};

pub(super) fn once(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft::new(1);
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    same("the same create", store.commit(&token.created()?)?, CommitOutcome::Repeated)?;
    let second = token.next();
    same("an edit", store.commit(&second.replaced("edit")?)?, CommitOutcome::Committed)?;
    // Neither the old change nor one based on the fresh record.
    same("the same edit", store.commit(&second.replaced("edit")?)?, CommitOutcome::Repeated)?;
    let third = second.next();
    same("the edit worked out anew", store.commit(&third.replaced("edit")?)?, CommitOutcome::Repeated)?;
    stands_as(store, &second)?;

    // The same command id on another token is another command.
    let other = Draft::new(2);
    same("another create", store.commit(&other.created()?)?, CommitOutcome::Committed)?;
    same("another edit", store.commit(&other.next().replaced("edit")?)?, CommitOutcome::Committed)?;

    for (command, wanted) in [("create", true), ("edit", true), ("delete", false), ("edi", false)] {
        same("the event of a command", event(store, &token, command)?.is_some(), wanted)?;
    }
    same("a delete", store.commit(&second.deleted("delete")?)?, CommitOutcome::Committed)?;
    same("the same delete", store.commit(&second.deleted("delete")?)?, CommitOutcome::Repeated)?;
    same("the create of the dead", store.commit(&token.created()?)?, CommitOutcome::Repeated)?;
    let events = store.trail(&token.id()?)?;
    let edited = events.get(1).and_then(|event| Value::parse(event, Bounds::RECORD).ok());
    holds("a deleted token has no trail", edited.is_some())?;
    same("the event of a deleted token", event(store, &token, "edit")?, edited)?;
    same("the event of an unknown token", event(store, &Draft::new(3), "create")?, None)
}

/// The event of a command, parsed.
fn event(store: &dyn Store, token: &Draft, command: &str) -> Result<Option<Value>, Fault> {
    let event = store.event(&token.id()?, command)?;
    event
        .map(|event| Value::parse(&event, Bounds::RECORD).map_err(|_| Fault("an event is not JSON".into())))
        .transpose()
}

pub(super) fn once_of_64(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft::new(1);
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    let answers = at_once(64, |number| {
        let mut change = token.next().replaced("edit")?;
        change.notices.push(notice(&format!("{number}")));
        Ok(store.commit(&change)?)
    })?;
    same("effects", answers.iter().filter(|answer| **answer == CommitOutcome::Committed).count(), 1)?;
    same("repetitions", answers.iter().filter(|answer| **answer == CommitOutcome::Repeated).count(), 63)?;
    same("events", store.trail(&token.id()?)?.len(), 2)?;
    same("notices", store.outbox(100)?.len(), 1)
}

pub(super) fn trail(store: &dyn Store) -> Result<(), Fault> {
    let mut token = Draft::new(1);
    let other = Draft::new(2);
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    same("another create", store.commit(&other.created()?)?, CommitOutcome::Committed)?;
    // Enough events that sorting as text would put 10 before 9.
    for number in 2..=11 {
        token = token.next();
        let change = token.replaced(&format!("edit {number}"))?;
        same("an edit", store.commit(&change)?, CommitOutcome::Committed)?;
    }
    same("a delete", store.commit(&token.deleted("delete")?)?, CommitOutcome::Committed)?;
    let trail = store.trail(&token.id()?)?;
    let sequence = |event: &String| {
        Value::parse(event, Bounds::RECORD).ok().and_then(|event| event.get("sequence").cloned())
    };
    let found: Vec<_> = trail.iter().map(sequence).collect();
    same("the trail", found, (1..=12).map(|number| Some(Value::Int(number))).collect())?;
    same("another's trail", store.trail(&other.id()?)?.len(), 1)?;
    same("the trail of an unknown token", store.trail(&Draft::new(3).id()?)?.len(), 0)
}
