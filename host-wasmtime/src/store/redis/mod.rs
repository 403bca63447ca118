//! A store in a Redis server, shared with other machines and languages.

mod change;
mod connection;
mod durability;
mod options;
mod pool;
mod redis;

pub use options::{Durability, RedisOptions};
pub use redis::Redis;
