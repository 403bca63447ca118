//! A store in a Redis server, shared with other machines and other languages.

mod durability;
mod plan;
mod pool;
mod redis;

pub use redis::{Durability, Redis, RedisOptions};
