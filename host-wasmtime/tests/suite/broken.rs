//! Stores that break the contract, each in one way that the conformance suite must find.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use portcullis_wasmtime::store::{
    Change, Claim, CommitOutcome, GuardScope, ListQuery, Memory, Notice, Record, RecordPage, RecordWrite,
    StatusFilter, Store, StoreError, TenantFilter, Touch,
};
use portcullis_wasmtime::{Instant, TokenId, conformance};

/// STO-02: for each fault of a store, a check of the suite fails.
#[test]
fn sto_02_a_store_that_breaks_the_contract_is_found() {
    for fault in Fault::ALL {
        let patience = match fault {
            Fault::CountsBeforeItLocks => Duration::from_millis(300),
            _ => Duration::ZERO,
        };
        let report = conformance::run(&|| Arc::new(Broken { fault, patience, ..Broken::default() }));
        let broken: Vec<_> = report.faults().map(|checked| checked.name).collect();
        assert!(broken.contains(&fault.breaks()), "{fault:?} broke only {broken:?}");
    }
}

/// The race itself finds a store that ignores revisions, not only the check for it.
#[test]
fn rot_01_a_store_that_ignores_revisions_loses_the_race() {
    let patience = Duration::from_millis(50);
    let broken = Broken { fault: Fault::IgnoresRevisions, patience, ..Broken::default() };
    assert!(!conformance::redeem(Arc::new(broken), 12).passed());
}

/// A fault of a store.
#[derive(Clone, Copy, Debug, Default)]
enum Fault {
    #[default]
    IgnoresRevisions,
    ForgetsTheDead,
    SucceedsOnNoRows,
    WritesOneByOne,
    CountsBeforeItLocks,
    CountsTheRevoked,
    IgnoresClaims,
    LetsAnybodyGiveBack,
    ForgetsCommands,
    SendsBeforeItWrites,
    DropsWhatItRead,
    TouchesAnyRevision,
    TouchesBackwards,
    IgnoresUses,
    PagesByTimeAlone,
    IsDueAMomentLate,
    MixesTenants,
    RefusesLate,
}

impl Fault {
    const ALL: [Fault; 18] = [
        Fault::IgnoresRevisions,
        Fault::ForgetsTheDead,
        Fault::SucceedsOnNoRows,
        Fault::WritesOneByOne,
        Fault::CountsBeforeItLocks,
        Fault::CountsTheRevoked,
        Fault::IgnoresClaims,
        Fault::LetsAnybodyGiveBack,
        Fault::ForgetsCommands,
        Fault::SendsBeforeItWrites,
        Fault::DropsWhatItRead,
        Fault::TouchesAnyRevision,
        Fault::TouchesBackwards,
        Fault::IgnoresUses,
        Fault::PagesByTimeAlone,
        Fault::IsDueAMomentLate,
        Fault::MixesTenants,
        Fault::RefusesLate,
    ];

    /// The check that fails; others may fail with it.
    fn breaks(self) -> &'static str {
        match self {
            Fault::IgnoresRevisions => "a write on another revision is a conflict",
            Fault::ForgetsTheDead => "an id is never used again",
            Fault::SucceedsOnNoRows => "a write on a record that is not there is a conflict",
            Fault::WritesOneByOne | Fault::RefusesLate => "a change is written whole or not at all",
            Fault::CountsBeforeItLocks => "of 64 creators with one free place, one wins",
            Fault::CountsTheRevoked => "a guard counts what is alive, and nothing else",
            Fault::IgnoresClaims => "a name is held by one token",
            Fault::LetsAnybodyGiveBack => "a name is given back by its holder alone",
            Fault::ForgetsCommands => "a command takes effect once",
            Fault::SendsBeforeItWrites => "a notice is there when its change is, and not otherwise",
            Fault::DropsWhatItRead => "a notice stays until it is acknowledged",
            Fault::TouchesAnyRevision => "a use on another revision is not noted",
            Fault::TouchesBackwards => "a later use moves the clocks, an earlier one does not",
            Fault::IgnoresUses => "a use that a command has not seen is a conflict",
            Fault::PagesByTimeAlone => "what is due comes in order, page by page",
            Fault::IsDueAMomentLate => "what is due comes in order, page by page",
            Fault::MixesTenants => "no text of a tenant reaches another's tokens",
        }
    }
}

