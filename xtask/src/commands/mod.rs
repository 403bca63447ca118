//! One file for each command; `demo` and `tables` have folders of their own.

pub(crate) mod bench;
pub(crate) mod build;
pub(crate) mod dist;
pub(crate) mod prove;
pub(crate) mod test;
