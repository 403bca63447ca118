//! Queries for lists of records.

use std::fmt;

use portcullis_core::Instant;

use crate::store::record::Record;

/// Which records to list. An absent filter matches every record.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// The tenants.
    pub tenants: TenantFilter,
    /// The owner.
    pub owner: Option<String>,
    /// The kind.
    pub kind: Option<String>,
    /// The status.
    pub status: Option<StatusFilter>,
    /// Created before this instant.
    pub created_before: Option<Instant>,
    /// The present instant, which the status depends on.
    pub now: Instant,
    /// The cursor of the previous page.
    pub after: Option<String>,
    /// The most records per page.
    pub limit: usize,
}

/// Which tenants' tokens to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantFilter {
    /// Those of all tenants: for the host itself.
    Every,
    /// Those of one tenant; `None` lists only tokens without a tenant.
    Only(Option<String>),
}

/// The part of a token's status that a store can tell from its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFilter {
    /// Neither revoked nor past its end. Locked tokens count as well, as they do for limits.
    Active,
    /// Past its end, and not revoked.
    Ended,
    /// Revoked.
    Revoked,
}

/// One page of records, and the cursor for the next.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RecordPage {
    /// Records as JSON text.
    pub records: Vec<String>,
    /// The cursor behind the last record, which only this store can read; `None` on the last page.
    pub next: Option<String>,
}

impl fmt::Debug for RecordPage {
    /// Shows only how many there are and whether more follow: records hold digests.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RecordPage { records, next } = self;
        out.debug_struct("Page").field("records", &records.len()).field("next", &next.is_some()).finish()
    }
}

impl ListQuery {
    /// All tokens of these tenants, 100 records per page.
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
    /// The status of a record at an instant.
    pub fn of(record: &Record, now: Instant) -> StatusFilter {
        match (record.is_revoked(), record.ends_at()) {
            (true, _) => StatusFilter::Revoked,
            (false, Some(end)) if end <= now => StatusFilter::Ended,
            (false, _) => StatusFilter::Active,
        }
    }
}
