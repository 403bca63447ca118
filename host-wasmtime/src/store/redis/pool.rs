//! Connections, and what goes over them.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redis::Client;

use crate::store::StoreError;
use crate::store::redis::connection::ServerConnection;
use crate::store::redis::durability::inspect;
use crate::store::redis::options::RedisOptions;

/// As many connections as there are at a time; who comes later waits.
const MOST: usize = 16;
/// A connection that was idle for this long is checked before it is used.
const RESTED: Duration = Duration::from_secs(1);

/// A few connections to one server.
pub(super) struct Pool {
    client: Client,
    options: RedisOptions,
    /// What every key begins with.
    base: String,
    lines: Mutex<Connections>,
    freed: Condvar,
}

#[derive(Default)]
struct Connections {
    idle: Vec<(ServerConnection, Instant)>,
    /// How many are in use: one is only made when none is idle, so there are never more.
    used: usize,
}

impl Pool {
    pub(super) fn open(url: &str, options: RedisOptions) -> Result<Pool, StoreError> {
        // The error may repeat the URL.
        let client =
            Client::open(url).map_err(|_| StoreError::new("the URL is not that of a Redis server"))?;
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
        work: impl FnOnce(&mut ServerConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.turn()?;
        let place = Turn(self);
        let stands = |(mut line, since): (ServerConnection, Instant)| {
            (since.elapsed() < RESTED || line.stands()).then_some(line)
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
    fn turn(&self) -> Result<Option<(ServerConnection, Instant)>, StoreError> {
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

    fn connect(&self) -> Result<ServerConnection, StoreError> {
        let RedisOptions { prefix: _, durability, replicas, timeout } = self.options;
        let mut line = ServerConnection::connect(&self.client, self.base.clone(), replicas, timeout)?;
        inspect(&mut line, durability, replicas)?;
        line.load_script()?;
        Ok(line)
    }

    /// Nothing that holds this can stop halfway.
    fn lines(&self) -> MutexGuard<'_, Connections> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One's turn; over when dropped.
struct Turn<'p>(&'p Pool);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.lines().used -= 1;
        self.0.freed.notify_one();
    }
}
