//! What a gate is made of.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use portcullis_core::{Instant, TokenId};

use crate::gate::decision::Ruling;
use crate::gate::error::BoxError;
use crate::gate::gate::Gate;
use crate::gate::lookup::Clock;
use crate::gate::lookup::Keeping;
use crate::gate::lookup::Source;
use crate::gate::request::{ClientIp, Incoming};
use crate::gate::touches::Touching;
use crate::policy::Live;
use crate::store::Touch;

type Placed = Result<Option<String>, BoxError>;
type Observing = dyn Fn(&Ruling) + Send + Sync;
pub(crate) type Placing = Arc<dyn Fn(&Incoming<'_>) -> Placed + Send + Sync>;

/// How long it is kept at most that there is no such token: a new one must not wait longer.
const ABSENT: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) rules: Live,
    pub(crate) records: Source<TokenId>,
    pub(crate) owners: Option<Source<String>>,
    pub(crate) touch: Option<Arc<Touching>>,
    pub(crate) tenant: Option<Placing>,
    pub(crate) application: Option<Placing>,
    pub(crate) address: Address,
    pub(crate) clock: Arc<Clock>,
    pub(crate) cache: Option<Cache>,
    pub(crate) max_staleness: Duration,
    pub(crate) timeout: Duration,
    pub(crate) enforce: bool,
    pub(crate) observe: Option<Arc<Observing>>,
}

#[derive(Clone)]
pub(crate) enum Address {
    Read(ClientIp),
    Said(Placing),
}

/// The bounds of what a gate keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cache {
    /// How many records, and how many owners' rights; each counts once for every 2 KiB. Default: 4,096.
    pub entries: usize,
    /// For how long it is kept that there is no such token: at most, and by default, 10 s.
    pub absent: Duration,
}

impl Default for Cache {
    fn default() -> Cache {
        Cache { entries: 4_096, absent: ABSENT }
    }
}

impl Settings {
    pub(crate) fn new(rules: Live, records: Source<TokenId>, touch: Option<Arc<Touching>>) -> Settings {
        Settings {
            rules,
            records,
            owners: None,
            touch,
            tenant: None,
            application: None,
            address: Address::Read(ClientIp::Connection),
            clock: Arc::new(crate::base::now),
            cache: None,
            max_staleness: Duration::from_secs(60),
            timeout: Duration::from_secs(5),
            enforce: true,
            observe: None,
        }
    }

    pub(crate) fn keeping(&self) -> Keeping {
        match self.cache {
            Some(Cache { entries, absent }) => Keeping {
                found: self.max_staleness,
                absent: absent.min(ABSENT).min(self.max_staleness),
                entries,
            },
            None => {
                Keeping { found: Duration::ZERO, absent: Duration::ZERO, entries: Cache::default().entries }
            }
        }
    }
}

/// Settings. Each makes a gate of its own, which shares nothing with the one that it was made of: give them once,
/// before the gate is shared.
impl Gate {
    /// Where the present rights of owners are found, for kinds of tokens that ask for them: `{ "id", "active",
    /// "grants" }`. Asked only after the secret was proven. An owner who is not found is one who is gone.
    #[must_use]
    pub fn with_owners(self, owners: Source<String>) -> Gate {
        self.with(|settings| settings.owners = Some(owners))
    }

    /// The tenant that a request is for, from where the client cannot write, such as the host name. Without
    /// this, no request is in a tenant. An error is a denial with 503.
    #[must_use]
    pub fn with_tenant(self, tenant: impl Fn(&Incoming<'_>) -> Placed + Send + Sync + 'static) -> Gate {
        self.with(|settings| settings.tenant = Some(Arc::new(tenant)))
    }

    /// The application that asks, likewise.
    #[must_use]
    pub fn with_application(
        self,
        application: impl Fn(&Incoming<'_>) -> Placed + Send + Sync + 'static,
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
        address: impl Fn(&Incoming<'_>) -> Placed + Send + Sync + 'static,
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
    pub fn with_observer(self, observe: impl Fn(&Ruling) + Send + Sync + 'static) -> Gate {
        self.with(|settings| settings.observe = Some(Arc::new(observe)))
    }
}
