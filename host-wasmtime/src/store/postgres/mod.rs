//! A store in a PostgreSQL database, shared with other machines and languages.

mod change;
mod failure;
mod options;
mod postgres;
mod query;
mod server;
mod statements;

pub use options::PostgresOptions;
pub use postgres::Postgres;
