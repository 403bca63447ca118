//! Documents from the store, cached for a bounded time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use portcullis_core::{Bounds, Instant, Value};

use crate::base::{Document, fields};
use crate::gate::error::GateError;
use crate::gate::lookup::bounded_map::BoundedMap;
use crate::gate::lookup::source::{DocumentForm, StoredDocument};

/// How many records' highest revisions are remembered. Each is one number, so there is room for many.
const REMEMBERED: usize = 32_768;
/// How many milliseconds a record that the store no longer had stays refused in the same revision: longer than a
/// replica lags, and not for ever, since the lagging one may be the one that had none.
const ABSENCE: i64 = 300_000;
/// Bytes of text that count as one entry.
const ENTRY: usize = 2_048;
/// Earlier than every instant.
const PAST: i64 = i64::MIN;

/// The result of a look-up.
#[derive(Clone)]
pub(crate) struct FoundDocument {
    /// `None` where the store has none.
    pub(crate) opened: Option<Document>,
    /// The time from which it may be out of date; `None` if the cache is off and the store was just asked.
    pub(crate) at: Option<i64>,
    pub(crate) lifetime: Option<Arc<CacheLifetime>>,
}

/// How long an entry may be used, and which decisions have already been checked for an earlier end.
pub(crate) struct CacheLifetime {
    until: AtomicI64,
    checked: Mutex<Vec<u32>>,
}

impl CacheLifetime {
    /// Whether this verdict has not been checked yet.
    pub(crate) fn is_new(&self, answer: u32) -> bool {
        let mut checked = self.checked.lock().unwrap_or_else(PoisonError::into_inner);
        let new = !checked.contains(&answer);
        if new {
            checked.push(answer);
        }
        new
    }

    /// Ends the entry at this instant, if that is earlier.
    pub(crate) fn ends(&self, at: Instant) {
        self.until.fetch_min(at.millis(), Ordering::Relaxed);
    }
}

/// How long documents and absences are cached, and how many.
#[derive(Clone, Copy)]
pub(crate) struct CacheLimits {
    pub(crate) found: Duration,
    pub(crate) absent: Duration,
    pub(crate) entries: usize,
}

/// Documents by key. A document whose text did not change stays the same document, so that no instance of the
/// module parses it again. An expired entry is never used, even if the store fails. A record with a lower
/// revision than one seen before is refused.
pub(crate) struct RecordCache {
    limits: CacheLimits,
    entries: BoundedMap<Arc<str>, CacheEntry>,
    /// Separate, so that a flood of unknown ids evicts no documents.
    absent: BoundedMap<Arc<str>, i64>,
    revisions: BoundedMap<Arc<str>, RevisionSeen>,
    /// Incremented each time an entry is forgotten.
    pub(crate) epoch: u64,
}

/// The highest revision seen of a record.
struct RevisionSeen {
    revision: u64,
    /// When the store last said that there is no such record, if it did so after that.
    absent: Option<i64>,
}

struct CacheEntry {
    opened: Document,
    /// When the store was asked. The record may have changed since.
    at: i64,
    until: Arc<CacheLifetime>,
}

