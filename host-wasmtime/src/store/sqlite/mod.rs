//! A store in one SQLite file, shared with other processes and other languages.

mod commit;
#[cfg(test)]
mod laws;
mod sqlite;

pub use sqlite::Sqlite;
