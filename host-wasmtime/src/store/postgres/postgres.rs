//! A store in a PostgreSQL database, shared with other machines and languages.

use std::fmt;

use portcullis_core::{Instant, TokenId};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{NoTls, Row, Socket};

use crate::store::cursor::{due_start, foreign_cursor, most, page};
use crate::store::postgres::change::{change_json, lookup_text};
use crate::store::postgres::options::PostgresOptions;
use crate::store::postgres::query::select_page;
use crate::store::postgres::server::{Cell, Server, connector};
use crate::store::postgres::statements;
use crate::store::{Change, CommitOutcome, ListQuery, Notice, Record, RecordPage, Store, StoreError, Touch};

/// The tables, shared with the JavaScript package.
const SCHEMA: &str = include_str!("../../../schema/postgres.sql");
/// The version of the tables that this crate reads and writes.
const VERSION: &str = "1";
/// How often a touch is retried if another use came first. Each time one of them succeeds.
const TOUCHES: u32 = 100;

/// Stores tokens in a PostgreSQL database (12 or later), which other machines may use at the same time. The
/// stores of this crate and of the JavaScript package use the same tables.
///
/// A commit is one statement and one transaction, and returns when the server has it on disk. If the server does
/// not answer, the commit may or may not have happened; it is safe to give the command again under its id. No
/// error repeats the connection string, a password or a record.
///
/// You may call it from any thread, even inside an event loop: it runs its own event loop on its own thread, and
/// blocks the caller.
pub struct Postgres {
    server: Server,
}

impl Postgres {
    /// Connects to `postgres://user:password@host:5432/database`, and creates missing tables.
    ///
    /// The connection is not encrypted; with `sslmode=require` it fails. Use
    /// [`open_with_tls`](Postgres::open_with_tls) instead.
    ///
    /// # Errors
    /// The connection string is invalid, the server cannot be reached or is a replica, or its tables have another
    /// version.
    pub fn open(url: &str) -> Result<Postgres, StoreError> {
        Postgres::open_with(url, PostgresOptions::default())
    }

    /// Connects with other limits.
    ///
    /// # Errors
    /// As [`Postgres::open`].
    pub fn open_with(url: &str, options: PostgresOptions) -> Result<Postgres, StoreError> {
        Postgres::over(Server::new(url, options, connector(NoTls))?)
    }

    /// Connects over TLS, with a connector for `tokio-postgres` 0.7 such as `tokio-postgres-rustls`.
    ///
    /// # Errors
    /// As [`Postgres::open`].
    pub fn open_with_tls<T>(url: &str, options: PostgresOptions, tls: T) -> Result<Postgres, StoreError>
    where
        T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
        T::Stream: Send + 'static,
        T::TlsConnect: Send,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        Postgres::over(Server::new(url, options, connector(tls))?)
    }

    fn over(server: Server) -> Result<Postgres, StoreError> {
        let found = match server.ask(statements::SERVER, Vec::new()) {
            Err(failure) if failure.lacks_table() => {
                server.make(SCHEMA).map_err(|failure| failure.error(false))?;
                server.ask(statements::SERVER, Vec::new())
            }
            found => found,
        };
        let rows = found.map_err(|failure| failure.error(false))?;
        let row = rows.first().ok_or_else(unreadable)?;
        if column::<bool>(row, 0)? {
            let why = "this PostgreSQL server is a copy: tokens are kept on the one that is written to";
            return Err(StoreError::new(why));
        }
        if column::<String>(row, 1)? != "read committed" {
            let why =
                "default_transaction_isolation must be read committed: the connection string says otherwise";
            return Err(StoreError::new(why));
        }
        if column::<Option<String>>(row, 2)?.as_deref() != Some(VERSION) {
            return Err(StoreError::new("the tables are of another version; update this library"));
        }
        Ok(Postgres { server })
    }

    fn read(&self, statement: &str, values: Vec<Cell>) -> Result<Vec<Row>, StoreError> {
        self.server.ask(statement, values).map_err(|failure| failure.error(false))
    }

    fn write(&self, statement: &str, values: Vec<Cell>) -> Result<Vec<Row>, StoreError> {
        self.server.ask_again(statement, values).map_err(|failure| failure.error(true))
    }

    fn one(&self, statement: &str, values: Vec<Cell>) -> Result<Option<String>, StoreError> {
        self.read(statement, values)?.first().map(|row| column(row, 0)).transpose()
    }

    fn page(&self, statement: &str, values: Vec<Cell>, limit: usize) -> Result<RecordPage, StoreError> {
        let rows = self.read(statement, values)?;
        let rows = rows.iter().map(|row| Ok((column(row, 0)?, column(row, 1)?)));
        Ok(page(rows.collect::<Result<_, StoreError>>()?, limit))
    }
}

