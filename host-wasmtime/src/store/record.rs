//! A record on its way to the store.

use std::fmt;

use portcullis_core::{Bounds, Instant, TokenId, Value};

use crate::base::fields::{instant, number, optional, present, text};
use crate::store::touch::Touch;

/// A token record with its search fields.
///
/// The text is the record. The other fields are read from it once, so that adapters need not parse JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    id: TokenId,
    tenant: Option<String>,
    kind: String,
    owner: String,
    revision: u64,
    revoked: bool,
    created_at: Instant,
    ends_at: Option<Instant>,
    due_at: Option<Instant>,
    last_used_at: Option<Instant>,
    secret_used_at: Option<Instant>,
    json: String,
}

impl Record {
    /// Reads a record; `None` if it lacks a field that a store needs.
    ///
    /// This does not validate the record: only the policy can.
    pub fn parse(json: &str) -> Option<Record> {
        Record::read(&Value::parse(json, Bounds::RECORD).ok()?)
    }

    pub(crate) fn read(record: &Value) -> Option<Record> {
        Some(Record {
            id: TokenId::parse(text(record, "id")?)?,
            tenant: optional(record, "tenant", text)?.map(String::from),
            kind: text(record, "kind")?.into(),
            owner: text(record, "owner")?.into(),
            revision: number(record, "revision")?,
            revoked: present(record, "revoked").is_some(),
            created_at: instant(record, "createdAt")?,
            ends_at: optional(record, "endsAt", instant)?,
            due_at: optional(record, "dueAt", instant)?,
            last_used_at: optional(record, "lastUsedAt", instant)?,
            secret_used_at: optional(record, "secretUsedAt", instant)?,
            json: record.to_json(),
        })
    }

    /// The id.
    pub fn id(&self) -> &TokenId {
        &self.id
    }

    /// The tenant. A record without one belongs to no tenant, not to every tenant.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// The kind.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The owner.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The revision, which grows by one with every command.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether it is revoked. A locked token is not.
    pub fn is_revoked(&self) -> bool {
        self.revoked
    }

    /// When it was made.
    pub fn created_at(&self) -> Instant {
        self.created_at
    }

    /// When it ends by itself; `None` is never.
    pub fn ends_at(&self) -> Option<Instant> {
        self.ends_at
    }

    /// When the next command is due; `None` is never.
    pub fn due_at(&self) -> Option<Instant> {
        self.due_at
    }

    /// When it was last used, as far as recorded.
    pub fn last_used_at(&self) -> Option<Instant> {
        self.last_used_at
    }

    /// When its present secret was last used, as far as recorded.
    pub fn secret_used_at(&self) -> Option<Instant> {
        self.secret_used_at
    }

    /// The whole record as JSON text, including digests.
    pub fn as_json(&self) -> &str {
        &self.json
    }

    /// The record after a use; see [`Store::touch`](crate::store::Store::touch).
    #[must_use]
    pub fn touched(&self, touch: &Touch) -> Record {
        let mut record = self.clone();
        let Ok(Value::Map(mut fields)) = Value::parse(&self.json, Bounds::RECORD) else { return record };
        let mut put = |name: &str, at: Option<Instant>| {
            let Some(at) = at else { return };
            let value = Value::from(at.to_text());
            match fields.iter_mut().find(|(own, _)| own == name) {
                Some((_, old)) => *old = value,
                None => fields.push((name.into(), value)),
            }
        };
        if self.last_used_at < Some(touch.last_used_at) {
            put("lastUsedAt", Some(touch.last_used_at));
            put("endsAt", touch.ends_at);
            put("dueAt", touch.due_at);
            record.last_used_at = Some(touch.last_used_at);
            record.ends_at = touch.ends_at.or(self.ends_at);
            record.due_at = touch.due_at.or(self.due_at);
        }
        if self.secret_used_at < touch.secret_used_at {
            put("secretUsedAt", touch.secret_used_at);
            record.secret_used_at = touch.secret_used_at;
        }
        record.json = Value::Map(fields).to_json();
        record
    }
}

impl fmt::Debug for Record {
    /// Shows only id and revision: a record holds a digest.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Record({:?} revision {})", self.id, self.revision)
    }
}
