//! A token's life in a store: commands given, notices handed out, time kept.
//!
//! ```
//! use portcullis_wasmtime::store::Memory;
//! use portcullis_wasmtime::tokens::{Actor, NewToken};
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
//! let new = NewToken {
//!     kind: "personal",
//!     name: "ERP sync",
//!     owner: Some("ada"),
//!     grants: Some(&["book:read"]),
//!     ..NewToken::default()
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
mod give;
pub(crate) mod note;
mod outcome;
mod plaintext;
mod readings;
mod revoke_where;
mod since;
mod sweep;
mod view;

use std::fmt;
use std::sync::Arc;

use portcullis_core::{Instant, TokenId};

use crate::policy::Policy;
use crate::store::Store;

pub use actor::{ActingToken, Actor, By};
pub use command::{AutomaticRenewal, Command, Edit, Expiry, NewToken, Ranges, Rotation, Successor};
pub use error::{Refusal, TokensError};
pub use outcome::{Done, Preview};
pub use plaintext::Plaintext;
pub use readings::{Listing, Overview, Trail};
pub use revoke_where::Revoked;
pub use sweep::{Failure, Swept};
pub use view::TokenView;

/// The tokens of a store under a policy.
///
/// Every change goes one way: the record is read, the policy works out what the command leads to, the store
/// writes it if nothing has changed in between. Nothing is cached, so as many of these as you like, in as
/// many processes, may work on one store.
///
/// It sends nothing: notices wait in the [`outbox`](Tokens::outbox). It starts no thread: call
/// [`sweep`](Tokens::sweep) every few minutes for what time asks for.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    policy: Policy,
    store: Arc<dyn Store>,
    audit_key: Option<Box<[u8]>>,
    clock: Arc<dyn Fn() -> Instant + Send + Sync>,
}

impl Tokens {
    /// The tokens of this store, under this policy, by the clock of this machine.
    pub fn new(policy: Policy, store: impl Store + 'static) -> Tokens {
        let store = Arc::new(store);
        Tokens(Arc::new(Inner { policy, store, audit_key: None, clock: Arc::new(crate::now) }))
    }

    /// The same, with every event sealed by a key of at least 16 bytes, kept elsewhere than the store: whoever
    /// can write to the store cannot write a trail.
    #[must_use]
    pub fn with_audit_key(self, key: &[u8]) -> Tokens {
        self.with(|inner| inner.audit_key = Some(key.into()))
    }

    /// The same, under another policy: what [`Live::policy`](crate::Live::policy) says at the moment. What was
    /// begun under the one before ends under it.
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Tokens {
        self.with(|inner| inner.policy = policy)
    }

    /// The same, by another clock.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Instant + Send + Sync + 'static) -> Tokens {
        self.with(|inner| inner.clock = Arc::new(clock))
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Tokens {
        let Inner { policy, store, audit_key, clock } = &*self.0;
        let (policy, store) = (policy.clone(), store.clone());
        let mut inner = Inner { policy, store, audit_key: audit_key.clone(), clock: clock.clone() };
        change(&mut inner);
        Tokens(Arc::new(inner))
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// The store.
    pub fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    fn audit_key(&self) -> Option<&[u8]> {
        self.0.audit_key.as_deref()
    }

    fn now(&self) -> Instant {
        (self.0.clock)()
    }

    /// Makes a token. [`Done::plaintext`] is for its bearer.
    ///
    /// # Errors
    /// As [`Tokens::give`].
    pub fn create<'a>(&self, new: NewToken<'_>, by: impl Into<By<'a>>) -> Result<Done, TokensError> {
        self.give(Command::Create(new), by)
    }

    /// Changes fields that the kind lets be changed.
    ///
    /// # Errors
    /// As [`Tokens::give`].
    pub fn edit<'a>(
        &self,
        token: &TokenId,
        edit: Edit<'_>,
        by: impl Into<By<'a>>,
    ) -> Result<Done, TokensError> {
        self.give(Command::Edit(*token, edit), by)
    }

    /// Moves the end, and restarts the clock that runs while the token is not used.
    ///
    /// # Errors
    /// As [`Tokens::give`].
    pub fn extend<'a>(
        &self,
        token: &TokenId,
        expires_at: Option<Instant>,
        by: impl Into<By<'a>>,
    ) -> Result<Done, TokensError> {
        self.give(Command::Extend(*token, expires_at), by)
    }

    /// Stops a token, reversibly.
    ///
    /// # Errors
    /// As [`Tokens::give`].
    pub fn lock<'a>(&self, token: &TokenId, by: impl Into<By<'a>>) -> Result<Done, TokensError> {
        self.give(Command::Lock(*token), by)
    }

    /// Lets a locked token go on.
    ///
    /// # Errors
    /// As [`Tokens::give`].
    pub fn unlock<'a>(&self, token: &TokenId, by: impl Into<By<'a>>) -> Result<Done, TokensError> {
        self.give(Command::Unlock(*token), by)
    }

    /// Stops a token. When this returns, no decision on a fresh record lets it pass.
    ///
    /// # Errors
    /// As [`Tokens::give`].
    pub fn revoke<'a>(&self, token: &TokenId, by: impl Into<By<'a>>) -> Result<Done, TokensError> {
        self.give(Command::Revoke(*token), by)
    }

    /// Gives a revoked or idle token a new secret, where the kind allows it. When somebody revokes it at the
    /// same moment, the revocation stands and this is refused as a `conflict`.
    ///
    /// # Errors
    /// As [`Tokens::give`].
    pub fn regenerate<'a>(&self, token: &TokenId, by: impl Into<By<'a>>) -> Result<Done, TokensError> {
        self.give(Command::Regenerate(*token), by)
    }

    /// Gives a token a new secret; the old one is good for a while, unless it leaked.
    ///
    /// # Errors
    /// As [`Tokens::give`].
    pub fn rotate<'a>(
        &self,
        token: &TokenId,
        rotation: Rotation<'_>,
        by: impl Into<By<'a>>,
    ) -> Result<Done, TokensError> {
        self.give(Command::Rotate(*token, rotation), by)
    }

    /// Makes a successor beside a token, and lets the token end.
    ///
    /// # Errors
    /// As [`Tokens::give`].
    pub fn renew<'a>(
        &self,
        token: &TokenId,
        successor: Successor<'_>,
        by: impl Into<By<'a>>,
    ) -> Result<Done, TokensError> {
        self.give(Command::Renew(*token, successor), by)
    }

    /// Takes up an offered renewal: the old plaintext and the key of the offer are all the right it takes.
    ///
    /// # Errors
    /// As [`Tokens::give`].
    pub fn redeem(&self, plaintext: &str, key: &str) -> Result<Done, TokensError> {
        self.give(Command::Redeem { plaintext, key }, By::itself())
    }

    /// Removes a token; its trail stays, and its id is never used again.
    ///
    /// # Errors
    /// As [`Tokens::give`].
    pub fn delete<'a>(&self, token: &TokenId, by: impl Into<By<'a>>) -> Result<Done, TokensError> {
        self.give(Command::Delete(*token), by)
    }
}

fn view_of(record: Option<&str>) -> Option<TokenView> {
    record.and_then(TokenView::parse)
}

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Tokens({:?})", self.policy())
    }
}
