//! How a server is asked.

use std::time::Duration;

/// How a server is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostgresOptions {
    /// The longest that a statement, and the wait for a connection, may take; 5 seconds by default.
    pub timeout: Duration,
    /// The most connections at the same time; 10 by default.
    pub connections: usize,
}

impl Default for PostgresOptions {
    fn default() -> PostgresOptions {
        PostgresOptions { timeout: Duration::from_secs(5), connections: 10 }
    }
}
