//! The tokens of a store under a policy, and a method for each command.

use std::fmt;
use std::sync::Arc;

use portcullis_core::{Instant, TokenId};

use crate::policy::Policy;
use crate::store::Store;
use crate::tokens::actor::{CommandOptions, Presented};
use crate::tokens::command::{Command, CreateFields, EditFields, RenewFields, RotateFields};
use crate::tokens::error::TokensError;
use crate::tokens::outcome::CommandResult;
use crate::tokens::view::TokenView;

/// What every command returns.
type Executed = Result<CommandResult, TokensError>;

/// The tokens of a store under a policy.
///
/// Every change takes three steps: read the record, let the policy work out the change, and let the store write
/// it if nothing has changed in between. Nothing is cached, so any number of these, in any number of processes,
/// may work on one store.
///
/// It sends nothing: notices wait in the [`outbox`](Tokens::outbox). It starts no thread: call
/// [`sweep`](Tokens::sweep) every few minutes to execute what is due.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    policy: Policy,
    store: Arc<dyn Store>,
    audit_key: Option<Box<[u8]>>,
    clock: Arc<dyn Fn() -> Instant + Send + Sync>,
}

impl Tokens {
    /// The tokens of this store under this policy, with the system clock.
    pub fn new(policy: Policy, store: impl Store + 'static) -> Tokens {
        let store = Arc::new(store);
        Tokens(Arc::new(Inner { policy, store, audit_key: None, clock: Arc::new(crate::base::now) }))
    }

    /// Seals every event with a key of at least 16 bytes. Keep the key outside the store: then write access to
    /// the store is not enough to forge a trail.
    #[must_use]
    pub fn with_audit_key(self, key: &[u8]) -> Tokens {
        self.with(|inner| inner.audit_key = Some(key.into()))
    }

    /// The same tokens under another policy, such as [`LivePolicy::policy`](crate::LivePolicy::policy). A command
    /// that has begun ends under the previous one.
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Tokens {
        self.with(|inner| inner.policy = policy)
    }

    /// Replaces the system clock.
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

    pub(super) fn audit_key(&self) -> Option<&[u8]> {
        self.0.audit_key.as_deref()
    }

    pub(super) fn now(&self) -> Instant {
        (self.0.clock)()
    }

    /// Creates a token. [`CommandResult::plaintext`] is for its bearer.
    ///
    /// # Errors
    /// As [`Tokens::execute`].
    pub fn create<'a>(&self, new: CreateFields<'_>, by: impl Into<CommandOptions<'a>>) -> Executed {
        self.execute(Command::Create(new), by)
    }

    /// Changes the fields that the kind makes editable.
    ///
    /// # Errors
    /// As [`Tokens::execute`].
    pub fn edit<'a>(
        &self,
        token: &TokenId,
        edit: EditFields<'_>,
        by: impl Into<CommandOptions<'a>>,
    ) -> Executed {
        self.execute(Command::Edit(*token, edit), by)
    }

    /// Moves the end, and restarts the idle clock.
    ///
    /// # Errors
    /// As [`Tokens::execute`].
    pub fn extend<'a>(
        &self,
        token: &TokenId,
        expires_at: Option<Instant>,
        by: impl Into<CommandOptions<'a>>,
    ) -> Executed {
        self.execute(Command::Extend(*token, expires_at), by)
    }

    /// Blocks a token until it is unlocked.
    ///
    /// # Errors
    /// As [`Tokens::execute`].
    pub fn lock<'a>(&self, token: &TokenId, by: impl Into<CommandOptions<'a>>) -> Executed {
        self.execute(Command::Lock(*token), by)
    }

    /// Unblocks a locked token.
    ///
    /// # Errors
    /// As [`Tokens::execute`].
    pub fn unlock<'a>(&self, token: &TokenId, by: impl Into<CommandOptions<'a>>) -> Executed {
        self.execute(Command::Unlock(*token), by)
    }

    /// Revokes a token. Once this returns, no decision on a fresh record allows it.
    ///
    /// # Errors
    /// As [`Tokens::execute`].
    pub fn revoke<'a>(&self, token: &TokenId, by: impl Into<CommandOptions<'a>>) -> Executed {
        self.execute(Command::Revoke(*token), by)
    }

    /// Gives a revoked or idle token a new secret, if the kind permits it. If the token is revoked at the same
    /// moment, the revocation stands and this is refused as a `conflict`.
    ///
    /// # Errors
    /// As [`Tokens::execute`].
    pub fn regenerate<'a>(&self, token: &TokenId, by: impl Into<CommandOptions<'a>>) -> Executed {
        self.execute(Command::Regenerate(*token), by)
    }

    /// Gives a token a new secret. The old one stays good for a grace period, unless it leaked.
    ///
    /// # Errors
    /// As [`Tokens::execute`].
    pub fn rotate<'a>(
        &self,
        token: &TokenId,
        rotation: RotateFields<'_>,
        by: impl Into<CommandOptions<'a>>,
    ) -> Executed {
        self.execute(Command::Rotate(*token, rotation), by)
    }

    /// Makes a successor, and lets the old token end.
    ///
    /// # Errors
    /// As [`Tokens::execute`].
    pub fn renew<'a>(
        &self,
        token: &TokenId,
        successor: RenewFields<'_>,
        by: impl Into<CommandOptions<'a>>,
    ) -> Executed {
        self.execute(Command::Renew(*token, successor), by)
    }

    /// Accepts an offered renewal. The old plaintext and the key of the offer authorise it.
    ///
    /// # Errors
    /// As [`Tokens::execute`].
    pub fn redeem(&self, plaintext: &str, key: &str, presented: Presented<'_>) -> Executed {
        self.execute(Command::Redeem { plaintext, key }, CommandOptions::by_token(presented))
    }

    /// Deletes a token. Its trail stays, and its id is never used again.
    ///
    /// # Errors
    /// As [`Tokens::execute`].
    pub fn delete<'a>(&self, token: &TokenId, by: impl Into<CommandOptions<'a>>) -> Executed {
        self.execute(Command::Delete(*token), by)
    }
}

pub(super) fn view_of(record: Option<&str>) -> Option<TokenView> {
    record.and_then(TokenView::parse)
}

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Tokens({:?})", self.policy())
    }
}
