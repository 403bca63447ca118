//! A store in a Redis server, shared with other machines and languages.

use std::fmt;

use portcullis_core::{Instant, TokenId, Value};

use crate::store::cursor::{foreign_cursor, page, read_due_cursor};
use crate::store::{Change, CommitOutcome, ListQuery, Notice, Record, RecordPage, Store, StoreError, Touch};

use crate::base::fields::object;
use crate::store::redis::change::{change_input, list_input, millis, row, text};
use crate::store::redis::connection::{Reply, unreadable};
use crate::store::redis::options::RedisOptions;
use crate::store::redis::pool::Pool;

/// How often a touch is retried if another use came in between. Each retry means that another one succeeded.
const TRIES: usize = 100;

/// Stores tokens in one Redis server, which other machines may use at the same time. The stores of this crate and
/// of the JavaScript package use the same keys and the same script.
///
/// By default Redis can lose data. This store refuses a server that could lose confirmed writes, and names the
/// setting to change. It checks each new connection, but does not monitor the server. A failover can lose the
/// last confirmed writes. At most 16 connections are open at a time. For `rediss://` enable a TLS feature of the
/// crate `redis`.
pub struct Redis {
    pool: Pool,
}

impl Redis {
    /// Opens the server at `redis://…` with the default options.
    ///
    /// # Errors
    /// As [`Redis::open_with`].
    pub fn open(url: &str) -> Result<Redis, StoreError> {
        Redis::open_with(url, RedisOptions::default())
    }

    /// Opens the server at `redis://…`.
    ///
    /// # Errors
    /// The server cannot be reached, could lose confirmed writes, or holds keys of another version.
    pub fn open_with(url: &str, options: RedisOptions) -> Result<Redis, StoreError> {
        if options.prefix.is_empty() || options.prefix.contains(['{', '}']) {
            return Err(StoreError::new("the prefix must not be empty, and hold no brace"));
        }
        let redis = Redis { pool: Pool::open(url, options)? };
        redis.pool.line(|_| Ok(()))?;
        Ok(redis)
    }

    fn page(
        &self,
        operation: &str,
        ask: Vec<(String, Value)>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<RecordPage, StoreError> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut more = after.map(String::from);
        loop {
            let want = limit.saturating_add(1).saturating_sub(found.len());
            let mut ask = ask.clone();
            ask.push(("want".into(), count(want)));
            ask.extend(more.take().map(|after| ("after".into(), after.into())));
            let mut reply = self.run(operation, Value::Map(ask))?.items()?.into_iter();
            more = reply.next().map(Reply::text).transpose()?.flatten();
            found.extend(pairs(reply)?);
            if more.is_none() || found.len() > limit {
                break;
            }
        }
        Ok(page(found, limit))
    }

    /// Runs one operation of the script atomically.
    fn run(&self, operation: &str, ask: Value) -> Result<Reply, StoreError> {
        self.pool.line(|line| line.run(operation, &ask))
    }
}

impl Store for Redis {
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.pool.line(|line| line.record(id.as_str()))?.text()
    }

    fn commit(&self, change: &Change) -> Result<CommitOutcome, StoreError> {
        let plan = change_input(change);
        let reply = self.pool.line(|line| line.commit(plan))?;
        let mut reply = reply.items()?.into_iter();
        let word = reply.next().map(Reply::text).transpose()?.flatten();
        let number = reply.next().map(Reply::number).transpose()?;
        let outcome = word.and_then(|word| CommitOutcome::read(&word, number, change));
        outcome.ok_or_else(|| StoreError::new("the server did not say what became of the change"))
    }

    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError> {
        for _ in 0..TRIES {
            let Some(found) = self.get(id)? else { return Ok(false) };
            let record = Record::parse(&found).ok_or_else(unreadable)?;
            if record.revision() != revision {
                return Ok(false);
            }
            let touched = record.touched(touch);
            if touched == record {
                return Ok(true);
            }
            let ask = object([
                ("id", Some(id.as_str().into())),
                ("used", record.last_used_at().map(millis)),
                ("secret", record.secret_used_at().map(millis)),
                ("row", Some(row(&touched))),
            ]);
            match self.run("touch", ask)?.text()?.as_deref() {
                Some("noted") => return Ok(true),
                Some("again") => {}
                Some("gone") => return Ok(false),
                Some(_) | None => {
                    return Err(StoreError::new("the server did not say whether a use was noted"));
                }
            }
        }
        Err(StoreError::new("the token is used so often that this use could not be noted"))
    }

    fn list(&self, query: &ListQuery) -> Result<RecordPage, StoreError> {
        if query.after.as_deref().is_some_and(|after| TokenId::parse(after).is_none()) {
            return Err(foreign_cursor());
        }
        self.page("list", list_input(query), query.after.as_deref(), query.limit)
    }

    fn due(&self, now: Instant, limit: usize, after: Option<&str>) -> Result<RecordPage, StoreError> {
        if after.is_some_and(|after| read_due_cursor(after).is_none()) {
            return Err(foreign_cursor());
        }
        self.page("due", vec![("now".into(), millis(now))], after, limit)
    }

    fn event(&self, token: &TokenId, command: &str) -> Result<Option<String>, StoreError> {
        let ask = object([("token", text(token.as_str())), ("command", text(command))]);
        self.run("event", ask)?.text()
    }

    fn trail(&self, token: &TokenId) -> Result<Vec<String>, StoreError> {
        self.run("trail", object([("token", text(token.as_str()))]))?.texts()
    }

    fn tombstone(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.run("tombstone", object([("id", text(id.as_str()))]))?.text()
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        let found = self.run("outbox", object([("limit", Some(count(limit)))]))?.items()?;
        Ok(pairs(found.into_iter())?.into_iter().map(|(key, json)| Notice { key, json }).collect())
    }

    fn acknowledge(&self, keys: &[String]) -> Result<(), StoreError> {
        let keys = keys.iter().map(|key| key.as_str().into()).collect();
        self.run("acknowledge", object([("keys", Some(Value::List(keys)))]))?;
        Ok(())
    }
}

/// A limit that fits the server's integers.
fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX).min(1_000_000_000))
}

/// Pairs of consecutive items.
fn pairs(mut replies: impl Iterator<Item = Reply>) -> Result<Vec<(String, String)>, StoreError> {
    let mut pairs = Vec::new();
    while let Some(first) = replies.next() {
        let second = replies.next().map(Reply::text).transpose()?.flatten();
        pairs.push((first.text()?.ok_or_else(unreadable)?, second.ok_or_else(unreadable)?));
    }
    Ok(pairs)
}

impl fmt::Debug for Redis {
    /// Hides the URL, which may hold a password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Redis({})", self.pool.prefix())
    }
}
