//! Decides what an API token may do: the rules of Portcullis as a WebAssembly
//! module, sandboxed by wasmtime, for services in Rust.
//!
//! ```
//! use portcullis_wasmtime::{Attempt, Lookup, Instant, Module, Policy};
//!
//! let module = Module::embedded()?;
//! let policy = Policy::open(&module, r#"{
//!     "portcullis": 1, "name": "library", "realm": "Library API",
//!     "resources": { "book": {} },
//!     "routes": [{ "crud": "/books", "needs": "book" }],
//!     "kinds": { "personal": { "prefix": "lib_pat", "may": { "revoke": ["owner"] } } }
//! }"#)?;
//!
//! // Once a record: from the store, or from a cache of records.
//! let token = policy.open_token(r#"{
//!     "v": 1, "id": "AdaAdaAdaAdaAda1", "kind": "personal", "owner": "ada", "grants": ["book:read"],
//!     "digest": "sha256:70a21ac83baf8f09cdf48e2d3f9b62d5eb3b7b8b5b7e4b2c6e9f2d0a0d4f8c11",
//!     "createdAt": "2026-10-01T08:00:00.000Z", "expiresAt": null, "revision": 1
//! }"#);
//!
//! // Once a request.
//! let attempt = Attempt::http("DELETE", "/books/42").authorization("Bearer lib_pat_...");
//! let now = Instant::parse("2026-11-21T12:00:00Z").unwrap();
//! let decision = policy.decide(&attempt, Lookup::Token(&token), None, now);
//!
//! if let Some(denied) = decision.response() {
//!     assert_eq!(denied.status, 401);
//!     assert_eq!(denied.www_authenticate.unwrap(), r#"Bearer realm="Library API", error="invalid_token""#);
//! }
//! # Ok::<(), portcullis_wasmtime::Error>(())
//! ```
//!
//! A map of the crate: [`Module`] (the rules, compiled and checked), [`Policy`]
//! (your rules, opened in it; [`Limits`] say what it may cost), [`Attempt`] (the
//! request), [`Policy::identify`] (which record to look up), [`Token`] (the
//! record), [`Subject`] (its owner's present rights), [`Policy::decide`] and
//! [`Decision`] (the answer), [`Reason`] (why), [`Policy::explain`] (every check,
//! for a person), [`Counters`] (what has happened so far), [`LivePolicy`] (the policy in
//! force, replaced while you serve). And to issue and manage tokens: [`Tokens`]
//! (commands, notices, time), the [`store`] under them, and a [`conformance`] suite that holds
//! any other store to its contract.
//!
//! The `gate` (features `gate`, `tower` and `axum`) is middleware for axum, tonic and hyper: it takes requests of
//! the crate `http`, finds the records and decides.
//!
//! What is asked, and what the answers are called, comes from `portcullis-core`;
//! every answer comes out of the module, byte for byte as on every other host.
//! The module has no clock, no randomness, no files and no network, and is kept
//! within its memory and its time. Should it fail all the same, the answer is a
//! denial and the instance that failed is never asked again.
//!
//! Deciding reads no store, caches no decision and starts no server; [`Tokens`] keeps
//! everything in the store that it is given. The crate runs one thread, which ticks
//! the clock that keeps time limits, and one for each [`PolicyWatcher`].

#![deny(unsafe_code)]
#![allow(clippy::module_inception, reason = "the main file of a folder bears its name")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod base;
pub mod conformance;
#[cfg(feature = "direct")]
mod direct;
#[cfg(feature = "gate")]
pub mod gate;
mod module;
mod policy;
mod sandbox;
pub mod store;
pub mod tokens;

pub use base::{
    Counters, Error, Limits, Lint, Lookup, ModuleHash, PrecompiledHash, Problem, Problems, Subject, Token,
    now,
};
pub use module::Module;
pub use policy::{Decision, DenialResponse, Identified, LivePolicy, Policy, PolicyWatcher, TokenReport};
pub use portcullis_core::{Attempt, Bounds, Instant, Level, Reason, RefusalCode, Step, TokenId, Value};
pub use tokens::Tokens;

/// The examples of the README, run.
#[cfg(all(doctest, feature = "axum", feature = "sqlite"))]
#[doc = include_str!("../README.md")]
mod readme {}
