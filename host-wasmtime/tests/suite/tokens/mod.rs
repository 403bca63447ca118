//! Tokens and their stores: what one command does, what many at once do, and what is left after a crash.

mod commands;
mod conflicts;
mod crash;
mod failing;
mod faults;
pub(crate) mod fixture;
mod laws;
mod leaks;
mod many;
mod races;
mod readings;
mod time;
