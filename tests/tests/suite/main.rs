//! The tests of the core in one binary: the shared vectors, the laws, the token
//! string, the limits, and the structure of the sources.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops at the first thing that is not as it should be, and says what it saw"
)]

mod floors;
mod laws;
mod limits;
mod links;
mod prints;
mod states;
mod tidy;
mod tokens;
mod vectors_core;
