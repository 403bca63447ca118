//! A change as JSON text for the function `portcullis_commit`.

use portcullis_core::{Instant, RecordRead, Value};

use crate::store::{Change, Claim, Guard, GuardScope, Notice, RecordWrite, TokenEvent};

pub(super) fn change_json(change: &Change) -> String {
    let tombstone = change.tombstone.as_ref().map_or(Value::Null, |tombstone| {
        object([("id", tombstone.id.as_str().into()), ("tombstone", tombstone.json.as_str().into())])
    });
    let notice = |notice: &Notice| {
        object([("key", lookup_text(&notice.key).into()), ("notice", notice.json.as_str().into())])
    };
    object([
        ("writes", change.writes.iter().map(write).collect()),
        ("reads", change.reads.iter().map(RecordRead::to_value).collect()),
        ("guards", change.guards.iter().map(guard).collect()),
        ("claims", change.claims.iter().map(claim).collect()),
        ("releases", change.releases.iter().map(claim).collect()),
        ("events", change.events.iter().map(event).collect()),
        ("notices", change.notices.iter().map(notice).collect()),
        ("tombstone", tombstone),
    ])
    .to_json()
}

/// Text for a look-up column. PostgreSQL cannot store the character 0, so it becomes U+2400 0, and U+2400 becomes
/// U+2400 twice. The mapping is unambiguous.
pub(super) fn lookup_text(text: &str) -> String {
    text.replace('\u{2400}', "\u{2400}\u{2400}").replace('\0', "\u{2400}0")
}

fn write(write: &RecordWrite) -> Value {
    let mut fields = vec![
        ("id".into(), write.id.as_str().into()),
        ("was".into(), Value::Int(write.was as i64)),
        // If the command saw no use, the record must still have none.
        ("seen".into(), Value::Int(write.seen.map_or(0, Instant::millis))),
    ];
    if let Some(record) = &write.record {
        let instant = |at: Option<Instant>| at.map_or(Value::Null, |at| Value::Int(at.millis()));
        let columns = object([
            ("record", record.as_json().into()),
            ("tenant", record.tenant().map(lookup_text).as_deref().into()),
            ("kind", lookup_text(record.kind()).into()),
            ("owner", lookup_text(record.owner()).into()),
            ("revision", Value::Int(record.revision() as i64)),
            ("revoked", record.is_revoked().into()),
            ("created_at", Value::Int(record.created_at().millis())),
            ("ends_at", instant(record.ends_at())),
            ("due_at", instant(record.due_at())),
            ("last_used_at", instant(record.last_used_at())),
        ]);
        if let Value::Map(columns) = columns {
            fields.extend(columns);
        }
    }
    Value::Map(fields)
}

fn guard(guard: &Guard) -> Value {
    let owner = match &guard.count {
        GuardScope::Owner(owner) => Some(lookup_text(owner)),
        GuardScope::Tenant => None,
    };
    object([
        ("kind", lookup_text(&guard.kind).into()),
        ("tenant", guard.tenant.as_deref().map(lookup_text).as_deref().into()),
        ("owner", owner.as_deref().into()),
        ("below", Value::Int(i64::try_from(guard.below).unwrap_or(i64::MAX))),
        ("now", Value::Int(guard.now.millis())),
    ])
}

fn claim(claim: &Claim) -> Value {
    object([("claim", lookup_text(&claim.claim).into()), ("token", claim.token.as_str().into())])
}

fn event(event: &TokenEvent) -> Value {
    object([
        ("token", event.token.as_str().into()),
        ("sequence", Value::Int(event.sequence as i64)),
        ("command", lookup_text(&event.command).into()),
        ("event", event.json.as_str().into()),
    ])
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Map(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
}
