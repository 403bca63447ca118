//! Tokens and their stores: single commands, concurrent commands, and crashes.

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
