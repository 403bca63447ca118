//! Which records are listed.

use std::fmt;

use portcullis_core::Instant;

use crate::store::record::Record;

/// What to list. Every field that says nothing lets every record pass.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// Whose.
    pub tenants: TenantFilter,
    /// Of this owner.
    pub owner: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// In this standing.
    pub status: Option<StatusFilter>,
    /// Made before this instant.
    pub created_before: Option<Instant>,
    /// The present instant, by which a standing is told.
    pub now: Instant,
    /// Where the last page ended, as it said itself.
    pub after: Option<String>,
    /// The most records on the page.
    pub limit: usize,
}

/// Whose tokens are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantFilter {
    /// Everybody's: for the host itself.
    Every,
    /// Those of one tenant; `None` are the tokens of no tenant, and only those.
    Only(Option<String>),
}

/// As much of a token's status as a store can tell by its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFilter {
    /// Neither revoked nor at its end; locked ones too, as limits count them.
    Active,
    /// Not revoked, but at its end.
    Ended,
    /// Revoked.
    Revoked,
}

/// Some of the records, and where to go on.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RecordPage {
    /// Records as JSON text.
    pub records: Vec<String>,
    /// A cursor behind the last of them, opaque to all but this store; `None` when nothing follows.
    pub next: Option<String>,
}

impl fmt::Debug for RecordPage {
    /// How many, and whether more follow: records hold digests.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RecordPage { records, next } = self;
        out.debug_struct("Page").field("records", &records.len()).field("next", &next.is_some()).finish()
    }
}

impl ListQuery {
    /// Everything of these tenants, 100 records to a page.
    pub fn new(tenants: TenantFilter, now: Instant) -> ListQuery {
        ListQuery {
            tenants,
            owner: None,
            kind: None,
            status: None,
            created_before: None,
            now,
            after: None,
            limit: 100,
        }
    }

    pub(crate) fn matches(&self, record: &Record) -> bool {
        let is = |wanted: &Option<String>, own: &str| wanted.as_deref().is_none_or(|wanted| wanted == own);
        let tenant = match &self.tenants {
            TenantFilter::Every => true,
            TenantFilter::Only(tenant) => tenant.as_deref() == record.tenant(),
        };
        tenant
            && is(&self.owner, record.owner())
            && is(&self.kind, record.kind())
            && self.status.is_none_or(|standing| standing == StatusFilter::of(record, self.now))
            && self.created_before.is_none_or(|before| record.created_at() < before)
    }
}

impl StatusFilter {
    /// The standing of a record at an instant.
    pub fn of(record: &Record, now: Instant) -> StatusFilter {
        match (record.is_revoked(), record.ends_at()) {
            (true, _) => StatusFilter::Revoked,
            (false, Some(end)) if end <= now => StatusFilter::Ended,
            (false, _) => StatusFilter::Active,
        }
    }
}
