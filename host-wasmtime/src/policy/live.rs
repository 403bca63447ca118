//! The policy in force, which may be replaced while requests are served.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use crate::base::Error;
use crate::module::Module;
use crate::policy::Policy;

/// The policy in force, shared by its readers and by the code that replaces it. Cloning costs nothing, and all
/// clones see the same change at the same moment.
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
/// // What is no policy changes nothing.
/// let refused = live.swap_document("{}").unwrap_err();
/// assert!(matches!(refused, Error::Refused(_)));
/// assert!(!live.policy().decide(&attempt, Lookup::Unknown, None, now).allow());
/// # Ok::<(), Error>(())
/// ```
///
/// The previous policy lives for as long as it is held. A [`Token`](crate::Token) or a
/// [`Subject`](crate::Subject) that was opened under it is as good under the one after: each instance of the
/// module reads it when it is first asked about it, under its own policy, so that rights are never those of
/// another one. That first question costs some 20 microseconds a token.
#[derive(Clone)]
pub struct LivePolicy(Arc<Inner>);

struct Inner {
    current: ArcSwap<Policy>,
    /// Held during a change: of two changes, the later one starts from the result of the earlier one.
    changing: Mutex<()>,
}

impl LivePolicy {
    /// With this policy in force.
    pub fn new(policy: Policy) -> LivePolicy {
        LivePolicy(Arc::new(Inner { current: ArcSwap::from_pointee(policy), changing: Mutex::new(()) }))
    }

    /// The policy in force at this moment: take it once for a request and keep it to the end, also while
    /// waiting for a store.
    pub fn policy(&self) -> Policy {
        Policy::clone(&self.0.current.load())
    }

    /// The same for a question that does not wait: readers share nothing between threads.
    #[inline]
    pub fn with<T>(&self, ask: impl FnOnce(&Policy) -> T) -> T {
        ask(&self.0.current.load())
    }

    /// Puts this policy in force and returns the one before.
    ///
    /// It has been opened, so it is a good one. As many instances as the one before has are made first, so
    /// that no request waits for them; another change under way ends first.
    pub fn swap(&self, policy: Policy) -> Policy {
        let _changing = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        self.put(policy)
    }

    /// Opens this document in the present module, within the present limits, puts it in force, and returns
    /// the policy before.
    ///
    /// # Errors
    /// As [`Policy::open`], with everything that is wrong with the document; the present policy stays in force.
    pub fn swap_document(&self, document: &str) -> Result<Policy, Error> {
        self.change(|now| now.reopen(document))
    }

    /// Opens the present document in another module, puts it in force, and returns the policy before.
    ///
    /// # Errors
    /// As [`Policy::open`]; the present policy stays in force.
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
