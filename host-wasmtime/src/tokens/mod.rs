//! The lifecycle of tokens in a store: commands, queries, notices and the sweep.
//!
//! ```
//! use portcullis_wasmtime::store::Memory;
//! use portcullis_wasmtime::tokens::{Actor, CreateFields};
//! use portcullis_wasmtime::{Module, Policy, RefusalCode, Tokens};
//!
//! let policy = Policy::open(&Module::embedded()?, r#"{
//!     "portcullis": 1, "name": "library", "realm": "Library API",
//!     "resources": { "book": {} },
//!     "routes": [{ "crud": "/books", "needs": "book" }],
//!     "kinds": { "personal": {
//!         "prefix": "lib_pat", "lockable": true, "limit": { "activePerOwner": 10 },
//!         "may": { "create": ["admin"], "lock": ["admin"], "revoke": ["owner", "admin"] }
//!     } }
//! }"#)?;
//! // In a service: `Sqlite::open("tokens.db")?`, or your own.
//! let tokens = Tokens::new(policy, Memory::new());
//!
//! // From what you have authenticated, never from what a request says of itself.
//! let admin = Actor {
//!     id: "grace".into(),
//!     roles: vec!["admin".into()],
//!     grants: Some(vec!["book:*".into()]),
//!     ..Actor::default()
//! };
//! let new = CreateFields {
//!     kind: "personal",
//!     name: "ERP sync",
//!     owner: Some("ada"),
//!     grants: Some(&["book:read"]),
//!     ..CreateFields::default()
//! };
//! let made = tokens.create(new, &admin)?;
//! let (token, plaintext) = (made.token.unwrap(), made.plaintext.unwrap());
//! assert!(plaintext.reveal().starts_with("lib_pat_"));            // for its bearer, once
//! assert_eq!(format!("{plaintext:?}"), "Plaintext(..)");
//!
//! tokens.lock(token.id(), admin.because("seen in a public repository"))?;
//! let refused = tokens.lock(token.id(), &admin).unwrap_err();
//! assert_eq!(refused.refusal().unwrap().code, RefusalCode::IllegalTransition);
//!
//! tokens.sweep(1_000)?;                                           // every few minutes
//! for notice in tokens.outbox(100)? {
//!     // Send it, then:
//!     tokens.acknowledge(&[notice.key])?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod actor;
mod command;
mod error;
mod execute;
mod input;
mod outcome;
mod plaintext;
mod queries;
mod revoke_where;
mod sweep;
mod tokens;
pub(crate) mod touch;
mod view;

pub use actor::{ActingToken, Actor, CommandOptions, Presented};
pub use command::{
    Command, CreateFields, EditFields, Expiry, Networks, RenewFields, RenewalFields, RotateFields,
};
pub use error::{Refusal, TokensError};
pub use outcome::{CommandPreview, CommandResult};
pub use plaintext::Plaintext;
pub use queries::{AuditTrail, OverviewPage, OverviewQuery};
pub use revoke_where::RevokeWhereResult;
pub use sweep::{CommandFailure, SweepResult};
pub use tokens::Tokens;
pub use view::TokenView;
