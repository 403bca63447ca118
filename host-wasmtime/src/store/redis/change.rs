//! Queries and changes as the script takes them: JSON without `null`; absent values are left out.

use portcullis_core::{Instant, RecordRead, Value};

use crate::base::fields::{object, there};
use crate::store::{
    Change, Claim, Guard, GuardScope, ListQuery, Notice, Record, RecordWrite, StatusFilter, TenantFilter,
    TokenEvent,
};

type Fields = Vec<(String, Value)>;

pub(super) fn millis(at: Instant) -> Value {
    Value::Int(at.millis())
}

pub(super) fn text(text: &str) -> Option<Value> {
    Some(text.into())
}

fn number(number: u64) -> Option<Value> {
    Some(Value::Int(i64::try_from(number).unwrap_or(i64::MAX)))
}

/// The filters of a list. Cursor and limit are passed separately.
pub(super) fn list_input(query: &ListQuery) -> Fields {
    let (every, tenant) = match &query.tenants {
        TenantFilter::Every => (Some(true.into()), None),
        TenantFilter::Only(tenant) => (None, tenant.as_deref().and_then(text)),
    };
    let status = query.status.map(|standing| match standing {
        StatusFilter::Active => "active".into(),
        StatusFilter::Ended => "ended".into(),
        StatusFilter::Revoked => "revoked".into(),
    });
    there([
        ("every", every),
        ("tenant", tenant),
        ("owner", query.owner.as_deref().and_then(text)),
        ("kind", query.kind.as_deref().and_then(text)),
        ("status", status),
        ("now", Some(millis(query.now))),
        ("before", query.created_before.map(millis)),
    ])
    .collect()
}

/// A change. Whether to wait for replicas is passed separately.
pub(super) fn change_input(change: &Change) -> Fields {
    let tombstone = change
        .tombstone
        .as_ref()
        .map(|stone| object([("id", text(stone.id.as_str())), ("text", text(&stone.json))]));
    there([
        ("writes", Some(change.writes.iter().map(write).collect())),
        ("reads", Some(change.reads.iter().map(RecordRead::to_value).collect())),
        ("guards", Some(change.guards.iter().map(guard).collect())),
        ("claims", Some(change.claims.iter().map(claim).collect())),
        ("releases", Some(change.releases.iter().map(claim).collect())),
        ("events", Some(change.events.iter().map(event).collect())),
        ("notices", Some(change.notices.iter().map(notice).collect())),
        ("tombstone", tombstone),
    ])
    .collect()
}

fn write(write: &RecordWrite) -> Value {
    object([
        ("id", text(write.id.as_str())),
        ("was", number(write.was)),
        ("seen", Some(write.seen.map_or(Value::Bool(false), millis))),
        ("row", write.record.as_ref().map(row)),
    ])
}

/// A record with its search fields.
pub(super) fn row(record: &Record) -> Value {
    object([
        ("tenant", record.tenant().and_then(text)),
        ("kind", text(record.kind())),
        ("owner", text(record.owner())),
        ("revision", number(record.revision())),
        ("revoked", record.is_revoked().then_some(Value::Bool(true))),
        ("created", Some(millis(record.created_at()))),
        ("ends", record.ends_at().map(millis)),
        ("due", record.due_at().map(millis)),
        ("used", record.last_used_at().map(millis)),
        ("secret", record.secret_used_at().map(millis)),
        ("record", text(record.as_json())),
    ])
}

fn guard(guard: &Guard) -> Value {
    let owner = match &guard.count {
        GuardScope::Owner(owner) => text(owner),
        GuardScope::Tenant => None,
    };
    object([
        ("kind", text(&guard.kind)),
        ("tenant", guard.tenant.as_deref().and_then(text)),
        ("owner", owner),
        ("below", number(guard.below)),
        ("now", Some(millis(guard.now))),
    ])
}

fn claim(claim: &Claim) -> Value {
    object([("claim", text(&claim.claim)), ("token", text(claim.token.as_str()))])
}

fn event(event: &TokenEvent) -> Value {
    object([
        ("token", text(event.token.as_str())),
        ("sequence", number(event.sequence)),
        ("command", text(&event.command)),
        ("text", text(&event.json)),
    ])
}

fn notice(notice: &Notice) -> Value {
    object([("key", text(&notice.key)), ("text", text(&notice.json))])
}
