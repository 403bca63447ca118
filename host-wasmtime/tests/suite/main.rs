//! The tests of the native host, in one binary so that the module is compiled once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod broken;
mod failing;
mod fixture;
mod folder;
mod hostile;
mod isolated;
mod laws;
mod life;
mod loading;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "redis")]
mod redis_server;
mod same_bytes;
mod stores;
mod stub;
mod swapping;
mod threads;
mod tokens;
