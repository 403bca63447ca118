//! Options of the Redis store.

use std::time::Duration;

/// Options of the Redis store.
#[derive(Clone, Debug)]
pub struct RedisOptions {
    /// The prefix of all keys, in braces. Each prefix is a separate store.
    pub prefix: String,
    /// What the server must persist. It is checked with each connection.
    pub durability: Durability,
    /// How many replicas must have a change before it counts as written. Required if there are replicas; use 0 if
    /// none of them ever takes over automatically.
    pub replicas: Option<u32>,
    /// How long to wait for the server.
    pub timeout: Duration,
}

/// Which confirmed writes the server must persist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// All of them, even if its machine fails: `appendonly yes` with `appendfsync always`.
    EveryWrite,
    /// All but the last seconds before its machine fails: `appendonly yes` with `appendfsync everysec`.
    EverySecond,
    /// Not checked. If the server loses data, a revoked token may become valid again.
    Unchecked,
}

impl Default for RedisOptions {
    /// The prefix `portcullis`, every write persisted, replicas not set, five seconds.
    fn default() -> RedisOptions {
        RedisOptions {
            prefix: "portcullis".into(),
            durability: Durability::EveryWrite,
            replicas: None,
            timeout: Duration::from_secs(5),
        }
    }
}
