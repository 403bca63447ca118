//! Documents as the store had them, for a bounded time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use portcullis_core::{Bounds, Instant, Value};

use crate::base::fields;
use crate::gate::error::GateError;
use crate::gate::lookup::bounded_map::BoundedMap;
use crate::gate::lookup::source::{DocumentForm, StoredDocument};
use crate::token::Document;

/// Of how many records the highest revision is remembered. A number each, so there is room for many.
const REMEMBERED: usize = 32_768;
/// Bytes of text that count as one entry.
const ENTRY: usize = 2_048;
/// Before every instant.
const PAST: i64 = i64::MIN;

/// What was found.
#[derive(Clone)]
pub(crate) struct FoundDocument {
    /// `None` where the store has none.
    pub(crate) opened: Option<Document>,
    /// Since when it may be out of date; `None` when nothing is kept, and the store was asked just now.
    pub(crate) at: Option<i64>,
    pub(crate) kept: Option<Arc<CacheLifetime>>,
}

/// For how long something is kept, and which answers were looked at for that.
pub(crate) struct CacheLifetime {
    until: AtomicI64,
    judged: Mutex<Vec<u32>>,
}

impl CacheLifetime {
    /// Whether an answer of this form is a new one.
    pub(crate) fn is_news(&self, answer: u32) -> bool {
        let mut judged = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        let news = !judged.contains(&answer);
        if news {
            judged.push(answer);
        }
        news
    }

    /// It is not used from this instant on.
    pub(crate) fn ends(&self, at: Instant) {
        self.until.fetch_min(at.millis(), Ordering::Relaxed);
    }
}

/// For how long what is kept.
#[derive(Clone, Copy)]
pub(crate) struct CacheLimits {
    pub(crate) found: Duration,
    pub(crate) absent: Duration,
    pub(crate) entries: usize,
}

/// Documents under their keys. What reads exactly as the last one under its key did stays the same document, so
/// that no instance of the module reads it again; what is past its time is never used, not even when the store
/// fails; and a record older than one that was seen before is refused.
pub(crate) struct RecordCache {
    keeping: CacheLimits,
    entries: BoundedMap<Arc<str>, CacheEntry>,
    /// Apart, so that a flood of ids that do not exist pushes out none that do.
    absent: BoundedMap<Arc<str>, i64>,
    revisions: BoundedMap<Arc<str>, u64>,
    /// Counts how often something was forgotten.
    pub(crate) epoch: u64,
}

struct CacheEntry {
    opened: Document,
    /// When the store was asked. It may have changed its mind since.
    at: i64,
    until: Arc<CacheLifetime>,
}

impl RecordCache {
    pub(crate) fn new(keeping: CacheLimits) -> RecordCache {
        RecordCache {
            keeping,
            entries: BoundedMap::new(keeping.entries),
            absent: BoundedMap::new(keeping.entries),
            revisions: BoundedMap::new(REMEMBERED),
            epoch: 0,
        }
    }

    pub(crate) fn keeps(&self) -> bool {
        !self.keeping.found.is_zero()
    }

    /// What is kept under this key and young enough.
    pub(crate) fn fresh(&self, key: &Arc<str>, now: i64) -> Option<FoundDocument> {
        if let Some(CacheEntry { opened, at, until }) = self.entries.get(key)
            // A clock that was set back makes nothing younger.
            && *at <= now
            && now < until.until.load(Ordering::Relaxed)
        {
            return Some(FoundDocument {
                opened: Some(opened.clone()),
                at: Some(*at),
                kept: Some(until.clone()),
            });
        }
        let at = *self.absent.get(key)?;
        let young = at <= now && now < at.saturating_add(millis(self.keeping.absent));
        young.then_some(FoundDocument { opened: None, at: Some(at), kept: None })
    }

    /// The store is asked the next time.
    pub(crate) fn forget(&mut self, key: &Arc<str>) {
        self.epoch += 1;
        self.absent.remove(key);
        if let Some(entry) = self.entries.get(key) {
            entry.until.until.store(PAST, Ordering::Relaxed);
        }
    }

    /// Takes what the store answered to a question that was put at that time, in that epoch.
    pub(crate) fn take(
        &mut self,
        key: &Arc<str>,
        at: Option<i64>,
        epoch: u64,
        found: Option<StoredDocument>,
        open: impl FnOnce(&str) -> Result<Document, GateError>,
    ) -> Result<FoundDocument, GateError> {
        // Somebody said meanwhile that something changed: good for those who wait for it, and for nobody after.
        let fresh = at.filter(|_| epoch == self.epoch);
        let Some(found) = found else {
            self.entries.remove(key);
            if let Some(at) = fresh.filter(|_| !self.keeping.absent.is_zero()) {
                self.absent.put(key.clone(), at, 1);
            }
            return Ok(FoundDocument { opened: None, at, kept: None });
        };
        self.absent.remove(key);
        let known = self.entries.get(key).filter(|entry| is_same(&entry.opened, &found.0));
        if known.is_none() {
            let opened = match found.0 {
                DocumentForm::Text(text) => open(&text)?,
                DocumentForm::Opened(opened) => opened,
            };
            self.admit(key, &opened)?;
            let weight = 1 + opened.text.len() / ENTRY;
            let until = Arc::new(CacheLifetime { until: AtomicI64::new(PAST), judged: Mutex::default() });
            let entry = CacheEntry { opened: opened.clone(), at: PAST, until };
            self.entries.put(key.clone(), entry, weight);
            if self.entries.get(key).is_none() {
                // Too large to be kept.
                return Ok(FoundDocument { opened: Some(opened), at, kept: None });
            }
        }
        let Some(entry) = self.entries.get_mut(key) else { return Err(GateError::Abandoned) };
        if let Some(at) = fresh {
            entry.at = at;
            let until = at.saturating_add(millis(self.keeping.found));
            entry.until = Arc::new(CacheLifetime { until: AtomicI64::new(until), judged: Mutex::default() });
        }
        let kept = fresh.map(|_| entry.until.clone());
        Ok(FoundDocument { opened: Some(entry.opened.clone()), at, kept })
    }

