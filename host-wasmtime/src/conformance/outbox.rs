//! Checks notices.

use crate::conformance::draft::{Draft, notice};
use crate::conformance::fault::{Fault, same};
use crate::store::{Change, CommitOutcome, Store};

fn keys(store: &dyn Store, limit: usize) -> Result<Vec<String>, Fault> {
    Ok(store.outbox(limit)?.into_iter().map(|notice| notice.key).collect())
}

pub(super) fn with_its_change(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft::new(1);
    let mut change = token.created()?;
    change.notices.push(notice("first"));
    same("a create", store.commit(&change)?, CommitOutcome::Committed)?;
    same("the outbox", store.outbox(10)?, vec![notice("first")])?;
    let mut stale = Draft { revision: 7, ..token.clone() }.replaced("edit")?;
    stale.notices.push(notice("second"));
    same("a stale write", store.commit(&stale)?, CommitOutcome::Conflict)?;
    let mut repeated = change.clone();
    repeated.notices.push(notice("third"));
    same("a repetition", store.commit(&repeated)?, CommitOutcome::Repeated)?;
    same("the outbox", store.outbox(10)?, vec![notice("first")])?;
    // A refusal writes no record, but may raise a notice.
    let alarm = Change { notices: vec![notice("alarm")], ..Change::default() };
    same("a change of notices alone", store.commit(&alarm)?, CommitOutcome::Committed)?;
    same("the outbox", keys(store, 10)?, vec!["first".into(), "alarm".into()])
}

pub(super) fn until_acknowledged(store: &dyn Store) -> Result<(), Fault> {
    let mut change = Draft::new(1).created()?;
    // In the order of the commit, not of the alphabet.
    let all: Vec<String> = (0..12).rev().map(|number| format!("notice {number}")).collect();
    change.notices.extend(all.iter().map(|key| notice(key)));
    same("a create", store.commit(&change)?, CommitOutcome::Committed)?;
    same("the first three", keys(store, 3)?, all[..3].to_vec())?;
    same("the first three, read again", keys(store, 3)?, all[..3].to_vec())?;
    store.acknowledge(&[all[0].clone(), all[2].clone(), "unknown".into()])?;
    store.acknowledge(&[])?;
    let mut left = all[3..].to_vec();
    left.insert(0, all[1].clone());
    same("what is left", keys(store, 100)?, left.clone())?;
    store.acknowledge(&left)?;
    store.acknowledge(&left)?;
    same("what is left at the end", keys(store, 100)?.len(), 0)
}

pub(super) fn once(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft::new(1);
    let mut change = token.created()?;
    change.notices.extend([notice("a"), notice("a"), notice("A")]);
    same("a create", store.commit(&change)?, CommitOutcome::Committed)?;
    let mut second = token.next().replaced("edit")?;
    second.notices.extend([notice("b"), notice("a")]);
    same("an edit", store.commit(&second)?, CommitOutcome::Committed)?;
    same("the outbox", keys(store, 10)?, ["a", "A", "b"].map(String::from).to_vec())
}