/// A good store behind a wrapper that changes its arguments or its results.
#[derive(Default)]
struct Broken {
    inner: Memory,
    graves: Mutex<BTreeMap<TokenId, String>>,
    fault: Fault,
    /// How many writers have read the state that they write upon.
    readers: Mutex<usize>,
    next_reader: Condvar,
    /// How long a writer waits for the next one, so that a race between them does not depend on luck.
    patience: Duration,
}

impl Broken {
    /// The current record, as a later writer would read it.
    fn stands(&self, id: &TokenId) -> Option<Record> {
        let text = self.inner.get(id).unwrap()?;
        Record::parse(&text)
    }

    fn written_as_it_stands(&self, change: &Change) -> Change {
        let mut change = change.clone();
        for write in &mut change.writes {
            let stands = self.stands(&write.id);
            write.was = stands.as_ref().map_or(write.was, |record| record.revision());
        }
        change
    }

    /// Holds a writer until another one has read the same state, if one comes in time.
    fn wait_for_another(&self) {
        let mut readers = self.readers.lock().unwrap();
        *readers += 1;
        let mine = *readers;
        self.next_reader.notify_all();
        let alone = |readers: &mut usize| *readers == mine;
        drop(self.next_reader.wait_timeout_while(readers, self.patience, alone).unwrap());
    }

    fn is_full(&self, change: &Change) -> Option<usize> {
        change.guards.iter().position(|guard| {
            let owner = match &guard.count {
                GuardScope::Owner(owner) => Some(owner.clone()),
                GuardScope::Tenant => None,
            };
            let status =
                if matches!(self.fault, Fault::CountsTheRevoked) { None } else { Some(StatusFilter::Active) };
            let tenants = TenantFilter::Only(guard.tenant.clone());
            let kind = Some(guard.kind.clone());
            let query = ListQuery { owner, kind, status, limit: 1_000, ..ListQuery::new(tenants, guard.now) };
            self.inner.list(&query).unwrap().records.len() as u64 >= guard.below
        })
    }
}