impl Store for Postgres {
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.one(statements::GET, vec![Cell::id(id)])
    }

    fn commit(&self, change: &Change) -> Result<CommitOutcome, StoreError> {
        let rows = self.write(statements::COMMIT, vec![Cell::Text(change_json(change))])?;
        let said =
            rows.first().map(|row| Ok::<_, StoreError>((column(row, 0)?, column::<Option<i32>>(row, 1)?)));
        let said: Option<(String, _)> = said.transpose()?;
        let outcome =
            said.and_then(|(word, number)| CommitOutcome::read(&word, number.map(i64::from), change));
        outcome.ok_or_else(|| {
            StoreError::new(
                "PostgreSQL answered with no outcome: it is not known whether the change was written",
            )
        })
    }

    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError> {
        let key = || vec![Cell::id(id), Cell::Number(Some(revision as i64))];
        for _ in 0..TOUCHES {
            let Some(found) = self.one(statements::GET_AT_REVISION, key())? else { return Ok(false) };
            let record = Record::parse(&found).ok_or_else(unreadable)?;
            let touched = record.touched(touch);
            if touched == record {
                return Ok(true);
            }
            let mut values = key();
            values.push(Cell::Text(found));
            for instant in [touched.last_used_at(), touched.ends_at(), touched.due_at()] {
                values.push(Cell::Number(instant.map(Instant::millis)));
            }
            values.push(Cell::Text(touched.as_json().into()));
            if self.write(statements::TOUCH, values)?.len() == 1 {
                return Ok(true);
            }
        }
        Err(StoreError::new("the token is used by so many at once that this use was not noted"))
    }

    fn list(&self, query: &ListQuery) -> Result<RecordPage, StoreError> {
        if query.after.as_deref().is_some_and(|after| TokenId::parse(after).is_none()) {
            return Err(foreign_cursor());
        }
        let (statement, values) = select_page(query);
        self.page(&statement, values, query.limit)
    }

    fn due(&self, now: Instant, limit: usize, after: Option<&str>) -> Result<RecordPage, StoreError> {
        let (due, id) = due_start(after)?;
        let values = vec![now.millis().into(), due.into(), Cell::Text(id), most(limit).into()];
        self.page(statements::DUE, values, limit)
    }

    fn event(&self, token: &TokenId, command: &str) -> Result<Option<String>, StoreError> {
        self.one(statements::EVENT, vec![Cell::id(token), Cell::Text(lookup_text(command))])
    }

    fn trail(&self, token: &TokenId) -> Result<Vec<String>, StoreError> {
        self.read(statements::TRAIL, vec![Cell::id(token)])?.iter().map(|row| column(row, 0)).collect()
    }

    fn tombstone(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.one(statements::TOMBSTONE, vec![Cell::id(id)])
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        let rows = self.read(statements::OUTBOX, vec![i64::try_from(limit).unwrap_or(i64::MAX).into()])?;
        rows.iter().map(|row| Notice::parse(column(row, 0)?).ok_or_else(unreadable)).collect()
    }

    fn acknowledge(&self, keys: &[String]) -> Result<(), StoreError> {
        let keys = keys.iter().map(|key| lookup_text(key)).collect();
        self.write(statements::ACKNOWLEDGE, vec![Cell::Texts(keys)]).map(|_| ())
    }
}

/// Reads a column. An error does not repeat the value.
fn column<'r, T: tokio_postgres::types::FromSql<'r>>(row: &'r Row, number: usize) -> Result<T, StoreError> {
    row.try_get(number).map_err(|_| unreadable())
}

fn unreadable() -> StoreError {
    StoreError::new("what is in the database cannot be read")
}

impl fmt::Debug for Postgres {
    /// Hides the address, which may hold a password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Postgres")
    }
}
