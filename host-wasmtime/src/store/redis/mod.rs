//! A store in a Redis server, shared with other machines and other languages.

mod connection;
mod durability;
mod options;
mod plan;
mod pool;
mod redis;

pub use options::{Durability, RedisOptions};
pub use redis::Redis;
