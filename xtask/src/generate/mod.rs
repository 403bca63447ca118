//! Files that are written from the tables in the crates.

pub(crate) mod lifecycle;
pub(crate) mod reasons;
mod words;
