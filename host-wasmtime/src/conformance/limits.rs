//! Checks guards.

use crate::conformance::at_once::at_once;
use crate::conformance::draft::{Draft, at};
use crate::conformance::fault::{Fault, same};
use crate::conformance::writes::one_winner;
use crate::store::{CommitOutcome, Store};

pub(super) fn what_counts(store: &dyn Store) -> Result<(), Fault> {
    let ada = |number| Draft::new(number);
    let counting = [
        ada(1),
        Draft { locked: true, ..ada(2) },
        // It ends a moment after the guard's instant.
        Draft { ends_at: at(0).next(), ..ada(3) },
    ];
    let others = [
        Draft { revoked: true, ..ada(11) },
        Draft { ends_at: Some(at(0)), ..ada(12) },
        Draft { kind: "service".into(), ..ada(13) },
        Draft { tenant: Some("globex".into()), ..ada(14) },
        Draft { tenant: None, ..ada(15) },
        Draft { owner: "bob".into(), ..ada(16) },
    ];
    for token in counting.iter().chain(&others) {
        same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    }
    for (below, of_owner, wanted) in [
        (0, true, CommitOutcome::LimitReached(0)),
        (3, true, CommitOutcome::LimitReached(0)),
        (4, true, CommitOutcome::Committed),
        // There is one more now, and bob's counts as well.
        (5, false, CommitOutcome::LimitReached(0)),
        (6, false, CommitOutcome::Committed),
    ] {
        let token = ada(20 + below);
        let mut change = token.created()?;
        change.guards.push(token.guard(below, of_owner));
        same("a create under a guard", store.commit(&change)?, wanted)?;
    }
    let untenanted = Draft { tenant: None, ..ada(30) };
    let mut change = untenanted.created()?;
    change.guards.push(untenanted.guard(2, true));
    change.guards.push(untenanted.guard(1, false));
    same("the second of two guards", store.commit(&change)?, CommitOutcome::LimitReached(1))
}

pub(super) fn not_itself(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft { ends_at: Some(at(60)), ..Draft::new(1) };
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    let longer = Draft { ends_at: Some(at(600)), ..token.next() };
    let mut change = longer.replaced("extend")?;
    change.guards.push(token.guard(1, true));
    same("a write under a guard", store.commit(&change)?, CommitOutcome::Committed)
}

/// LIF-06: a limit of ten per owner; the owner has nine, and 64 more are created at once.
pub(super) fn one_place_of_64(store: &dyn Store) -> Result<(), Fault> {
    for number in 1..=9 {
        same("a create", store.commit(&Draft::new(number).created()?)?, CommitOutcome::Committed)?;
    }
    let answers = at_once(64, |number| {
        let token = Draft::new(100 + number);
        let mut change = token.created()?;
        change.guards.push(token.guard(10, true));
        Ok(store.commit(&change)?)
    })?;
    one_winner(&answers, CommitOutcome::LimitReached(0))
}

/// LIF-06: a limit of twenty per tenant; the tenant has nineteen, and 64 owners create one at once.
pub(super) fn tenant_of_64(store: &dyn Store) -> Result<(), Fault> {
    for number in 1..=19 {
        let token = Draft { owner: format!("owner {number}"), ..Draft::new(number) };
        same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    }
    let answers = at_once(64, |number| {
        let token = Draft { owner: format!("other {number}"), ..Draft::new(100 + number) };
        let mut change = token.created()?;
        change.guards.extend([token.guard(10, true), token.guard(20, false)]);
        Ok(store.commit(&change)?)
    })?;
    one_winner(&answers, CommitOutcome::LimitReached(1))
}
