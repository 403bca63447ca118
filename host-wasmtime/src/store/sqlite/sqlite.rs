//! A store in one SQLite file, shared with other processes and languages.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use portcullis_core::{Instant, TokenId};
use rusqlite::types::Value as Sql;
use rusqlite::{
    Connection, OptionalExtension, Params, Transaction, TransactionBehavior, named_params, params,
};

use crate::store::cursor::{due_start, foreign_cursor, most, page};
use crate::store::sqlite::commit::commit;
use crate::store::sqlite::statements;
use crate::store::{
    Change, CommitOutcome, ListQuery, Notice, Record, RecordPage, StatusFilter, Store, StoreError,
    TenantFilter, Touch,
};

/// The tables, shared with the JavaScript package.
const SCHEMA: &str = include_str!("../../../schema/sqlite.sql");
/// The version of the tables that this crate reads and writes.
const VERSION: &str = "1";
/// How long a writer waits for another one, in this process or another.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many idle connections stay open.
const IDLE: usize = 8;

/// Stores tokens in one SQLite file, which other processes may use at the same time. The stores of this crate and
/// of the JavaScript package use the same tables.
///
/// Readers do not block the writer (WAL). A commit returns when it is on disk (`synchronous = FULL`), so a
/// confirmed revocation survives a power failure. Writers take turns; one that waits for more than five seconds
/// gets a [`StoreError`]. Keep the file on a local disk: network drives do not provide the locks that SQLite
/// needs.
pub struct Sqlite {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Sqlite {
    /// Opens the file, and creates it and its tables if they are missing.
    ///
    /// # Errors
    /// The file cannot be opened or written, or its tables have another version.
    pub fn open(path: impl AsRef<Path>) -> Result<Sqlite, StoreError> {
        let sqlite = Sqlite { path: path.as_ref().into(), idle: Mutex::default() };
        sqlite.with(|connection| {
            let transaction = begin(connection)?;
            transaction.execute_batch(SCHEMA)?;
            let found: String = transaction.query_row(statements::SCHEMA, [], |row| row.get(0))?;
            if found != VERSION {
                return Err(StoreError::new("the tables are of another version; update this library"));
            }
            Ok(transaction.commit()?)
        })?;
        Ok(sqlite)
    }

    /// Runs an operation on a connection. If it fails, the connection is closed.
    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = idle().pop();
        let mut connection = match kept {
            Some(connection) => connection,
            None => connect(&self.path)?,
        };
        let result = work(&mut connection)?;
        let mut idle = idle();
        if idle.len() < IDLE {
            idle.push(connection);
        }
        Ok(result)
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(32);
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::new("the file cannot be shared: SQLite keeps no write-ahead log for it"));
    }
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF")?;
    Ok(connection)
}

