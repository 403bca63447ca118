//! A store in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use portcullis_core::{Instant, TokenId};

use crate::store::cursor::{due_cursor, foreign_cursor, read_due_cursor};
use crate::store::{
    Change, Claim, CommitOutcome, ListQuery, Notice, Record, RecordPage, RecordWrite, Store, StoreError,
    TokenEvent, Tombstone, Touch,
};

/// Stores tokens in memory, for tests and experiments. They are lost when the process ends.
///
/// It passes the same conformance suite as the other stores.
#[derive(Default)]
pub struct Memory(Mutex<Tables>);

#[derive(Default)]
struct Tables {
    records: BTreeMap<TokenId, Record>,
    due: BTreeSet<(Instant, TokenId)>,
    tombstones: BTreeMap<TokenId, Tombstone>,
    claims: HashMap<String, TokenId>,
    events: BTreeMap<TokenId, Vec<TokenEvent>>,
    outbox: Vec<Notice>,
}

impl Memory {
    /// An empty store.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// No writer can stop halfway, so the tables are valid even if a thread panicked.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Memory {
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        Ok(self.tables().records.get(id).map(|record| record.as_json().into()))
    }

    fn commit(&self, change: &Change) -> Result<CommitOutcome, StoreError> {
        let mut tables = self.tables();
        let verdict = tables.verdict(change);
        if verdict == CommitOutcome::Committed {
            tables.write(change);
        }
        Ok(verdict)
    }

    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let Some(record) = tables.records.get(id).filter(|record| record.revision() == revision) else {
            return Ok(false);
        };
        let touched = record.touched(touch);
        tables.put(*id, Some(touched));
        Ok(true)
    }

    fn list(&self, query: &ListQuery) -> Result<RecordPage, StoreError> {
        let after = match &query.after {
            Some(cursor) => Some(TokenId::parse(cursor).ok_or_else(foreign_cursor)?),
            None => None,
        };
        let tables = self.tables();
        let all = tables.records.values().filter(|record| Some(*record.id()) > after);
        let records = all.filter(|record| query.matches(record));
        Ok(page(records, query.limit, |record| record.id().as_str().into()))
    }

    fn due(&self, now: Instant, limit: usize, after: Option<&str>) -> Result<RecordPage, StoreError> {
        let after = match after {
            Some(cursor) => Some(read_due_cursor(cursor).ok_or_else(foreign_cursor)?),
            None => None,
        };
        let tables = self.tables();
        let due = tables.due.iter().take_while(|(at, _)| *at <= now).filter(|place| Some(**place) > after);
        let records = due.filter_map(|(_, id)| tables.records.get(id));
        Ok(page(records, limit, |record| {
            due_cursor(record.due_at().unwrap_or(now).millis(), record.id().as_str())
        }))
    }

    fn event(&self, token: &TokenId, command: &str) -> Result<Option<String>, StoreError> {
        Ok(self.tables().event(token, command).map(|event| event.json.clone()))
    }

    fn trail(&self, token: &TokenId) -> Result<Vec<String>, StoreError> {
        let tables = self.tables();
        Ok(tables.events.get(token).into_iter().flatten().map(|event| event.json.clone()).collect())
    }

    fn tombstone(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        Ok(self.tables().tombstones.get(id).map(|tombstone| tombstone.json.clone()))
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        Ok(self.tables().outbox.iter().take(limit).cloned().collect())
    }

    fn acknowledge(&self, keys: &[String]) -> Result<(), StoreError> {
        let keys: BTreeSet<&String> = keys.iter().collect();
        self.tables().outbox.retain(|notice| !keys.contains(&notice.key));
        Ok(())
    }
}

impl Tables {
    /// Steps 1 to 4 of [`Store::commit`], which write nothing.
    fn verdict(&self, change: &Change) -> CommitOutcome {
        if change.events.iter().any(|event| self.event(&event.token, &event.command).is_some()) {
            return CommitOutcome::Repeated;
        }
        let revision = |id| self.records.get(id).map(Record::revision);
        if change.reads.iter().any(|read| revision(&read.id) != Some(read.was))
            || !change.writes.iter().all(|write| self.is_as_it_was(write))
        {
            return CommitOutcome::Conflict;
        }
        let own = |record: &Record| change.writes.iter().any(|write| write.id == *record.id());
        let full = change.guards.iter().position(|guard| {
            let others = self.records.values().filter(|record| guard.counts(record) && !own(record));
            others.count() as u64 >= guard.below
        });
        if let Some(guard) = full {
            return CommitOutcome::LimitReached(guard);
        }
        let taken = |claim: &Claim| {
            let holder = self.claims.get(&claim.claim);
            let held_by_other = holder.is_some_and(|holder| {
                let held = Claim { claim: claim.claim.clone(), token: *holder };
                *holder != claim.token && !change.releases.contains(&held)
            });
            let same = |other: &&Claim| other.claim == claim.claim;
            let first = change.claims.iter().find(same);
            held_by_other || first.is_some_and(|first| first.token != claim.token)
        };
        change.claims.iter().position(taken).map_or(CommitOutcome::Committed, CommitOutcome::NotUnique)
    }

    fn is_as_it_was(&self, write: &RecordWrite) -> bool {
        match self.records.get(&write.id) {
            Some(record) => record.revision() == write.was && record.last_used_at() <= write.seen,
            None => write.was == 0 && !self.tombstones.contains_key(&write.id),
        }
    }

    fn event(&self, token: &TokenId, command: &str) -> Option<&TokenEvent> {
        self.events.get(token).into_iter().flatten().find(|event| event.command == command)
    }

    fn write(&mut self, change: &Change) {
        for claim in &change.releases {
            if self.claims.get(&claim.claim) == Some(&claim.token) {
                self.claims.remove(&claim.claim);
            }
        }
        for claim in &change.claims {
            self.claims.insert(claim.claim.clone(), claim.token);
        }
        for write in &change.writes {
            self.put(write.id, write.record.clone());
        }
        if let Some(tombstone) = &change.tombstone {
            self.tombstones.insert(tombstone.id, tombstone.clone());
        }
        for event in &change.events {
            self.events.entry(event.token).or_default().push(event.clone());
        }
        for notice in &change.notices {
            if !self.outbox.iter().any(|there| there.key == notice.key) {
                self.outbox.push(notice.clone());
            }
        }
    }

    fn put(&mut self, id: TokenId, record: Option<Record>) {
        let due = record.as_ref().and_then(Record::due_at);
        let before = match record {
            Some(record) => self.records.insert(id, record),
            None => self.records.remove(&id),
        };
        if let Some(before) = before.as_ref().and_then(Record::due_at) {
            self.due.remove(&(before, id));
        }
        self.due.extend(due.map(|due| (due, id)));
    }
}

fn page<'r>(
    mut records: impl Iterator<Item = &'r Record>,
    limit: usize,
    cursor: impl Fn(&Record) -> String,
) -> RecordPage {
    let taken: Vec<&Record> = records.by_ref().take(limit).collect();
    let next = records.next().and(taken.last().map(|record| cursor(record)));
    RecordPage { records: taken.into_iter().map(|record| record.as_json().into()).collect(), next }
}

impl fmt::Debug for Memory {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Memory(..)")
    }
}
