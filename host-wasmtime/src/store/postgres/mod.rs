//! A store in a PostgreSQL database, shared with other machines and other languages.

mod failure;
mod postgres;
mod query;
mod server;
mod wire;

pub use postgres::{Postgres, PostgresOptions};
