//! The policy in force, which may be replaced while requests are served.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use crate::base::Error;
use crate::module::Module;
use crate::policy::Policy;

/// The policy in force, shared by its readers and the code that replaces it. Cloning is cheap, and all clones see
/// a change at the same moment.
///
/// ```
/// # use portcullis_wasmtime::{Error, Instant, LivePolicy, Module, Policy, Attempt, Lookup};
/// # const POLICY: &str = r#"{ "portcullis": 1, "name": "library", "realm": "Library API",
/// #     "resources": { "book": {} }, "routes": [{ "on": "GET /ping", "open": true }],
/// #     "kinds": { "personal": { "prefix": "lib_pat", "may": { "revoke": ["owner"] } } } }"#;
/// # const STRICTER: &str = r#"{ "portcullis": 1, "name": "library", "realm": "Library API",
/// #     "resources": { "book": {} }, "routes": [{ "crud": "/books", "needs": "book" }],
/// #     "kinds": { "personal": { "prefix": "lib_pat", "may": { "revoke": ["owner"] } } } }"#;
/// let live = LivePolicy::new(Policy::open(&Module::embedded()?, POLICY)?);
///
/// // A request takes the policy once, and ends under the one that it began with.
/// let policy = live.policy();
/// let attempt = Attempt::http("GET", "/ping");
/// let now = Instant::parse("2026-11-21T12:00:00Z").unwrap();
///
/// live.swap_document(STRICTER)?;                             // another thread, in the meantime
/// assert!(policy.decide(&attempt, Lookup::Unknown, None, now).allow());
/// assert!(!live.policy().decide(&attempt, Lookup::Unknown, None, now).allow());
///
/// // An invalid policy changes nothing.
/// let refused = live.swap_document("{}").unwrap_err();
/// assert!(matches!(refused, Error::Refused(_)));
/// assert!(!live.policy().decide(&attempt, Lookup::Unknown, None, now).allow());
/// # Ok::<(), Error>(())
/// ```
///
/// The previous policy lives for as long as it is held. A [`Token`](crate::Token) or a
/// [`Subject`](crate::Subject) that was opened under it is valid under the next one, too: each instance of the
/// module parses it when it first needs it, under its own policy, so rights never come from another policy. That
/// first query costs some 20 microseconds per token.
#[derive(Clone)]
pub struct LivePolicy(Arc<Inner>);

struct Inner {
    current: ArcSwap<Policy>,
    /// Held during a change, so that concurrent changes run one after the other.
    changing: Mutex<()>,
}

impl LivePolicy {
    /// Starts with this policy in force.
    pub fn new(policy: Policy) -> LivePolicy {
        LivePolicy(Arc::new(Inner { current: ArcSwap::from_pointee(policy), changing: Mutex::new(()) }))
    }

    /// The policy in force now. Take it once per request and keep it to the end, even while waiting for a store.
    pub fn policy(&self) -> Policy {
        Policy::clone(&self.0.current.load())
    }

    /// Runs a query that does not wait on the policy in force. Readers on different threads share no lock.
    #[inline]
    pub fn with<T>(&self, ask: impl FnOnce(&Policy) -> T) -> T {
        ask(&self.0.current.load())
    }

    /// Puts this policy in force, and returns the previous one.
    ///
    /// It first starts as many instances as the previous policy has, so that no request waits for them. If
    /// another change is under way, it waits for that to end.
    pub fn swap(&self, policy: Policy) -> Policy {
        let _changing = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.put(policy)
    }

    /// Opens this document in the current module with the current limits, puts it in force, and returns the
    /// previous policy.
    ///
    /// # Errors
    /// As [`Policy::open`], with every problem in the document. The current policy stays in force.
    pub fn swap_document(&self, document: &str) -> Result<Policy, Error> {
        self.change(|now| now.reopen(document))
    }

    /// Opens the current document in another module, puts it in force, and returns the previous policy.
    ///
    /// # Errors
    /// As [`Policy::open`]. The current policy stays in force.
    pub fn swap_module(&self, module: &Module) -> Result<Policy, Error> {
        self.change(|now| Policy::open_within(module, now.document(), now.limits().clone()))
    }

    fn change(&self, open: impl FnOnce(&Policy) -> Result<Policy, Error>) -> Result<Policy, Error> {
        let _changing = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let next = open(&self.policy())?;
        Ok(self.put(next))
    }

    fn put(&self, next: Policy) -> Policy {
        next.warm_up(&self.policy());
        Arc::unwrap_or_clone(self.0.current.swap(Arc::new(next)))
    }
}

impl From<Policy> for LivePolicy {
    fn from(policy: Policy) -> LivePolicy {
        LivePolicy::new(policy)
    }
}

impl fmt::Debug for LivePolicy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Live({:?})", self.policy())
    }
}
