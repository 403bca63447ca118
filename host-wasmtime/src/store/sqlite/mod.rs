//! A store in one SQLite file, shared with other processes and languages.

mod commit;
#[cfg(test)]
mod laws;
mod sqlite;
mod statements;

pub use sqlite::Sqlite;
