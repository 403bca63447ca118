//! The example, asked over sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops at the first thing that is not as it should be, and says what it saw"
)]

mod client;
mod life;
#[path = "../../../../host-wasmtime/tests/suite/postgres/server.rs"]
mod server;
mod swaps;