impl RecordCache {
    pub(crate) fn new(limits: CacheLimits) -> RecordCache {
        RecordCache {
            limits,
            entries: BoundedMap::new(limits.entries),
            absent: BoundedMap::new(limits.entries),
            revisions: BoundedMap::new(REMEMBERED),
            epoch: 0,
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        !self.limits.found.is_zero()
    }

    /// The entry under this key, if it has not expired.
    pub(crate) fn fresh(&self, key: &Arc<str>, now: i64) -> Option<FoundDocument> {
        if let Some(CacheEntry { opened, at, until }) = self.entries.get(key)
            // A clock that steps back makes no entry younger.
            && *at <= now
            && now < until.until.load(Ordering::Relaxed)
        {
            return Some(FoundDocument {
                opened: Some(opened.clone()),
                at: Some(*at),
                lifetime: Some(until.clone()),
            });
        }
        let at = *self.absent.get(key)?;
        let young = at <= now && now < at.saturating_add(millis(self.limits.absent));
        young.then_some(FoundDocument { opened: None, at: Some(at), lifetime: None })
    }

    /// Makes the next request ask the store.
    pub(crate) fn forget(&mut self, key: &Arc<str>) {
        self.epoch += 1;
        self.absent.remove(key);
        if let Some(entry) = self.entries.get(key) {
            entry.until.until.store(PAST, Ordering::Relaxed);
        }
    }

    /// Stores the answer to a look-up that began at this time, in this epoch.
    pub(crate) fn insert(
        &mut self,
        key: &Arc<str>,
        asked: i64,
        epoch: u64,
        found: Option<StoredDocument>,
        open: impl FnOnce(&str) -> Result<Document, GateError>,
    ) -> Result<FoundDocument, GateError> {
        let at = self.is_on().then_some(asked);
        // An entry was forgotten during the look-up: its callers get the answer, but nothing is cached.
        let fresh = at.filter(|_| epoch == self.epoch);
        let Some(found) = found else {
            self.entries.remove(key);
            if let Some(seen) = self.revisions.get_mut(key) {
                seen.absent = Some(asked);
            }
            if let Some(at) = fresh.filter(|_| !self.limits.absent.is_zero()) {
                self.absent.put(key.clone(), at, 1);
            }
            return Ok(FoundDocument { opened: None, at, lifetime: None });
        };
        self.absent.remove(key);
        let known = self.entries.get(key).filter(|entry| is_same(&entry.opened, &found.0));
        if known.is_none() {
            let opened = match found.0 {
                DocumentForm::Text(text) => open(&text)?,
                DocumentForm::Opened(opened) => opened,
            };
            self.admit(key, &opened, asked)?;
            let weight = 1 + opened.text.len() / ENTRY;
            let until = Arc::new(CacheLifetime { until: AtomicI64::new(PAST), checked: Mutex::default() });
            let entry = CacheEntry { opened: opened.clone(), at: PAST, until };
            self.entries.put(key.clone(), entry, weight);
            if self.entries.get(key).is_none() {
                // Too large for the cache.
                return Ok(FoundDocument { opened: Some(opened), at, lifetime: None });
            }
        }
        let Some(entry) = self.entries.get_mut(key) else { return Err(GateError::Abandoned) };
        if let Some(at) = fresh {
            entry.at = at;
            let until = at.saturating_add(millis(self.limits.found));
            entry.until = Arc::new(CacheLifetime { until: AtomicI64::new(until), checked: Mutex::default() });
        }
        let lifetime = fresh.map(|_| entry.until.clone());
        Ok(FoundDocument { opened: Some(entry.opened.clone()), at, lifetime })
    }

    /// Refuses a stale record: a lagging replica must not undo a lock, a deletion or a lost right.
    fn admit(&mut self, key: &Arc<str>, opened: &Document, asked: i64) -> Result<(), GateError> {
        let document = Value::parse(&opened.text, Bounds::RECORD).ok();
        let revision = document.and_then(|document| {
            // The revision of another record says nothing about this one.
            let is_own = fields::text(&document, "id").is_none_or(|id| key.ends_with(id));
            fields::number(&document, "revision").filter(|_| is_own)
        });
        let Some(revision) = revision else {
            // Not a valid record, one without a revision, or that of another token: the rules deny it.
            return Ok(());
        };
        if let Some(seen) = self.revisions.get(key) {
            let is_deleted = seen.absent.is_some_and(|absent| asked < absent.saturating_add(ABSENCE));
            if revision < seen.revision || revision == seen.revision && is_deleted {
                return Err(GateError::Behind);
            }
        }
        self.revisions.put(key.clone(), RevisionSeen { revision, absent: None }, 1);
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len() + self.absent.len()
    }
}

fn is_same(cached: &Document, found: &DocumentForm) -> bool {
    match found {
        DocumentForm::Text(text) => **cached.text == **text,
        DocumentForm::Opened(opened) => Arc::ptr_eq(&cached.text, &opened.text),
    }
}

pub(crate) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Token;

    fn cache() -> RecordCache {
        let limits =
            CacheLimits { found: Duration::from_secs(60), absent: Duration::from_secs(10), entries: 4 };
        RecordCache::new(limits)
    }

    fn insert(
        cache: &mut RecordCache,
        key: &str,
        at: i64,
        text: Option<&str>,
    ) -> Result<FoundDocument, GateError> {
        let epoch = cache.epoch;
        cache.insert(&key.into(), at, epoch, text.map(StoredDocument::from), |text| Ok(Token::new(text).0))
    }

