//! Tokens in a list for people, and the instances that a token reaches.

mod instances;
mod next;
mod overview;
mod query;
mod row;
mod secret_age;
#[cfg(test)]
mod tests;
