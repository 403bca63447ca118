//! The tests that every host of Portcullis must pass.
//!
//! [`vectors`] reads the shared vectors, [`host`] runs them, [`ask`] puts a case to the core,
//! [`naive`] answers it again without the core, [`draw`] generates cases, and
//! [`shrink`] reduces a failing case.

// Tests panic at the first failure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod ask;
pub mod base64;
pub mod compare;
pub mod dice;
pub mod draw;
pub mod history;
pub mod host;
pub mod live;
pub mod naive;
mod naughty;
pub mod plaintext;
pub mod shrink;
pub mod table;
pub mod vectors;
