//! What the store has for a token, held against its trail.

use alloc::string::String;
use alloc::vec::Vec;

use crate::audit::changes::{matched, told};
use crate::audit::fault::Fault;
use crate::audit::replay::Replay;
use crate::document::{Value, map};

/// What the store has for the token of a trail.
#[derive(Clone, Copy, Default)]
pub(super) enum Kept<'v> {
    /// Nothing was handed in.
    #[default]
    Unknown,
    Record(&'v Value),
    Tombstone(&'v Value),
}

impl<'v> Kept<'v> {
    /// The head that it holds.
    pub(super) fn head(self) -> Option<&'v str> {
        match self {
            Kept::Unknown => None,
            Kept::Record(kept) | Kept::Tombstone(kept) => kept.get("auditHead").and_then(Value::as_text),
        }
    }

    /// A fault for each field in which it is not what the events lead to.
    pub(super) fn faults(self, replay: &Replay, last: Option<&Value>) -> Vec<Value> {
        let (expected, kept) = match self {
            Kept::Unknown => return Vec::new(),
            Kept::Record(record) => (replay.record(), told(Some(record))),
            Kept::Tombstone(tombstone) => (last.and_then(tombstone_of), stated(tombstone)),
        };
        let Some(expected) = expected else { return Vec::from([Fault::RecordDiffers.of_field(None)]) };
        let differing = matched(&expected, &kept).into_iter().filter(|(_, expected, kept)| expected != kept);
        differing.map(|(name, ..)| Fault::RecordDiffers.of_field(Some(name))).collect()
    }
}

/// The tombstone that a deletion leaves.
fn tombstone_of(event: &Value) -> Option<Vec<(String, Value)>> {
    if event.get("event").and_then(Value::as_text) != Some("deleted") {
        return None;
    }
    let held = |name: &str| event.get("changes")?.get(name)?.get("before");
    let value = |value: Option<&Value>| value.cloned().unwrap_or(Value::Null);
    Some(stated(&map!([
        ("id", value(event.get("token"))),
        ("kind", value(held("kind"))),
        ("tenant", value(event.get("tenant"))),
        ("owner", value(held("owner"))),
        ("name", held("name").cloned().unwrap_or("".into())),
        ("deletedAt", value(event.get("at"))),
        ("by", value(event.get("actor").and_then(|actor| actor.get("id")))),
        ("reason", value(event.get("reason"))),
        ("revision", value(event.get("sequence"))),
        ("auditHead", value(event.get("head"))),
    ])))
}

/// The fields that are not `null`.
fn stated(tombstone: &Value) -> Vec<(String, Value)> {
    let Value::Map(fields) = tombstone else { return Vec::new() };
    fields.iter().filter(|(_, value)| *value != Value::Null).cloned().collect()
}
