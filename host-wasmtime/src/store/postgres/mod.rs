//! A store in a PostgreSQL database, shared with other machines and other languages.

mod failure;
mod options;
mod postgres;
mod query;
mod server;
mod statements;
mod wire;

pub use options::PostgresOptions;
pub use postgres::Postgres;