    #[test]
    fn edg_01_an_entry_expires_counted_from_the_start_of_its_look_up() {
        let (mut cache, key, from) = (cache(), Arc::from("a"), Instant::MIN.millis());
        let first = insert(&mut cache, "a", from, Some(r#"{"revision":1}"#)).unwrap().opened.unwrap();
        for (after, is_fresh) in [(-1, false), (0, true), (59_999, true), (60_000, false)] {
            assert_eq!(cache.fresh(&key, from + after).is_some(), is_fresh, "{after}");
        }
        let again = insert(&mut cache, "a", from + 70_000, Some(r#"{"revision":1}"#)).unwrap();
        assert!(Arc::ptr_eq(&first.text, &again.opened.unwrap().text));
        assert!(cache.fresh(&key, from + 80_000).is_some());
        again.lifetime.unwrap().ends(Instant::from_millis(from + 80_000).unwrap());
        assert!(cache.fresh(&key, from + 79_999).is_some());
        assert!(cache.fresh(&key, from + 80_000).is_none());
    }

    #[test]
    fn sto_03_an_older_revision_is_refused_even_after_its_record_was_evicted() {
        let mut cache = cache();
        assert!(insert(&mut cache, "a", 0, Some(r#"{"revision":7}"#)).is_ok());
        for number in 0..10 {
            assert!(insert(&mut cache, &number.to_string(), 0, Some(r#"{"revision":1}"#)).is_ok());
        }
        assert!(matches!(insert(&mut cache, "a", 0, Some(r#"{"revision":6}"#)), Err(GateError::Behind)));
        assert!(insert(&mut cache, "a", 0, Some(r#"{"revision":7}"#)).is_ok());
    }

    #[test]
    fn sto_03_a_record_that_was_absent_once_is_refused_for_a_while_and_not_for_ever() {
        let (mut cache, one) = (cache(), Some(r#"{"revision":1}"#));
        assert!(insert(&mut cache, "a", 0, one).is_ok());
        for from in [1_000, 200_000] {
            assert!(insert(&mut cache, "a", from, None).is_ok());
            for after in [0, 1, ABSENCE - 1] {
                assert!(matches!(insert(&mut cache, "a", from + after, one), Err(GateError::Behind)));
            }
        }
        assert!(insert(&mut cache, "a", 200_000 + ABSENCE, one).is_ok());
        assert!(insert(&mut cache, "a", 200_001 + ABSENCE, None).is_ok());
        assert!(insert(&mut cache, "a", 200_002 + ABSENCE, Some(r#"{"revision":2}"#)).is_ok());
        assert!(matches!(insert(&mut cache, "a", i64::MAX, one), Err(GateError::Behind)));
    }

    #[test]
    fn edg_03_absences_are_bounded_short_lived_and_evict_no_record() {
        let mut cache = cache();
        assert!(insert(&mut cache, "a", 0, Some(r#"{"revision":1}"#)).is_ok());
        for number in 0..1_000 {
            assert!(insert(&mut cache, &number.to_string(), 0, None).is_ok());
        }
        assert_eq!(cache.len(), 1 + 4);
        assert!(cache.fresh(&"a".into(), 1).is_some());
        assert!(cache.fresh(&"999".into(), 9_999).is_some_and(|found| found.opened.is_none()));
        assert!(cache.fresh(&"999".into(), 10_000).is_none());
        assert!(insert(&mut cache, "999", 5_000, Some(r#"{"revision":1}"#)).is_ok());
        assert!(cache.fresh(&"999".into(), 5_001).is_some_and(|found| found.opened.is_some()));
    }

    #[test]
    fn a_forgotten_entry_is_looked_up_again_even_if_a_look_up_is_in_flight() {
        let mut cache = cache();
        let begun = cache.epoch;
        cache.forget(&"a".into());
        let open = |text: &str| Ok(Token::new(text).0);
        assert!(cache.insert(&"a".into(), 0, begun, Some("{}".into()), open).is_ok());
        assert!(cache.fresh(&"a".into(), 1).is_none());
        let large = format!("{{\"revision\":1,\"x\":\"{}\"}}", "x".repeat(5 * ENTRY));
        assert!(insert(&mut cache, "b", 0, Some(&large)).unwrap().opened.is_some());
        assert!(cache.fresh(&"b".into(), 1).is_none());
    }
}
