//! A change written by SQLite, step by step as the contract has it.

use portcullis_core::{Instant, TokenId};
use rusqlite::{OptionalExtension, Transaction, named_params, params};

use crate::store::{Change, Claim, Commit, Count, Event, Guard, StoreError, Write};

type Result<T> = std::result::Result<T, StoreError>;

/// Writes the change, or says why not; then the transaction is to be rolled back.
pub(super) fn commit(transaction: &Transaction<'_>, change: &Change) -> Result<Commit> {
    for event in &change.events {
        if is_there(transaction, event)? {
            return Ok(Commit::Repeated);
        }
    }
    for write in &change.writes {
        if !is_as_it_was(transaction, write)? {
            return Ok(Commit::Conflict);
        }
    }
    for (number, guard) in change.guards.iter().enumerate() {
        if !holds(transaction, guard, &change.writes)? {
            return Ok(Commit::LimitReached(number));
        }
    }
    for claim in &change.releases {
        transaction
            .prepare_cached("DELETE FROM portcullis_claims WHERE claim = ?1 AND token = ?2")?
            .execute(params![claim.claim, claim.token.as_str()])?;
    }
    for (number, claim) in change.claims.iter().enumerate() {
        if !take(transaction, claim)? {
            return Ok(Commit::NotUnique(number));
        }
    }
    for write in &change.writes {
        if !put(transaction, write)? {
            return Ok(Commit::Conflict);
        }
    }
    if let Some(tombstone) = &change.tombstone {
        transaction
            .prepare_cached("INSERT INTO portcullis_tombstones (id, tombstone) VALUES (?1, ?2)")?
            .execute(params![tombstone.id.as_str(), tombstone.json])?;
    }
    for event in &change.events {
        transaction
            .prepare_cached(
                "INSERT INTO portcullis_events (token, sequence, command, event) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![event.token.as_str(), event.sequence as i64, event.command, event.json])?;
    }
    for notice in &change.notices {
        transaction
            .prepare_cached("INSERT OR IGNORE INTO portcullis_outbox (key, notice) VALUES (?1, ?2)")?
            .execute(params![notice.key, notice.json])?;
    }
    Ok(Commit::Committed)
}

fn is_there(transaction: &Transaction<'_>, event: &Event) -> Result<bool> {
    let mut statement =
        transaction.prepare_cached("SELECT 1 FROM portcullis_events WHERE token = ?1 AND command = ?2")?;
    Ok(statement.exists(params![event.token.as_str(), event.command])?)
}

fn is_as_it_was(transaction: &Transaction<'_>, write: &Write) -> Result<bool> {
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
    let mut statement = transaction.prepare_cached("SELECT 1 FROM portcullis_tombstones WHERE id = ?1")?;
    Ok(statement.exists([id.as_str()])?)
}

/// Counts no further than it must.
fn holds(transaction: &Transaction<'_>, guard: &Guard, writes: &[Write]) -> Result<bool> {
    let now = guard.now.millis();
    let (mut statement, owner) = match &guard.count {
        Count::Owner(owner) => (
            transaction.prepare_cached(
                "SELECT id FROM portcullis_tokens WHERE tenant IS ?1 AND kind = ?2 AND owner = ?4
             AND revoked = 0 AND (ends_at IS NULL OR ends_at > ?3)",
            )?,
            Some(owner),
        ),
        Count::Tenant => (
            transaction.prepare_cached(
                "SELECT id FROM portcullis_tokens WHERE tenant IS ?1 AND kind = ?2
             AND revoked = 0 AND (ends_at IS NULL OR ends_at > ?3)",
            )?,
            None,
        ),
    };
    let mut rows = match owner {
        Some(owner) => statement.query(params![guard.tenant, guard.kind, now, owner])?,
        None => statement.query(params![guard.tenant, guard.kind, now])?,
    };
    let mut others = 0;
    while others < guard.below {
        let Some(row) = rows.next()? else { return Ok(true) };
        let id: String = row.get(0)?;
        others += u64::from(!writes.iter().any(|write| write.id.as_str() == id));
    }
    Ok(false)
}

/// Takes a name, unless another token holds it.
fn take(transaction: &Transaction<'_>, claim: &Claim) -> Result<bool> {
    transaction
        .prepare_cached("INSERT OR IGNORE INTO portcullis_claims (claim, token) VALUES (?1, ?2)")?
        .execute(params![claim.claim, claim.token.as_str()])?;
    let holder: String = transaction
        .prepare_cached("SELECT token FROM portcullis_claims WHERE claim = ?1")?
        .query_row([&claim.claim], |row| row.get(0))?;
    Ok(holder == claim.token.as_str())
}

/// Writes one record, and sees that it was one.
fn put(transaction: &Transaction<'_>, write: &Write) -> Result<bool> {
    let Some(record) = &write.record else {
        let changed = transaction
            .prepare_cached("DELETE FROM portcullis_tokens WHERE id = ?1 AND revision = ?2")?
            .execute(params![write.id.as_str(), write.was as i64])?;
        return Ok(changed == 1);
    };
    let mut statement = transaction.prepare_cached(if write.was == 0 {
        "INSERT INTO portcullis_tokens (id, tenant, kind, owner, revision, revoked, created_at, ends_at,
         due_at, last_used_at, record) VALUES (:id, :tenant, :kind, :owner, :revision, :revoked, :created_at,
         :ends_at, :due_at, :last_used_at, :record)"
    } else {
        "UPDATE portcullis_tokens SET tenant = :tenant, kind = :kind, owner = :owner, revision = :revision,
         revoked = :revoked, created_at = :created_at, ends_at = :ends_at, due_at = :due_at,
         last_used_at = :last_used_at, record = :record WHERE id = :id"
    })?;
    let changed = statement.execute(named_params! {
        ":id": record.id().as_str(), ":tenant": record.tenant(), ":kind": record.kind(),
        ":owner": record.owner(), ":revision": record.revision() as i64, ":revoked": record.is_revoked(),
        ":created_at": record.created_at().millis(), ":ends_at": record.ends_at().map(Instant::millis),
        ":due_at": record.due_at().map(Instant::millis),
        ":last_used_at": record.last_used_at().map(Instant::millis), ":record": record.as_json(),
    })?;
    Ok(changed == 1)
}
