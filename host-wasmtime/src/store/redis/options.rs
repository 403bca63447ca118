//! How to keep tokens in Redis.

use std::time::Duration;

/// How to keep tokens in Redis.
#[derive(Clone, Debug)]
pub struct RedisOptions {
    /// What the keys begin with, in braces. Everything under one prefix is one store.
    pub prefix: String,
    /// What the server must keep; it is looked at with each connection.
    pub durability: Durability,
    /// So many replicas must have a change before it counts as written. Must be said where there are
    /// replicas: 0 when none ever takes over by itself.
    pub replicas: Option<u32>,
    /// How long to wait for the server.
    pub timeout: Duration,
}

/// What the server must keep of what it confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Everything, whatever happens to its machine: `appendonly yes` with `appendfsync always`.
    EveryWrite,
    /// All but the last seconds before its machine fails: `appendonly yes` with `appendfsync everysec`.
    EverySecond,
    /// No check. If the server loses data, a revoked token may be good again.
    Unchecked,
}

impl Default for RedisOptions {
    /// Under `portcullis`, every write kept, no word of replicas, five seconds.
    fn default() -> RedisOptions {
        RedisOptions {
            prefix: "portcullis".into(),
            durability: Durability::EveryWrite,
            replicas: None,
            timeout: Duration::from_secs(5),
        }
    }
}
