//! The tests of the gate, in one binary so that the module is compiled once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod acme;
mod app;
mod lookups;
mod reentrant;
mod requests;
mod routers;
mod routing;
mod settings;
mod touches;
mod traces;
mod wire;