    /// A read copy that lags behind does not bring a lock, or a lost right, back.
    fn admit(&mut self, key: &Arc<str>, opened: &Document) -> Result<(), GateError> {
        let document = Value::parse(&opened.text, Bounds::RECORD).ok();
        let Some(revision) = document.and_then(|document| fields::number(&document, "revision")) else {
            // It has none, or is no record: the rules will say so.
            return Ok(());
        };
        match self.revisions.get(key) {
            Some(highest) if revision < *highest => Err(GateError::Behind),
            Some(highest) if revision == *highest => Ok(()),
            Some(_) | None => {
                self.revisions.put(key.clone(), revision, 1);
                Ok(())
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len() + self.absent.len()
    }
}

fn is_same(kept: &Document, found: &DocumentForm) -> bool {
    match found {
        DocumentForm::Text(text) => **kept.text == **text,
        DocumentForm::Opened(opened) => Arc::ptr_eq(&kept.text, &opened.text),
    }
}

pub(crate) fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Token;

    fn kept() -> RecordCache {
        let keeping =
            CacheLimits { found: Duration::from_secs(60), absent: Duration::from_secs(10), entries: 4 };
        RecordCache::new(keeping)
    }

    fn take(
        kept: &mut RecordCache,
        key: &str,
        at: i64,
        text: Option<&str>,
    ) -> Result<FoundDocument, GateError> {
        let epoch = kept.epoch;
        kept.take(&key.into(), Some(at), epoch, text.map(StoredDocument::from), |text| Ok(Token::new(text).0))
    }

    #[test]
    fn edg_01_what_is_kept_is_used_for_its_time_counted_from_the_question() {
        let (mut kept, key, from) = (kept(), Arc::from("a"), Instant::MIN.millis());
        let first = take(&mut kept, "a", from, Some(r#"{"revision":1}"#)).unwrap().opened.unwrap();
        for (after, is_fresh) in [(-1, false), (0, true), (59_999, true), (60_000, false)] {
            assert_eq!(kept.fresh(&key, from + after).is_some(), is_fresh, "{after}");
        }
        let again = take(&mut kept, "a", from + 70_000, Some(r#"{"revision":1}"#)).unwrap();
        assert!(Arc::ptr_eq(&first.text, &again.opened.unwrap().text));
        assert!(kept.fresh(&key, from + 80_000).is_some());
        again.kept.unwrap().ends(Instant::from_millis(from + 80_000).unwrap());
        assert!(kept.fresh(&key, from + 79_999).is_some());
        assert!(kept.fresh(&key, from + 80_000).is_none());
    }

    #[test]
    fn sto_03_an_older_revision_than_was_seen_is_refused_also_when_its_record_is_no_longer_kept() {
        let mut kept = kept();
        assert!(take(&mut kept, "a", 0, Some(r#"{"revision":7}"#)).is_ok());
        for number in 0..10 {
            assert!(take(&mut kept, &number.to_string(), 0, Some(r#"{"revision":1}"#)).is_ok());
        }
        assert!(matches!(take(&mut kept, "a", 0, Some(r#"{"revision":6}"#)), Err(GateError::Behind)));
        assert!(take(&mut kept, "a", 0, Some(r#"{"revision":7}"#)).is_ok());
    }

    #[test]
    fn edg_03_absences_are_bounded_short_lived_and_push_out_no_record() {
        let mut kept = kept();
        assert!(take(&mut kept, "a", 0, Some(r#"{"revision":1}"#)).is_ok());
        for number in 0..1_000 {
            assert!(take(&mut kept, &number.to_string(), 0, None).is_ok());
        }
        assert_eq!(kept.len(), 1 + 4);
        assert!(kept.fresh(&"a".into(), 1).is_some());
        assert!(kept.fresh(&"999".into(), 9_999).is_some_and(|found| found.opened.is_none()));
        assert!(kept.fresh(&"999".into(), 10_000).is_none());
        assert!(take(&mut kept, "999", 5_000, Some(r#"{"revision":1}"#)).is_ok());
        assert!(kept.fresh(&"999".into(), 5_001).is_some_and(|found| found.opened.is_some()));
    }

    #[test]
    fn what_is_forgotten_is_asked_for_again_also_when_an_answer_is_under_way() {
        let mut kept = kept();
        let begun = kept.epoch;
        kept.forget(&"a".into());
        let open = |text: &str| Ok(Token::new(text).0);
        assert!(kept.take(&"a".into(), Some(0), begun, Some("{}".into()), open).is_ok());
        assert!(kept.fresh(&"a".into(), 1).is_none());
        let large = format!("{{\"revision\":1,\"x\":\"{}\"}}", "x".repeat(5 * ENTRY));
        assert!(take(&mut kept, "b", 0, Some(&large)).unwrap().opened.is_some());
        assert!(kept.fresh(&"b".into(), 1).is_none());
    }
}
