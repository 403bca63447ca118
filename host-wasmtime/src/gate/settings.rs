//! The settings of a gate.

use std::sync::Arc;
use std::time::Duration;

use portcullis_core::TokenId;

use crate::gate::decision::GateDecision;
use crate::gate::error::BoxError;
use crate::gate::lookup::{CacheLimits, Clock, DocumentSource};
use crate::gate::request::{ClientIp, GateRequest};
use crate::gate::touches::TouchFn;
use crate::policy::LivePolicy;

pub(super) type FromRequestResult = Result<Option<String>, BoxError>;
type Observer = dyn Fn(&GateDecision) + Send + Sync;
pub(crate) type FromRequest = Arc<dyn Fn(&GateRequest<'_>) -> FromRequestResult + Send + Sync>;

/// The longest that an absent token is cached: a new one must not wait longer.
const ABSENT: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) rules: LivePolicy,
    pub(crate) records: DocumentSource<TokenId>,
    pub(crate) owners: Option<DocumentSource<String>>,
    pub(crate) touch: Option<Arc<TouchFn>>,
    pub(crate) tenant: Option<FromRequest>,
    pub(crate) application: Option<FromRequest>,
    pub(crate) address: Address,
    pub(crate) clock: Arc<Clock>,
    pub(crate) cache: Option<Cache>,
    pub(crate) max_staleness: Duration,
    pub(crate) timeout: Duration,
    pub(crate) enforce: bool,
    pub(crate) observe: Option<Arc<Observer>>,
}

#[derive(Clone)]
pub(crate) enum Address {
    Read(ClientIp),
    Said(FromRequest),
}

/// The bounds of a gate's cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cache {
    /// How many records, and how many owners' rights. Each counts once per 2 KiB. Default: 4,096.
    pub entries: usize,
    /// How long an absent token is cached. Default and maximum: 10 s.
    pub absent: Duration,
}

impl Default for Cache {
    fn default() -> Cache {
        Cache { entries: 4_096, absent: ABSENT }
    }
}

impl Settings {
    pub(crate) fn new(
        rules: LivePolicy,
        records: DocumentSource<TokenId>,
        touch: Option<Arc<TouchFn>>,
    ) -> Settings {
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

    pub(crate) fn cache_limits(&self) -> CacheLimits {
        match self.cache {
            Some(Cache { entries, absent }) => CacheLimits {
                found: self.max_staleness,
                absent: absent.min(ABSENT).min(self.max_staleness),
                entries,
            },
            None => CacheLimits {
                found: Duration::ZERO,
                absent: Duration::ZERO,
                entries: Cache::default().entries,
            },
        }
    }
}
