//! A pool of connections to one server.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redis::Client;

use crate::store::StoreError;
use crate::store::redis::connection::ServerConnection;
use crate::store::redis::durability::inspect;
use crate::store::redis::options::RedisOptions;

/// The most connections at the same time. Later callers wait.
const MOST: usize = 16;
/// A connection that was idle for this long is checked before use.
const RESTED: Duration = Duration::from_secs(1);

/// A pool of connections to one server.
pub(super) struct Pool {
    client: Client,
    options: RedisOptions,
    /// The prefix of every key.
    base: String,
    lines: Mutex<Connections>,
    freed: Condvar,
}

#[derive(Default)]
struct Connections {
    idle: Vec<(ServerConnection, Instant)>,
    /// How many are in use. A connection is made only when none is idle, so there are never more.
    used: usize,
}

impl Pool {
    pub(super) fn open(url: &str, options: RedisOptions) -> Result<Pool, StoreError> {
        // The driver's error may repeat the URL.
        let client =
            Client::open(url).map_err(|_| StoreError::new("the URL is not that of a Redis server"))?;
        let base = format!("{{{}}}:", options.prefix);
        Ok(Pool { client, options, base, lines: Mutex::default(), freed: Condvar::new() })
    }

    pub(super) fn prefix(&self) -> &str {
        &self.options.prefix
    }

    /// Runs an operation on a connection. If it fails, that connection and all idle ones are closed: what broke
    /// one has probably broken all.
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

    /// Waits for a permit, and returns an idle connection with the time of its last use, if there is one.
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

    /// The state stays valid even if a holder of the lock panicked.
    fn lines(&self) -> MutexGuard<'_, Connections> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A permit, returned when dropped.
struct Turn<'p>(&'p Pool);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.lines().used -= 1;
        self.0.freed.notify_one();
    }
}
