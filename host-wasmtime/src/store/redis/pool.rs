//! Connections, and what goes over them.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portcullis_core::Value;
use redis::{Client, Connection, ConnectionLike, RedisError};

use crate::store::StoreError;
use crate::store::redis::durability::inspect;
use crate::store::redis::redis::{RedisOptions, unreadable};

/// What is done in one step, as the JavaScript package does it too.
const SCRIPT: &str = include_str!("../../../lua/redis.lua");
/// The version of the keys that this crate reads and writes.
const SCHEMA: &str = "1";
/// As many connections as there are at a time; who comes later waits.
const MOST: usize = 16;
/// A connection that nobody used for that long is asked first whether it still stands.
const RESTED: Duration = Duration::from_secs(1);

/// A few connections to one server.
pub(super) struct Pool {
    client: Client,
    options: RedisOptions,
    /// What every key begins with.
    base: String,
    lines: Mutex<Lines>,
    freed: Condvar,
}

#[derive(Default)]
struct Lines {
    idle: Vec<(Line, Instant)>,
    /// How many are in use: one is only made when none is idle, so there are never more.
    used: usize,
}

/// A connection to a server that was looked at and knows the script.
pub(super) struct Line {
    connection: Connection,
    base: String,
    digest: String,
    replicas: u32,
    timeout: Duration,
}

/// What the server said.
pub(super) struct Reply(redis::Value);

impl Pool {
    pub(super) fn open(url: &str, options: RedisOptions) -> Result<Pool, StoreError> {
        // The error may repeat the URL.
        let client = Client::open(url).map_err(|_| StoreError::new("the URL is none of a Redis server"))?;
        let base = format!("{{{}}}:", options.prefix);
        Ok(Pool { client, options, base, lines: Mutex::default(), freed: Condvar::new() })
    }

    pub(super) fn prefix(&self) -> &str {
        &self.options.prefix
    }

    /// Lets something use a connection. One that failed is closed, and so are those that nobody uses: what
    /// cut one has probably cut them all.
    pub(super) fn line<T>(
        &self,
        work: impl FnOnce(&mut Line) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.turn()?;
        let place = Place(self);
        let stands = |(mut line, since): (Line, Instant)| {
            (since.elapsed() < RESTED || line.connection.check_connection()).then_some(line)
        };
        let mut line = match idle.and_then(stands) {
            Some(line) => line,
            None => self.connect()?,
        };
        let result = work(&mut line);
        let mut lines = self.lines();
        match &result {
            Ok(_) => lines.idle.push((line, Instant::now())),
            Err(_) => lines.idle.clear(),
        }
        drop(lines);
        drop(place);
        result
    }

    /// Waits for one's turn, and brings a connection that nobody uses, with when somebody last did.
    fn turn(&self) -> Result<Option<(Line, Instant)>, StoreError> {
        let late = Instant::now() + self.options.timeout;
        let mut lines = self.lines();
        while lines.used >= MOST {
            let left = late.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(StoreError::new("all connections are in use"));
            }
            lines = self.freed.wait_timeout(lines, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        lines.used += 1;
        Ok(lines.idle.pop())
    }

    fn connect(&self) -> Result<Line, StoreError> {
        let RedisOptions { prefix: _, durability, replicas, timeout } = self.options;
        let connection = self.client.get_connection_with_timeout(timeout).map_err(told)?;
        connection.set_read_timeout(Some(timeout)).map_err(told)?;
        connection.set_write_timeout(Some(timeout)).map_err(told)?;
        let base = self.base.clone();
        let mut line =
            Line { connection, base, digest: String::new(), replicas: replicas.unwrap_or(0), timeout };
        inspect(&mut line, durability, replicas)?;
        line.digest = line.send(&["SCRIPT", "LOAD", SCRIPT])?.text()?.ok_or_else(unreadable)?;
        let ask = Value::Map(vec![("schema".into(), SCHEMA.into())]);
        if line.run("open", &ask)?.text()?.as_deref() != Some(SCHEMA) {
            return Err(StoreError::new("the keys are of another version; update this library"));
        }
        Ok(line)
    }

    /// Nothing that holds this can stop halfway.
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One's turn; over when dropped.
struct Place<'p>(&'p Pool);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.lines().used -= 1;
        self.0.freed.notify_one();
    }
}

impl Line {
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

    /// The same; nothing where the server does not let everybody ask.
    pub(super) fn asked(&mut self, words: &[&str]) -> Result<Option<Reply>, StoreError> {
        match self.command(words) {
            Err(error) if matches!(error.code(), Some("NOPERM" | "ERR")) => Ok(None),
            reply => reply.map(Some).map_err(told),
        }
    }

    /// The record under an id, without the script: it is what every request waits for.
    pub(super) fn record(&mut self, id: &str) -> Result<Reply, StoreError> {
        let key = format!("{}token:{id}", self.base);
        self.send(&["HGET", &key, "record"])
    }

    /// Does one thing in one step.
    pub(super) fn run(&mut self, operation: &str, ask: &Value) -> Result<Reply, StoreError> {
        let (base, digest, ask) = (self.base.clone(), self.digest.clone(), ask.to_json());
        match self.command(&["EVALSHA", &digest, "1", &base, operation, &ask]) {
            // The server was started anew, or told to forget its scripts. Nothing was done.
            Err(error) if error.code() == Some("NOSCRIPT") => {
                self.send(&["EVAL", SCRIPT, "1", &base, operation, &ask])
            }
            reply => reply.map_err(told),
        }
    }

    /// The same for a change, and then waits until as many replicas have it as were asked for.
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
    /// A text, or nothing.
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

/// What went wrong, without what was sent: a server repeats the beginning of a command that it does not know.
fn told(error: RedisError) -> StoreError {
    let detail = error.detail().unwrap_or_default();
    let detail = detail.split("with args").next().unwrap_or_default().trim_end_matches([',', ' ']);
    match error.code() {
        Some(code) => StoreError::new(format!("{code}: {detail}")),
        None if error.is_io_error() => StoreError::new(error),
        None => StoreError::new(format!("{}: {detail}", error.category())),
    }
}
