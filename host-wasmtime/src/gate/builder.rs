//! The settings of a gate, one method each.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use portcullis_core::{Instant, TokenId};

use crate::gate::decision::GateDecision;
use crate::gate::error::BoxError;
use crate::gate::gate::Gate;
use crate::gate::lookup::DocumentSource;
use crate::gate::request::{ClientIp, GateRequest};
use crate::gate::settings::{Address, Cache, FromRequestResult};
use crate::store::Touch;

/// Settings. Each returns a new gate, which shares no cache with the one that it came from. Apply them once,
/// before you share the gate.
impl Gate {
    /// Where to find the present rights of owners, for kinds of tokens that need them: `{ "id", "active",
    /// "grants" }`. It is asked only after the secret is verified. An owner who is not found counts as gone.
    #[must_use]
    pub fn with_owners(self, owners: DocumentSource<String>) -> Gate {
        self.with(|settings| settings.owners = Some(owners))
    }

    /// The tenant of a request, read from a part that the client cannot forge, such as the host name. Without
    /// this, requests have no tenant. An error is a denial with 503.
    #[must_use]
    pub fn with_tenant(
        self,
        tenant: impl Fn(&GateRequest<'_>) -> FromRequestResult + Send + Sync + 'static,
    ) -> Gate {
        self.with(|settings| settings.tenant = Some(Arc::new(tenant)))
    }

    /// The application that sends the request, in the same way.
    #[must_use]
    pub fn with_application(
        self,
        application: impl Fn(&GateRequest<'_>) -> FromRequestResult + Send + Sync + 'static,
    ) -> Gate {
        self.with(|settings| settings.application = Some(Arc::new(application)))
    }

    /// Where the gate reads the client's address; by default [`ClientIp::Connection`].
    #[must_use]
    pub fn with_client_ip(self, from: ClientIp) -> Gate {
        self.with(|settings| settings.address = Address::Read(from))
    }

    /// The client's address, read by a function of yours. A port, brackets and quotes are cut off. Text that is not
    /// an address is ignored: the request then has no address.
    #[must_use]
    pub fn with_client_ip_of(
        self,
        address: impl Fn(&GateRequest<'_>) -> FromRequestResult + Send + Sync + 'static,
    ) -> Gate {
        self.with(|settings| settings.address = Address::Said(Arc::new(address)))
    }

    /// Caches records and owners' rights for [`max_staleness`](Gate::with_max_staleness), instead of asking the
    /// store for each request.
    ///
    /// Without a cache, a lock or a revocation takes effect from the next request on. With one it takes effect
    /// after that time at the latest, plus the replication delay of the store that is read. Decisions are never
    /// cached: every request is decided anew, secret included.
    #[must_use]
    pub fn with_cache(self, cache: Cache) -> Gate {
        self.with(|settings| settings.cache = Some(cache))
    }

    /// The maximum age of a cached record or of an owner's cached rights, and the interval at which long-lived
    /// responses are rechecked. Default: 60 s. Nothing older is used, even if the store is down.
    #[must_use]
    pub fn with_max_staleness(self, time: Duration) -> Gate {
        self.with(|settings| settings.max_staleness = time)
    }

    /// How long a look-up may take before it fails. Default: 5 s.
    #[must_use]
    pub fn with_timeout(self, time: Duration) -> Gate {
        self.with(|settings| settings.timeout = time)
    }

    /// Records that a token was used, if the decision advises it; see
    /// [`Store::touch`](crate::store::Store::touch). The gate calls it after the response, once for many
    /// requests, and never waits for it. By default it calls the store's own.
    #[must_use]
    pub fn with_touch<F>(self, touch: impl Fn(TokenId, u64, Touch) -> F + Send + Sync + 'static) -> Gate
    where
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.with(|settings| {
            settings.touch =
                Some(Arc::new(move |token, revision, advice| Box::pin(touch(token, revision, advice))));
        })
    }

    /// Replaces the system clock. For a decision it is read after the look-up.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Instant + Send + Sync + 'static) -> Gate {
        self.with(|settings| settings.clock = Arc::new(clock))
    }

    /// `false` lets every request through; [`Allowed::would_deny`](crate::gate::Allowed::would_deny) has the
    /// denial. Use it to try out a policy before you enforce it.
    #[must_use]
    pub fn with_enforce(self, enforce: bool) -> Gate {
        self.with(|settings| settings.enforce = enforce)
    }

    /// Called with every decision before it is returned, for logs and counters.
    #[must_use]
    pub fn with_observer(self, observe: impl Fn(&GateDecision) + Send + Sync + 'static) -> Gate {
        self.with(|settings| settings.observe = Some(Arc::new(observe)))
    }
}
