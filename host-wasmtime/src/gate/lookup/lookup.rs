//! Finds documents: in the cache, from a look-up that is already running, or from their source.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use portcullis_core::TokenId;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::base::{Document, Token};
use crate::gate::error::GateError;
use crate::gate::lookup::record_cache::{CacheLimits, FoundDocument, RecordCache};
use crate::gate::lookup::source::{DocumentSource, LookupFuture, LookupRequest, Reader, StoredDocument};
use crate::policy::Policy;

/// The clock of the gate, in milliseconds.
pub(crate) type Clock = dyn Fn() -> portcullis_core::Instant + Send + Sync;

/// The longest wait for a look-up before another one is started.
const PATIENCE: Duration = Duration::from_millis(200);

type FlightResult = Option<Result<FoundDocument, GateError>>;

/// Documents of one type: records, or owners' rights. A key holds the tenant and the whole id.
pub(crate) struct DocumentLookup {
    cache: Mutex<RecordCache>,
    /// Look-ups in flight. Concurrent look-ups of one key with one credential share one: a client that knows an id
    /// but not its secret delays no other request.
    flights: Mutex<HashMap<FlightKey, Flight>>,
    /// Hashes credentials, so that no map holds one.
    hashing: RandomState,
    timeout: Duration,
}

/// A key, and the hash of a credential.
type FlightKey = (Arc<str>, u64);

struct Flight {
    landing: watch::Receiver<FlightResult>,
    sender: Weak<watch::Sender<FlightResult>>,
    began: Instant,
}

/// Removes a look-up from those in flight when it ends, even by a panic.
struct FlightGuard {
    lookup: Arc<DocumentLookup>,
    key: FlightKey,
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
        let cache = Mutex::new(RecordCache::new(limits));
        DocumentLookup { cache, flights: Mutex::default(), hashing: RandomState::new(), timeout }
    }

    /// Finds a document; `opened` is `None` if the store has none. Only requests with the same credential share a
    /// look-up.
    pub(crate) async fn find<I: Id>(
        self: &Arc<Self>,
        source: &DocumentSource<I>,
        request: LookupRequest<I>,
        credential: impl Hash,
        policy: &Policy,
        clock: &Clock,
    ) -> Result<FoundDocument, GateError> {
        let key = key_of(request.id.as_text(), request.tenant.as_deref());
        // Read before the store is asked, since the answer may miss changes made during the look-up.
        let asked = clock().millis();
        let epoch = {
            let cache = self.cache();
            if let Some(found) = cache.is_on().then(|| cache.fresh(&key, asked)).flatten() {
                return Ok(found);
            }
            cache.epoch
        };
        match &source.0 {
            Reader::Now(find) => {
                let found = find(request).map_err(GateError::source)?;
                self.cache().insert(&key, asked, epoch, found, |text| I::open(policy, text))
            }
            Reader::Later(find) => {
                let key = (key, self.hashing.hash_one(credential));
                let patience = PATIENCE.min(self.timeout / 4);
                let join = || self.join::<I>(&key, asked, epoch, policy, patience, || find(request.clone()));
                let mut landing = join()?;
                loop {
                    if let Ok(landed) = timeout(patience, landing.wait_for(Option::is_some)).await {
                        let landed = landed.ok().and_then(|landed| landed.clone());
                        return landed.unwrap_or(Err(GateError::Abandoned));
                    }
                    landing = join()?;
                }
            }
        }
    }

    /// Makes the next request ask the store, even if a look-up is in flight.
    pub(crate) fn forget(&self, id: &str, tenant: Option<&str>) {
        let key = key_of(id, tenant);
        self.cache().forget(&key);
        self.flights().retain(|(other, _), _| *other != key);
    }

    /// Joins the look-up in flight for this key, or starts one. If the last one takes long, one more is started: the
    /// first to end serves all who wait.
    ///
    /// It continues when the caller that started it goes away, since other callers may wait for it.
    fn join<I: Id>(
        self: &Arc<Self>,
        key: &FlightKey,
        asked: i64,
        epoch: u64,
        policy: &Policy,
        patience: Duration,
        begin: impl FnOnce() -> LookupFuture<Option<StoredDocument>>,
    ) -> Result<watch::Receiver<FlightResult>, GateError> {
        let mut flights = self.flights();
        // A look-up that ended without an answer has no sender, and is not joined.
        let flight = flights.get(key).and_then(|flight| Some((flight, flight.sender.upgrade()?)));
        let sender = match flight {
            Some((flight, _)) if flight.began.elapsed() < patience => return Ok(flight.landing.clone()),
            Some((_, sender)) => sender,
            None => Arc::new(watch::Sender::new(None)),
        };
        let runtime = Handle::try_current().map_err(|error| GateError::Source(Arc::new(error)))?;
        let landing = sender.subscribe();
        let began = Instant::now();
        let flight = Flight { landing: landing.clone(), sender: Arc::downgrade(&sender), began };
        flights.insert(key.clone(), flight);
        drop(flights);
        let (lookup, policy, found, key) = (self.clone(), policy.clone(), begin(), key.clone());
        let guard = FlightGuard { lookup: self.clone(), key: key.clone(), landing: landing.clone() };
        runtime.spawn(async move {
            let landed = match timeout(lookup.timeout, found).await {
                Ok(Ok(found)) => {
                    lookup.cache().insert(&key.0, asked, epoch, found, |text| I::open(&policy, text))
                }
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

    fn flights(&self) -> MutexGuard<'_, HashMap<FlightKey, Flight>> {
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