/// Begins a transaction that excludes other writers, so what it reads cannot change before it writes.
fn begin(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    Ok(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
}

impl Store for Sqlite {
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.one(statements::GET, [id.as_str()])
    }

    fn commit(&self, change: &Change) -> Result<CommitOutcome, StoreError> {
        self.with(|connection| {
            let transaction = begin(connection)?;
            let verdict = commit(&transaction, change)?;
            match verdict {
                CommitOutcome::Committed => transaction.commit()?,
                CommitOutcome::Conflict
                | CommitOutcome::Repeated
                | CommitOutcome::LimitReached(_)
                | CommitOutcome::NotUnique(_) => {
                    transaction.rollback()?;
                }
            }
            Ok(verdict)
        })
    }

    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError> {
        self.with(|connection| {
            let transaction = begin(connection)?;
            let found: Option<String> = transaction
                .prepare_cached(statements::GET_AT_REVISION)?
                .query_row(params![id.as_str(), revision as i64], |row| row.get(0))
                .optional()?;
            let Some(found) = found else { return Ok(false) };
            let touched = Record::parse(&found).ok_or_else(corrupt)?.touched(touch);
            let changed = transaction
                .prepare_cached(
                    "UPDATE portcullis_tokens SET record = :record, last_used_at = :last_used_at,
                     ends_at = :ends_at, due_at = :due_at WHERE id = :id AND revision = :revision",
                )?
                .execute(named_params! {
                    ":id": id.as_str(), ":revision": revision as i64, ":record": touched.as_json(),
                    ":last_used_at": touched.last_used_at().map(Instant::millis),
                    ":ends_at": touched.ends_at().map(Instant::millis),
                    ":due_at": touched.due_at().map(Instant::millis),
                })?;
            transaction.commit()?;
            Ok(changed == 1)
        })
    }

    fn list(&self, query: &ListQuery) -> Result<RecordPage, StoreError> {
        if query.after.as_deref().is_some_and(|after| TokenId::parse(after).is_none()) {
            return Err(foreign_cursor());
        }
        let (conditions, values) = conditions(query);
        let statement = format!(
            "SELECT id AS cursor, record AS text FROM portcullis_tokens WHERE {conditions} ORDER BY id LIMIT {}",
            most(query.limit)
        );
        self.page(&statement, rusqlite::params_from_iter(values), query.limit)
    }

    fn due(&self, now: Instant, limit: usize, after: Option<&str>) -> Result<RecordPage, StoreError> {
        let (due, id) = due_start(after)?;
        self.page(statements::DUE, params![now.millis(), due, id, most(limit)], limit)
    }

    fn event(&self, token: &TokenId, command: &str) -> Result<Option<String>, StoreError> {
        self.one(statements::EVENT, [token.as_str(), command])
    }

    fn trail(&self, token: &TokenId) -> Result<Vec<String>, StoreError> {
        self.texts(statements::TRAIL, [token.as_str()])
    }

    fn tombstone(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.one(statements::TOMBSTONE, [id.as_str()])
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        let found = self.texts(statements::OUTBOX, [i64::try_from(limit).unwrap_or(i64::MAX)])?;
        found.into_iter().map(|json| Notice::parse(json).ok_or_else(corrupt)).collect()
    }

    fn acknowledge(&self, keys: &[String]) -> Result<(), StoreError> {
        self.with(|connection| {
            let transaction = begin(connection)?;
            for key in keys {
                transaction.prepare_cached(statements::ACKNOWLEDGE)?.execute([key])?;
            }
            Ok(transaction.commit()?)
        })
    }
}

impl Sqlite {
    fn one(&self, statement: &str, params: impl Params) -> Result<Option<String>, StoreError> {
        Ok(self.texts(statement, params)?.into_iter().next())
    }

    fn texts(&self, statement: &str, params: impl Params) -> Result<Vec<String>, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(statement)?;
            let rows = statement.query_map(params, |row| row.get("text"))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    fn page(&self, statement: &str, params: impl Params, limit: usize) -> Result<RecordPage, StoreError> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(statement)?;
            let rows = statement.query_map(params, |row| Ok((row.get("cursor")?, row.get("text")?)))?;
            Ok(page(rows.collect::<Result<_, _>>()?, limit))
        })
    }
}

/// The conditions of a list. Every value is a parameter, never part of the SQL.
fn conditions(query: &ListQuery) -> (String, Vec<Sql>) {
    let mut conditions = vec!["id > ?"];
    let mut values = vec![Sql::Text(query.after.clone().unwrap_or_default())];
    let mut and = |condition, value| {
        conditions.push(condition);
        values.push(value);
    };
    match &query.tenants {
        TenantFilter::Every => {}
        TenantFilter::Only(tenant) => and("tenant IS ?", tenant.clone().map_or(Sql::Null, Sql::Text)),
    }
    if let Some(owner) = &query.owner {
        and("owner = ?", Sql::Text(owner.clone()));
    }
    if let Some(kind) = &query.kind {
        and("kind = ?", Sql::Text(kind.clone()));
    }
    if let Some(before) = &query.created_before {
        and("created_at < ?", Sql::Integer(before.millis()));
    }
    let now = Sql::Integer(query.now.millis());
    match query.status {
        Some(StatusFilter::Active) => and("revoked = 0 AND (ends_at IS NULL OR ends_at > ?)", now),
        Some(StatusFilter::Ended) => and("revoked = 0 AND ends_at <= ?", now),
        Some(StatusFilter::Revoked) => and("revoked = ?", Sql::Integer(1)),
        None => {}
    }
    (conditions.join(" AND "), values)
}

fn corrupt() -> StoreError {
    StoreError::new("a record in the file cannot be read")
}

impl From<rusqlite::Error> for StoreError {
    /// SQLite's messages name tables and columns, but no values.
    fn from(error: rusqlite::Error) -> StoreError {
        StoreError::new(error)
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Sqlite({})", self.path.display())
    }
}
