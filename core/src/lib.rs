//! Decides what an API token may do and how its life goes on.
//!
//! No input or output, no clock, no randomness, no threads, no unsafe code:
//! time and entropy are arguments, and the same arguments give the same answer
//! on every host, byte for byte.
//!
//! ```
//! use portcullis_core::{Attempt, Lookup, Instant, Policy};
//!
//! let policy = Policy::from_json(r#"{
//!     "portcullis": 1, "name": "library", "realm": "Library API",
//!     "resources": { "book": {} },
//!     "routes": [{ "crud": "/books", "needs": "book" }],
//!     "kinds": { "personal": { "prefix": "lib_pat", "may": { "revoke": ["owner"] } } }
//! }"#)?;
//!
//! let attempt = Attempt::http("GET", "/books/42");
//! let now = Instant::parse("2026-11-21T12:00:00Z").unwrap();
//! let decision = policy.decide(&attempt, Lookup::Unknown, None, now);
//! assert_eq!(decision.reason().unwrap().code(), "missing");
//! # Ok::<(), portcullis_core::Problems>(())
//! ```
//!
//! A map of the crate, in the order in which a request meets it: [`Policy`]
//! (the rules, compiled), [`Attempt`] (the request), [`Policy::identify`] (which
//! record to look up), [`Token`] (the record, compiled), [`Subject`] (its
//! owner's present rights), [`Policy::decide`] and [`Decision`] (the answer),
//! [`Reason`] (why), [`Policy::explain`] (every check, for a person).
//!
//! With the feature `life`, and in the order in which a token meets it:
//! `Policy::apply` (what a command leads to: a `Change` or a `Refusal`),
//! `Policy::due` (the commands that time asks for), `verify_trail` and `replay`
//! (what was done, and the record made out of it again).

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

#[cfg(feature = "lifecycle")]
mod audit;
mod base;
mod credential;
mod decision;
mod document;
#[cfg(feature = "lifecycle")]
mod letters;
#[cfg(feature = "lifecycle")]
mod lifecycle;
#[cfg(feature = "lifecycle")]
mod overview;
mod policy;
mod request;
mod token;

#[cfg(feature = "lifecycle")]
pub use audit::{replay, verify_trail};
pub use base::{Instant, Span, abi};
pub use credential::{Digest, Entropy, Minted, Plaintext, TokenId, WeakEntropy};
pub use decision::{Decision, Identified, Level, Lookup, Reason, Step};
#[cfg(feature = "lifecycle")]
pub use document::request_fields;
pub use document::{Bounds, Lint, Problem, Problems, Value, ValueBuilder};
#[cfg(feature = "lifecycle")]
pub use letters::letters;
#[cfg(feature = "lifecycle")]
pub use lifecycle::{
    ApplyRequest, Change, CommandName, CommandOutcome, RecordRead, RecordWrite, Refusal, RefusalCode,
    RefusalSource,
};
pub use policy::{
    AutomaticRenewal, EditableField, IdleEnd, IdleRule, Kind, Lifetime, Limit, Policy, Privilege, Renewal,
    Requires, Resources, Scope, UniqueField,
};
pub use request::Attempt;
pub use token::{Network, Networks, Status, Subject, Token, UnreadableRecord};
