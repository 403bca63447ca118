//! Files that are written from the tables in the crates, and from `schema`.

pub(crate) mod lifecycle;
pub(crate) mod reasons;
pub(crate) mod schema;
mod words;
