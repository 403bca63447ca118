//! A record without its digests.

use std::fmt;

use portcullis_core::{Bounds, Instant, TokenId, Value};

use crate::base::fields::{instant, text};

/// A token record without its digests: for people, lists and logs.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenView {
    id: TokenId,
    record: Value,
}

impl TokenView {
    /// Reads a record as the store has it; `None` if it is not a record.
    pub fn parse(record: &str) -> Option<TokenView> {
        TokenView::of(&Value::parse(record, Bounds::RECORD).ok()?)
    }

    pub(super) fn of(record: &Value) -> Option<TokenView> {
        let id = TokenId::parse(text(record, "id")?)?;
        Some(TokenView { id, record: without_digests(record) })
    }

    /// The id.
    pub fn id(&self) -> &TokenId {
        &self.id
    }

    /// Its name.
    pub fn name(&self) -> Option<&str> {
        text(&self.record, "name")
    }

    /// The owner.
    pub fn owner(&self) -> Option<&str> {
        text(&self.record, "owner")
    }

    /// When it ends. `None`: never, or only if it stays unused.
    pub fn expires_at(&self) -> Option<Instant> {
        instant(&self.record, "expiresAt")
    }

    /// Any other field of the record, by name.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.record.get(field)
    }

    /// The whole record as JSON text.
    pub fn to_json(&self) -> String {
        self.record.to_json()
    }
}

/// A digest is not a secret, but it lets an attacker try secrets offline.
fn without_digests(value: &Value) -> Value {
    match value {
        Value::Map(fields) => {
            let kept = fields.iter().filter(|(name, _)| name != "digest");
            Value::Map(kept.map(|(name, value)| (name.clone(), without_digests(value))).collect())
        }
        Value::List(items) => Value::List(items.iter().map(without_digests).collect()),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) => value.clone(),
    }
}

impl fmt::Debug for TokenView {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.to_json())
    }
}
