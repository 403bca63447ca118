//! Finds documents: in the cache, from a look-up that is already running, or from their source.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portcullis_core::TokenId;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::base::{Document, Token};
use crate::gate::error::GateError;
use crate::gate::lookup::record_cache::{CacheLimits, FoundDocument, RecordCache};
use crate::gate::lookup::source::{DocumentSource, LookupFuture, LookupRequest, Reader, StoredDocument};
use crate::policy::Policy;

/// The clock of the gate, in milliseconds.
pub(crate) type Clock = dyn Fn() -> portcullis_core::Instant + Send + Sync;

type FlightResult = Option<Result<FoundDocument, GateError>>;

/// Documents of one type: records, or owners' rights. A key holds the tenant and the whole id.
pub(crate) struct DocumentLookup {
    cache: Mutex<RecordCache>,
    /// Look-ups in flight. Concurrent look-ups of one key share one.
    flights: Mutex<HashMap<Arc<str>, Flight>>,
    timeout: Duration,
}

struct Flight {
    landing: watch::Receiver<FlightResult>,
    began: Instant,
}

/// Removes a look-up from those in flight when it ends, even by a panic.
struct FlightGuard {
    lookup: Arc<DocumentLookup>,
    key: Arc<str>,
    landing: watch::Receiver<FlightResult>,
}

impl Drop for FlightGuard {
    fn drop(&mut self) {
        let mut flights = self.lookup.flights();
        if flights.get(&self.key).is_some_and(|flight| flight.landing.same_channel(&self.landing)) {
            flights.remove(&self.key);
        }
    }
}

/// The id of a token or of an owner.
pub(crate) trait Id: Clone + Send + 'static {
    fn as_text(&self) -> &str;
    fn open(policy: &Policy, text: &str) -> Result<Document, GateError>;
}

impl Id for TokenId {
    fn as_text(&self) -> &str {
        self.as_str()
    }

    fn open(_: &Policy, text: &str) -> Result<Document, GateError> {
        Ok(Token::new(text).0)
    }
}

/// The id of an owner.
impl Id for String {
    fn as_text(&self) -> &str {
        self
    }

    fn open(policy: &Policy, text: &str) -> Result<Document, GateError> {
        Ok(policy.open_subject(text)?.0)
    }
}

impl DocumentLookup {
    pub(crate) fn new(limits: CacheLimits, timeout: Duration) -> DocumentLookup {
        DocumentLookup { cache: Mutex::new(RecordCache::new(limits)), flights: Mutex::default(), timeout }
    }

    /// Finds a document; `opened` is `None` if the store has none.
    pub(crate) async fn find<I: Id>(
        self: &Arc<Self>,
        source: &DocumentSource<I>,
        request: LookupRequest<I>,
        policy: &Policy,
        clock: &Clock,
    ) -> Result<FoundDocument, GateError> {
        let key = key_of(request.id.as_text(), request.tenant.as_deref());
        let (at, epoch) = {
            let cache = self.cache();
            // Read before the store is asked, since the answer may miss changes made during the look-up.
            let at = cache.is_on().then(|| clock().millis());
            if let Some(found) = at.and_then(|now| cache.fresh(&key, now)) {
                return Ok(found);
            }
            (at, cache.epoch)
        };
        match &source.0 {
            Reader::Now(find) => {
                let found = find(request).map_err(GateError::source)?;
                self.cache().insert(&key, at, epoch, found, |text| I::open(policy, text))
            }
            Reader::Later(find) => {
                let begin = || find(request);
                let mut landing = self.join::<I>(key, at, epoch, policy, begin)?;
                let landed = landing.wait_for(Option::is_some).await;
                let landed = landed.ok().and_then(|landed| landed.clone());
                landed.unwrap_or(Err(GateError::Abandoned))
            }
        }
    }

    /// Makes the next request ask the store, even if a look-up is in flight.
    pub(crate) fn forget(&self, id: &str, tenant: Option<&str>) {
        let key = key_of(id, tenant);
        self.cache().forget(&key);
        self.flights().remove(&key);
    }

    /// Joins the look-up in flight for this key, or starts one.
    ///
    /// It continues when the caller that started it goes away, since other callers may wait for it.
    fn join<I: Id>(
        self: &Arc<Self>,
        key: Arc<str>,
        at: Option<i64>,
        epoch: u64,
        policy: &Policy,
        begin: impl FnOnce() -> LookupFuture<Option<StoredDocument>>,
    ) -> Result<watch::Receiver<FlightResult>, GateError> {
        let mut flights = self.flights();
        if let Some(Flight { landing, began }) = flights.get(&key)
            && began.elapsed() < self.timeout / 2
            // A look-up that ended without an answer is not joined.
            && landing.has_changed().is_ok()
        {
            return Ok(landing.clone());
        }
        let runtime = Handle::try_current().map_err(|error| GateError::Source(Arc::new(error)))?;
        let (sender, landing) = watch::channel(None);
        let flight = Flight { landing: landing.clone(), began: Instant::now() };
        flights.insert(key.clone(), flight);
        drop(flights);
        let (lookup, policy, found) = (self.clone(), policy.clone(), begin());
        let guard = FlightGuard { lookup: self.clone(), key: key.clone(), landing: landing.clone() };
        runtime.spawn(async move {
            let landed = match timeout(lookup.timeout, found).await {
                Ok(Ok(found)) => lookup.cache().insert(&key, at, epoch, found, |text| I::open(&policy, text)),
                Ok(Err(error)) => Err(GateError::source(error)),
                Err(_) => Err(GateError::Late { limit: lookup.timeout }),
            };
            // From here on, callers start a new look-up.
            drop(guard);
            sender.send_replace(Some(landed));
        });
        Ok(landing)
    }

    fn cache(&self) -> MutexGuard<'_, RecordCache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<Arc<str>, Flight>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A key for tenant and id that no other pair shares.
fn key_of(id: &str, tenant: Option<&str>) -> Arc<str> {
    match tenant {
        None => format!(":{id}").into(),
        Some(tenant) => format!("{}:{tenant}{id}", tenant.len()).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sto_07_no_two_tenants_share_a_key() {
        let keys = [
            ("23", Some("t1:")),
            (":23", Some("t1")),
            ("3", Some("t1:2")),
            ("t1:23", None),
            ("23", Some("")),
        ];
        let keys: std::collections::HashSet<_> = keys.map(|(id, tenant)| key_of(id, tenant)).into();
        assert_eq!(keys.len(), 5);
    }
}
