//! Checks claims.

use crate::conformance::at_once::at_once;
use crate::conformance::draft::Draft;
use crate::conformance::fault::{Fault, same};
use crate::conformance::writes::one_winner;
use crate::store::{Change, CommitOutcome, Store};

const NAME: &str = r#"["acme","personal",["name"],["ERP sync"]]"#;

fn created(token: &Draft, claim: &str) -> Result<Change, Fault> {
    let mut change = token.created()?;
    change.claims.push(token.claim(claim)?);
    Ok(change)
}

pub(super) fn one_holder(store: &dyn Store) -> Result<(), Fault> {
    let (token, other) = (Draft::new(1), Draft::new(2));
    same("a claim", store.commit(&created(&token, NAME)?)?, CommitOutcome::Committed)?;
    same("another's claim", store.commit(&created(&other, NAME)?)?, CommitOutcome::NotUnique(0))?;
    same("get of a token that was not made", store.get(&other.id()?)?, None)?;
    let mut again = token.next().replaced("edit")?;
    again.claims.push(token.claim(NAME)?);
    same("a claim of what it holds", store.commit(&again)?, CommitOutcome::Committed)?;
    // Names are compared as whole texts, case included.
    for (number, near) in [(3, &NAME[1..]), (4, &NAME.to_lowercase()), (5, &format!("{NAME} "))] {
        let near = created(&Draft::new(number), near)?;
        same("a claim of another name", store.commit(&near)?, CommitOutcome::Committed)?;
    }
    let mut both = created(&other, "a new name")?;
    both.claims.push(token.claim("a new name")?);
    same("one name for two tokens", store.commit(&both)?, CommitOutcome::NotUnique(1))
}

pub(super) fn given_back(store: &dyn Store) -> Result<(), Fault> {
    let (token, other) = (Draft::new(1), Draft::new(2));
    same("a claim", store.commit(&created(&token, NAME)?)?, CommitOutcome::Committed)?;
    same("a create", store.commit(&other.created()?)?, CommitOutcome::Committed)?;
    let mut stolen = other.next().replaced("steal")?;
    stolen.releases.push(other.claim(NAME)?);
    same("a release of what another holds", store.commit(&stolen)?, CommitOutcome::Committed)?;
    let third = created(&Draft::new(3), NAME)?;
    same("a claim after it", store.commit(&third)?, CommitOutcome::NotUnique(0))?;

    // A change releases before it claims, so a name can move.
    let mut moved = other.next().next().replaced("take over")?;
    moved.releases.push(token.claim(NAME)?);
    moved.claims.push(other.claim(NAME)?);
    same("a name that moves over", store.commit(&moved)?, CommitOutcome::Committed)?;
    same("a claim after that", store.commit(&third)?, CommitOutcome::NotUnique(0))?;
    let mut gone = other.next().next().deleted("delete")?;
    gone.releases.push(other.claim(NAME)?);
    same("a delete", store.commit(&gone)?, CommitOutcome::Committed)?;
    same("a claim of what was given back", store.commit(&third)?, CommitOutcome::Committed)
}

pub(super) fn one_of_64(store: &dyn Store) -> Result<(), Fault> {
    let answers = at_once(64, |number| Ok(store.commit(&created(&Draft::new(number), NAME)?)?))?;
    one_winner(&answers, CommitOutcome::NotUnique(0))
}
