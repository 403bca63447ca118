//! Options of the PostgreSQL store.

use std::time::Duration;

/// Options of the PostgreSQL store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostgresOptions {
    /// The time limit for a statement, and for the wait for a connection. Default: 5 seconds.
    pub timeout: Duration,
    /// The most connections at the same time. Default: 10.
    pub connections: usize,
}

impl Default for PostgresOptions {
    fn default() -> PostgresOptions {
        PostgresOptions { timeout: Duration::from_secs(5), connections: 10 }
    }
}
