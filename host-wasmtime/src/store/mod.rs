//! The contract of a store, and the stores in this crate.

mod change;
mod cursor;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod query;
mod record;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod touch;

pub use change::{Change, Claim, Guard, GuardScope, Notice, RecordWrite, TokenEvent, Tombstone};
pub use memory::Memory;
pub use portcullis_core::RecordRead;
#[cfg(feature = "postgres")]
pub use postgres::{Postgres, PostgresOptions};
pub use query::{ListQuery, RecordPage, StatusFilter, TenantFilter};
pub use record::Record;
#[cfg(feature = "redis")]
pub use redis::{Durability, Redis, RedisOptions};
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;
pub use store::{CommitOutcome, Store, StoreError};
pub use touch::Touch;
