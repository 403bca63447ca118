//! What a gate is made of.

use std::sync::Arc;
use std::time::Duration;

use portcullis_core::TokenId;

use crate::gate::decision::Ruling;
use crate::gate::error::BoxError;
use crate::gate::lookup::{Clock, Keeping, Source};
use crate::gate::request::{ClientIp, Incoming};
use crate::gate::touches::Touching;
use crate::policy::Live;

pub(super) type Placed = Result<Option<String>, BoxError>;
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
