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

/// Settings. Each makes a gate of its own, which shares nothing with the one that it was made of: give them once,
/// before the gate is shared.
impl Gate {
    /// Where the present rights of owners are found, for kinds of tokens that ask for them: `{ "id", "active",
    /// "grants" }`. Asked only after the secret was proven. An owner who is not found is one who is gone.
    #[must_use]
    pub fn with_owners(self, owners: DocumentSource<String>) -> Gate {
        self.with(|settings| settings.owners = Some(owners))
    }

    /// The tenant that a request is for, from where the client cannot write, such as the host name. Without
    /// this, no request is in a tenant. An error is a denial with 503.
    #[must_use]
    pub fn with_tenant(
        self,
        tenant: impl Fn(&GateRequest<'_>) -> FromRequestResult + Send + Sync + 'static,
    ) -> Gate {
        self.with(|settings| settings.tenant = Some(Arc::new(tenant)))
    }

    /// The application that asks, likewise.
    #[must_use]
    pub fn with_application(
        self,
        application: impl Fn(&GateRequest<'_>) -> FromRequestResult + Send + Sync + 'static,
    ) -> Gate {
        self.with(|settings| settings.application = Some(Arc::new(application)))
    }

    /// Where the client's address is read; by default [`ClientIp::Connection`].
    #[must_use]
    pub fn with_client_ip(self, from: ClientIp) -> Gate {
        self.with(|settings| settings.address = Address::Read(from))
    }

    /// The client's address, from wherever your platform keeps it, without a port.
    #[must_use]
    pub fn with_client_ip_of(
        self,
        address: impl Fn(&GateRequest<'_>) -> FromRequestResult + Send + Sync + 'static,
    ) -> Gate {
        self.with(|settings| settings.address = Address::Said(Arc::new(address)))
    }

    /// Keeps records and owners' rights for [`max_staleness`](Gate::with_max_staleness), instead of asking the
    /// store for each request.
    ///
    /// By default they are not kept, so that a lock or a revocation counts from the next request on; with this
    /// it counts after that time at the latest, plus the delay of the store that is read. Decisions are never
    /// kept: every request is decided, secret included.
    #[must_use]
    pub fn with_cache(self, cache: Cache) -> Gate {
        self.with(|settings| settings.cache = Some(cache))
    }

    /// How old a record or an owner's rights may be that an answer rests on, where they are kept at all, or a
    /// long-lived response is watched. Default: 60 s. Nothing older is used, also when the store is down.
    #[must_use]
    pub fn with_max_staleness(self, time: Duration) -> Gate {
        self.with(|settings| settings.max_staleness = time)
    }

    /// After which time a look-up has failed. Default: 5 s.
    #[must_use]
    pub fn with_timeout(self, time: Duration) -> Gate {
        self.with(|settings| settings.timeout = time)
    }

    /// Notes that a token was used, where an answer advises it: as [`Store::touch`](crate::store::Store::touch)
    /// says. Called after the answer, once for many requests, and never waited for. By default the store's own.
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

    /// Another clock than that of this machine. For a decision it is read after the store.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Instant + Send + Sync + 'static) -> Gate {
        self.with(|settings| settings.clock = Arc::new(clock))
    }

    /// `false` lets everything through, and [`Allowed::would_deny`](crate::gate::Allowed::would_deny) says what
    /// it would have denied: to see what a policy would do before it does it.
    #[must_use]
    pub fn with_enforce(self, enforce: bool) -> Gate {
        self.with(|settings| settings.enforce = enforce)
    }

    /// Sees every ruling before it is returned, for logs and counters.
    #[must_use]
    pub fn with_observer(self, observe: impl Fn(&GateDecision) + Send + Sync + 'static) -> Gate {
        self.with(|settings| settings.observe = Some(Arc::new(observe)))
    }
}
