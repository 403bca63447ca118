//! When two names are one, as a person sees them.

mod key;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use key::name_key;
