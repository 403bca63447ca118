//! The rules of `portcullis-core` as a WebAssembly module with two doors: `js`
//! for JavaScript (wasm-bindgen) and `abi` for every other host (no imports,
//! see `ABI.md`). Each is a build of its own; with both features on, as under
//! `--all-features`, only the JavaScript door is built.
//!
//! The feature `lifecycle` adds the questions about a token's life to either door;
//! without it the module only decides.
//!
//! This crate decides nothing. It keeps opened documents under handles, reads
//! attempts from a fixed window of memory, and returns answers.

#![cfg_attr(all(target_arch = "wasm32", not(feature = "js")), no_std)]

extern crate alloc;

#[cfg(any(feature = "js", feature = "abi"))]
mod engine;
#[cfg(any(feature = "js", feature = "abi"))]
mod frame;
#[cfg(any(feature = "js", feature = "abi"))]
mod handles;
#[cfg(all(feature = "lifecycle", any(feature = "js", feature = "abi")))]
mod lifecycle;

#[cfg(all(feature = "abi", not(feature = "js")))]
mod abi;
#[cfg(all(target_arch = "wasm32", feature = "abi", not(feature = "js")))]
mod bare;
#[cfg(feature = "js")]
mod js;
