//! Rust examples of the docs, compiled as their readers will. The vectors stand in `tests/wasmtime.rs`.
//!
//! A package of its own, so that the tests of the rules do not wait for wasmtime.

/// The example for native services in the README, compiled as its readers will.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;

/// The examples for those who bring a store of their own.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/stores.md")]
pub struct Stores;
