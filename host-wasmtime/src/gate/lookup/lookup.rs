//! Finds documents: in the cache, from a look-up that is already running, or from their source.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portcullis_core::TokenId;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::gate::error::GateError;
use crate::gate::lookup::record_cache::{CacheLimits, FoundDocument, RecordCache};
use crate::gate::lookup::source::{DocumentSource, LookupFuture, LookupRequest, Reader, StoredDocument};
use crate::policy::Policy;
use crate::token::{Document, Token};

/// The clock of the gate, in milliseconds.
pub(crate) type Clock = dyn Fn() -> portcullis_core::Instant + Send + Sync;

type FlightResult = Option<Result<FoundDocument, GateError>>;

/// Documents of one sort: records, or rights of owners. Keys are the tenant and the whole id.
pub(crate) struct DocumentLookup {
    kept: Mutex<RecordCache>,
    /// Look-ups that are under way: those of one key that come at the same time are one.
    flights: Mutex<HashMap<Arc<str>, Flight>>,
    timeout: Duration,
}

struct Flight {
    landing: watch::Receiver<FlightResult>,
    began: Instant,
}

/// A look-up for as long as others may join it: until it has ended, also by a panic.
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

/// An id, as it is looked up.
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

/// An owner.
impl Id for String {
    fn as_text(&self) -> &str {
        self
    }

    fn open(policy: &Policy, text: &str) -> Result<Document, GateError> {
        Ok(policy.open_subject(text)?.0)
    }
}

impl DocumentLookup {
    pub(crate) fn new(keeping: CacheLimits, timeout: Duration) -> DocumentLookup {
        DocumentLookup { kept: Mutex::new(RecordCache::new(keeping)), flights: Mutex::default(), timeout }
    }

    /// The document, or the fact that there is none.
    pub(crate) async fn find<I: Id>(
        self: &Arc<Self>,
        source: &DocumentSource<I>,
        wanted: LookupRequest<I>,
        policy: &Policy,
        clock: &Clock,
    ) -> Result<FoundDocument, GateError> {
        let key = key_of(wanted.id.as_text(), wanted.tenant.as_deref());
        let (at, epoch) = {
            let kept = self.kept();
            // Before the question: what changes while it is under way may be missing in the answer.
            let at = kept.keeps().then(|| clock().millis());
            if let Some(found) = at.and_then(|now| kept.fresh(&key, now)) {
                return Ok(found);
            }
            (at, kept.epoch)
        };
        match &source.0 {
            Reader::Now(find) => {
                let found = find(wanted).map_err(GateError::source)?;
                self.kept().take(&key, at, epoch, found, |text| I::open(policy, text))
            }
            Reader::Later(find) => {
                let begin = || find(wanted);
                let mut landing = self.join::<I>(key, at, epoch, policy, begin)?;
                let landed = landing.wait_for(Option::is_some).await;
                let landed = landed.ok().and_then(|landed| landed.clone());
                landed.unwrap_or(Err(GateError::Abandoned))
            }
        }
    }

    /// The store is asked the next time, also by those who come while an answer is under way.
    pub(crate) fn forget(&self, id: &str, tenant: Option<&str>) {
        let key = key_of(id, tenant);
        self.kept().forget(&key);
        self.flights().remove(&key);
    }

    /// A look-up of the same key that is still running, or a new one.
    ///
    /// It continues when the caller that started it has gone: others may wait for it.
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
            // One that ended without an answer is not joined.
            && landing.has_changed().is_ok()
        {
            return Ok(landing.clone());
        }
        let runtime = Handle::try_current().map_err(|error| GateError::Source(Arc::new(error)))?;
        let (told, landing) = watch::channel(None);
        let flight = Flight { landing: landing.clone(), began: Instant::now() };
        flights.insert(key.clone(), flight);
        drop(flights);
        let (lookup, policy, found) = (self.clone(), policy.clone(), begin());
        let under_way = FlightGuard { lookup: self.clone(), key: key.clone(), landing: landing.clone() };
        runtime.spawn(async move {
            let landed = match timeout(lookup.timeout, found).await {
                Ok(Ok(found)) => lookup.kept().take(&key, at, epoch, found, |text| I::open(&policy, text)),
                Ok(Err(error)) => Err(GateError::source(error)),
                Err(_) => Err(GateError::Late { limit: lookup.timeout }),
            };
            // Callers from now on start a new look-up.
            drop(under_way);
            told.send_replace(Some(landed));
        });
        Ok(landing)
    }

    fn kept(&self) -> MutexGuard<'_, RecordCache> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn flights(&self) -> MutexGuard<'_, HashMap<Arc<str>, Flight>> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No tenant and id give the same key as another tenant and id.
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
