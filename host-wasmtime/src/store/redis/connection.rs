//! One connection to the server.

use std::time::Duration;

use portcullis_core::Value;
use redis::{Client, Connection, ConnectionLike, RedisError};

use crate::store::StoreError;

/// The script for all atomic operations, shared with the JavaScript package.
const SCRIPT: &str = include_str!("../../../schema/redis.lua");
/// A connection to a server that was checked and has loaded the script.
pub(super) struct ServerConnection {
    connection: Connection,
    base: String,
    digest: String,
    replicas: u32,
    timeout: Duration,
}

/// The server's reply.
pub(super) struct Reply(redis::Value);

impl ServerConnection {
    pub(super) fn connect(
        client: &Client,
        base: String,
        replicas: Option<u32>,
        timeout: Duration,
    ) -> Result<ServerConnection, StoreError> {
        let connection = client.get_connection_with_timeout(timeout).map_err(told)?;
        connection.set_read_timeout(Some(timeout)).map_err(told)?;
        connection.set_write_timeout(Some(timeout)).map_err(told)?;
        Ok(ServerConnection {
            connection,
            base,
            digest: String::new(),
            replicas: replicas.unwrap_or(0),
            timeout,
        })
    }

    /// Loads the script, and checks the version of the keys.
    pub(super) fn load_script(&mut self) -> Result<(), StoreError> {
        self.digest = self.send(&["SCRIPT", "LOAD", SCRIPT])?.text()?.ok_or_else(unreadable)?;
        let versions = self.run("open", &Value::Map(Vec::new()))?.texts()?;
        if versions.first() != versions.last() {
            return Err(StoreError::new("the keys are of another version; update this library"));
        }
        Ok(())
    }

    /// Whether the connection still works.
    pub(super) fn stands(&mut self) -> bool {
        self.connection.check_connection()
    }

    /// Sends one command.
    pub(super) fn send(&mut self, words: &[&str]) -> Result<Reply, StoreError> {
        self.command(words).map_err(told)
    }

    fn command(&mut self, words: &[&str]) -> Result<Reply, RedisError> {
        let mut command = redis::Cmd::new();
        for word in words {
            command.arg(*word);
        }
        self.connection.req_command(&command)?.extract_error().map(Reply)
    }

    /// Sends one command; `None` if the server does not permit it.
    pub(super) fn asked(&mut self, words: &[&str]) -> Result<Option<Reply>, StoreError> {
        match self.command(words) {
            Err(error) if matches!(error.code(), Some("NOPERM" | "ERR")) => Ok(None),
            reply => reply.map(Some).map_err(told),
        }
    }

    /// Reads a record by id without the script. This is the read on every request.
    pub(super) fn record(&mut self, id: &str) -> Result<Reply, StoreError> {
        let key = format!("{}token:{id}", self.base);
        self.send(&["HGET", &key, "record"])
    }

    /// Runs one operation of the script atomically.
    pub(super) fn run(&mut self, operation: &str, ask: &Value) -> Result<Reply, StoreError> {
        let (base, digest, ask) = (self.base.clone(), self.digest.clone(), ask.to_json());
        match self.command(&["EVALSHA", &digest, "1", &base, operation, &ask]) {
            // The server restarted or flushed its scripts, so nothing was done.
            Err(error) if error.code() == Some("NOSCRIPT") => {
                self.send(&["EVAL", SCRIPT, "1", &base, operation, &ask])
            }
            reply => reply.map_err(told),
        }
    }

    /// Runs a change, then waits until the required number of replicas has it.
    pub(super) fn commit(&mut self, mut plan: Vec<(String, Value)>) -> Result<Reply, StoreError> {
        if self.replicas == 0 {
            return self.run("commit", &Value::Map(plan));
        }
        plan.push(("waits".into(), true.into()));
        let reply = self.run("commit", &Value::Map(plan))?;
        let (replicas, patience) =
            (self.replicas.to_string(), (self.timeout / 2).as_millis().max(1).to_string());
        let reached = self.send(&["WAIT", &replicas, &patience])?.number()?;
        if reached < i64::from(self.replicas) {
            let what = format!("{reached} of {replicas} replicas have the change: it may not last");
            return Err(StoreError::new(what));
        }
        Ok(reply)
    }
}

impl Reply {
    /// A text or null.
    pub(super) fn text(self) -> Result<Option<String>, StoreError> {
        match self.0 {
            redis::Value::Nil => Ok(None),
            redis::Value::BulkString(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| unreadable()),
            redis::Value::SimpleString(text) => Ok(Some(text)),
            redis::Value::VerbatimString { text, .. } => Ok(Some(text)),
            _ => Err(unreadable()),
        }
    }

    pub(super) fn number(self) -> Result<i64, StoreError> {
        match self.0 {
            redis::Value::Int(number) => Ok(number),
            _ => Err(unreadable()),
        }
    }

    pub(super) fn items(self) -> Result<Vec<Reply>, StoreError> {
        match self.0 {
            redis::Value::Array(items) => Ok(items.into_iter().map(Reply).collect()),
            redis::Value::Map(pairs) => {
                Ok(pairs.into_iter().flat_map(|(name, value)| [Reply(name), Reply(value)]).collect())
            }
            _ => Err(unreadable()),
        }
    }

    pub(super) fn texts(self) -> Result<Vec<String>, StoreError> {
        self.items()?.into_iter().map(|item| item.text()?.ok_or_else(unreadable)).collect()
    }
}

/// The error without the request: the server repeats the start of a command that it does not know.
fn told(error: RedisError) -> StoreError {
    let detail = error.detail().unwrap_or_default();
    let detail = detail.split("with args").next().unwrap_or_default().trim_end_matches([',', ' ']);
    match error.code() {
        Some(code) => StoreError::new(format!("{code}: {detail}")),
        None if error.is_io_error() => StoreError::new(error),
        None => StoreError::new(format!("{}: {detail}", error.category())),
    }
}
pub(super) fn unreadable() -> StoreError {
    StoreError::new("the server holds or says something that cannot be read")
}