impl Store for Broken {
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.inner.get(id)
    }

    fn commit(&self, change: &Change) -> Result<CommitOutcome, StoreError> {
        let mut change = change.clone();
        match self.fault {
            Fault::IgnoresRevisions => {
                self.wait_for_another();
                change = self.written_as_it_stands(&change);
            }
            Fault::ForgetsTheDead => {
                if let Some(tombstone) = change.tombstone.take() {
                    self.graves.lock().unwrap().insert(tombstone.id, tombstone.json);
                }
            }
            Fault::SucceedsOnNoRows => {
                let verdict = self.inner.commit(&change)?;
                return Ok(if verdict == CommitOutcome::Conflict {
                    CommitOutcome::Committed
                } else {
                    verdict
                });
            }
            Fault::WritesOneByOne if change.writes.len() > 1 => {
                let rest = change.writes.split_off(1);
                let first = self.inner.commit(&change)?;
                if first != CommitOutcome::Committed {
                    return Ok(first);
                }
                return self.inner.commit(&Change { writes: rest, ..Change::default() });
            }
            Fault::CountsBeforeItLocks | Fault::CountsTheRevoked => {
                if let Some(guard) = self.is_full(&change) {
                    return Ok(CommitOutcome::LimitReached(guard));
                }
                if !change.guards.is_empty() {
                    self.wait_for_another();
                    change.guards.clear();
                }
            }
            Fault::IgnoresClaims => change.claims.clear(),
            Fault::LetsAnybodyGiveBack => {
                for release in &mut change.releases {
                    let holder = (0..10).filter_map(|n| TokenId::parse(&format!("Kit{n:013}")));
                    let held = holder.map(|token| Change {
                        releases: vec![Claim { token, ..release.clone() }],
                        ..Change::default()
                    });
                    for held in held {
                        let _ = self.inner.commit(&held)?;
                    }
                }
            }
            Fault::ForgetsCommands => change.events.clear(),
            Fault::SendsBeforeItWrites => {
                let notices = std::mem::take(&mut change.notices);
                let _ = self.inner.commit(&Change { notices, ..Change::default() })?;
            }
            Fault::IgnoresUses => {
                for write in &mut change.writes {
                    write.seen = Some(Instant::MAX);
                }
            }
            Fault::RefusesLate => {
                let claims = std::mem::take(&mut change.claims);
                let verdict = self.inner.commit(&change)?;
                if verdict != CommitOutcome::Committed {
                    return Ok(verdict);
                }
                return self.inner.commit(&Change { claims, ..Change::default() });
            }
            Fault::WritesOneByOne
            | Fault::DropsWhatItRead
            | Fault::TouchesAnyRevision
            | Fault::TouchesBackwards
            | Fault::PagesByTimeAlone
            | Fault::IsDueAMomentLate
            | Fault::MixesTenants => {}
        }
        self.inner.commit(&change)
    }

    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError> {
        let stands = self.stands(id).map(|record| record.revision());
        match self.fault {
            Fault::TouchesAnyRevision => self.inner.touch(id, stands.unwrap_or(revision), touch),
            Fault::TouchesBackwards => {
                let Some(record) = self.stands(id).filter(|record| record.revision() == revision) else {
                    return Ok(false);
                };
                // A blind write of the last change.
                let noted = record.as_json().replace("lastUsedAt", "usedBefore");
                let write = RecordWrite {
                    id: *id,
                    was: revision,
                    seen: record.last_used_at(),
                    record: Record::parse(&noted),
                };
                let _ = self.inner.commit(&Change { writes: vec![write], ..Change::default() })?;
                self.inner.touch(id, revision, touch)
            }
            _ => self.inner.touch(id, revision, touch),
        }
    }

    fn list(&self, query: &ListQuery) -> Result<RecordPage, StoreError> {
        let mut query = query.clone();
        if let (Fault::MixesTenants, TenantFilter::Only(Some(tenant))) = (self.fault, &query.tenants) {
            query.tenants = if tenant.is_empty() { TenantFilter::Only(None) } else { query.tenants };
        }
        self.inner.list(&query)
    }

    fn due(&self, now: Instant, limit: usize, after: Option<&str>) -> Result<RecordPage, StoreError> {
        match (self.fault, after) {
            (Fault::PagesByTimeAlone, Some(cursor)) => {
                let time = cursor.split(':').next().unwrap_or_default();
                self.inner.due(now, limit, Some(&format!("{time}:zzzzzzzzzzzzzzzz")))
            }
            (Fault::IsDueAMomentLate, after) => {
                let earlier = Instant::from_millis(now.millis() - 1).unwrap();
                self.inner.due(earlier, limit, after)
            }
            (_, after) => self.inner.due(now, limit, after),
        }
    }

    fn event(&self, token: &TokenId, command: &str) -> Result<Option<String>, StoreError> {
        self.inner.event(token, command)
    }

    fn trail(&self, token: &TokenId) -> Result<Vec<String>, StoreError> {
        self.inner.trail(token)
    }

    fn tombstone(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        match self.fault {
            Fault::ForgetsTheDead => Ok(self.graves.lock().unwrap().get(id).cloned()),
            _ => self.inner.tombstone(id),
        }
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        let notices = self.inner.outbox(limit)?;
        if matches!(self.fault, Fault::DropsWhatItRead) {
            let keys: Vec<String> = notices.iter().map(|notice| notice.key.clone()).collect();
            self.inner.acknowledge(&keys)?;
        }
        Ok(notices)
    }

    fn acknowledge(&self, keys: &[String]) -> Result<(), StoreError> {
        self.inner.acknowledge(keys)
    }
}
