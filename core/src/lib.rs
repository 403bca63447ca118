//! Decides what an API token may do and how its life goes on.
//!
//! No input or output, no clock, no randomness, no threads, no unsafe code:
//! time and entropy are arguments, and the same arguments give the same answer
//! on every host, byte for byte.
//!
//! ```
//! use portcullis_core::{Attempt, Found, Instant, Policy};
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
//! let decision = policy.decide(&attempt, Found::Unknown, None, now);
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

#[cfg(feature = "life")]
mod age;
mod attempt;
#[cfg(feature = "life")]
mod audit;
mod bearer;
mod budget;
mod checksum;
mod clocks;
mod credentials;
mod decide;
mod decision;
mod explain;
mod hints;
mod http;
mod intake;
mod json;
#[cfg(feature = "life")]
mod letters;
#[cfg(feature = "life")]
mod life;
mod network;
mod object;
mod order;
#[cfg(feature = "life")]
mod overview;
mod path;
mod policy;
mod problem;
#[cfg(feature = "life")]
mod reach;
mod reason;
mod record;
mod rights;
mod scope;
mod secret;
mod subject;
mod swar;
mod text;
mod time;
mod token;
mod value;
mod verdict;

pub use attempt::Attempt;
#[cfg(feature = "life")]
pub use audit::{replay, verify_trail};
pub use bearer::{Minted, Plaintext, TokenId};
pub use decision::{Decision, Found, Identified, MISUSE};
pub use intake::Intake;
#[cfg(feature = "life")]
pub use letters::letters;
#[cfg(feature = "life")]
pub use life::{Change, Outcome, Refusal, RefusalCode, Request, SaidBy, State, Verb, Write, documents};
pub use network::{Network, Networks};
pub use policy::{
    AutomaticRenewal, Command, EditableField, IdleEnd, IdleRule, Kind, Lifetime, Limit, Lint, Policy,
    Renewal, Requires, UniqueField,
};
pub use problem::{Problem, Problems};
pub use reason::{Level, Reason, Step};
pub use scope::{Resources, Scope};
pub use secret::{Digest, Entropy, WeakEntropy};
pub use subject::Subject;
pub use time::{Instant, Span};
pub use token::{Status, Token, Unreadable};
pub use value::{Bounds, Value};
