//! The Rust examples in the docs, compiled like user code. The vectors are in `tests/wasmtime.rs`.
//!
//! A package of its own, so that the tests of the rules do not wait for wasmtime.

/// The README's example for native services.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

/// The examples for custom stores.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/stores.md")]
pub struct Stores;
