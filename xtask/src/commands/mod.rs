//! One file for each command; the route tables have a folder of their own.

pub(crate) mod bench;
pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod dist;
mod fuzz;
pub(crate) mod prove;
mod steps;
pub(crate) mod test;
