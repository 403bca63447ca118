//! What every host of Portcullis is held to.
//!
//! [`vectors`] reads the shared vectors, [`host`] runs them, [`ask`] puts a case to the core,
//! [`naive`] answers it a second time without the core, [`draw`] makes up
//! cases, and [`shrink`] makes a found difference small.

// Tests stop at the first thing that is not as it should be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod ask;
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
