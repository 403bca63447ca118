//! Commits a change to SQLite, in the steps of the contract.

use portcullis_core::{Instant, TokenId, Value};
use rusqlite::{OptionalExtension, ToSql, Transaction, params};

use crate::store::sqlite::statements;
use crate::store::{
    Change, Claim, CommitOutcome, Guard, GuardScope, Notice, RecordWrite, StoreError, TokenEvent, Tombstone,
};

type Result<T> = std::result::Result<T, StoreError>;

/// Writes the change, or returns why it cannot; the caller then rolls back.
pub(super) fn commit(transaction: &Transaction<'_>, change: &Change) -> Result<CommitOutcome> {
    for event in &change.events {
        if is_there(transaction, event)? {
            return Ok(CommitOutcome::Repeated);
        }
    }
    for read in &change.reads {
        let mut statement = transaction.prepare_cached(statements::GET_AT_REVISION)?;
        if !statement.exists(params![read.id.as_str(), read.was as i64])? {
            return Ok(CommitOutcome::Conflict);
        }
    }
    for write in &change.writes {
        if !is_as_it_was(transaction, write)? {
            return Ok(CommitOutcome::Conflict);
        }
    }
    for (number, guard) in change.guards.iter().enumerate() {
        if !holds(transaction, guard, &change.writes)? {
            return Ok(CommitOutcome::LimitReached(number));
        }
    }
    let run = |statement: &str, values: &[&dyn ToSql]| {
        Ok::<_, StoreError>(transaction.prepare_cached(statement)?.execute(values)?)
    };
    for Claim { claim, token } in &change.releases {
        run(statements::RELEASE_CLAIM, &[claim, &token.as_str()])?;
    }
    for (number, Claim { claim, token }) in change.claims.iter().enumerate() {
        if run(statements::TAKE_CLAIM, &[claim, &token.as_str()])? != 1 {
            return Ok(CommitOutcome::NotUnique(number));
        }
    }
    for write in &change.writes {
        if put(transaction, write)? != 1 {
            return Ok(CommitOutcome::Conflict);
        }
    }
    if let Some(Tombstone { id, json }) = &change.tombstone {
        run(statements::INSERT_TOMBSTONE, &[&id.as_str(), json])?;
    }
    for TokenEvent { token, sequence, command, json } in &change.events {
        run(statements::INSERT_EVENT, &[&token.as_str(), &(*sequence as i64), command, json])?;
    }
    for Notice { key, json } in &change.notices {
        run(statements::INSERT_NOTICE, &[key, json])?;
    }
    Ok(CommitOutcome::Committed)
}

fn is_there(transaction: &Transaction<'_>, event: &TokenEvent) -> Result<bool> {
    let mut statement = transaction.prepare_cached(statements::EVENT)?;
    Ok(statement.exists(params![event.token.as_str(), event.command])?)
}

fn is_as_it_was(transaction: &Transaction<'_>, write: &RecordWrite) -> Result<bool> {
    let found: Option<(i64, Option<i64>)> = transaction
        .prepare_cached("SELECT revision, last_used_at FROM portcullis_tokens WHERE id = ?1")?
        .query_row([write.id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match found {
        Some((revision, used)) => Ok(revision == write.was as i64 && used <= write.seen.map(Instant::millis)),
        None => Ok(write.was == 0 && !is_buried(transaction, &write.id)?),
    }
}

fn is_buried(transaction: &Transaction<'_>, id: &TokenId) -> Result<bool> {
    Ok(transaction.prepare_cached(statements::TOMBSTONE)?.exists([id.as_str()])?)
}

/// Stops counting at the limit.
fn holds(transaction: &Transaction<'_>, guard: &Guard, writes: &[RecordWrite]) -> Result<bool> {
    let own: Value = writes.iter().map(|write| write.id.as_str()).collect();
    let (own, now, below) = (own.to_json(), guard.now.millis(), guard.below as i64);
    let mut values: Vec<&dyn ToSql> = vec![&guard.kind, &guard.tenant, &now, &own];
    let statement = match &guard.count {
        GuardScope::Owner(owner) => {
            values.push(owner);
            statements::COUNT_OF_OWNER
        }
        GuardScope::Tenant => statements::COUNT_OF_TENANT,
    };
    values.push(&below);
    let others: i64 = transaction.prepare_cached(statement)?.query_row(&values[..], |row| row.get(0))?;
    Ok(others < below)
}

/// Writes one record, and returns how many rows changed.
fn put(transaction: &Transaction<'_>, write: &RecordWrite) -> Result<usize> {
    let (id, was) = (write.id.as_str(), write.was as i64);
    let Some(record) = &write.record else {
        return Ok(transaction.prepare_cached(statements::DELETE_RECORD)?.execute(params![id, was])?);
    };
    let (tenant, kind, owner, json) = (record.tenant(), record.kind(), record.owner(), record.as_json());
    let millis = |instant: Option<Instant>| instant.map(Instant::millis);
    let (created, ends, due) =
        (record.created_at().millis(), millis(record.ends_at()), millis(record.due_at()));
    let (used, revision, revoked) =
        (millis(record.last_used_at()), record.revision() as i64, record.is_revoked());
    let mut values: Vec<&dyn ToSql> =
        vec![&tenant, &kind, &owner, &revision, &revoked, &created, &ends, &due, &used, &json, &id];
    let statement = if was == 0 {
        statements::INSERT_RECORD
    } else {
        values.push(&was);
        statements::UPDATE_RECORD
    };
    Ok(transaction.prepare_cached(statement)?.execute(&values[..])?)
}
