//! The page about the policy document, from the schema that editors read.

mod page;
mod schema;
#[cfg(test)]
mod tests;

pub(super) use page::file;
