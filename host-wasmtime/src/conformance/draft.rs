//! Tokens and changes for the checks.

use portcullis_core::{Instant, Span, TokenId, Value};

use crate::base::fields::object;
use crate::conformance::fault::Fault;
use crate::store::{Change, Claim, Guard, GuardScope, Notice, Record, RecordWrite, TokenEvent, Tombstone};

/// A token for a check. No policy would accept it.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) number: u64,
    pub(super) tenant: Option<String>,
    pub(super) kind: String,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) revision: u64,
    pub(super) revoked: bool,
    pub(super) locked: bool,
    pub(super) created_at: Instant,
    pub(super) ends_at: Option<Instant>,
    pub(super) due_at: Option<Instant>,
    pub(super) last_used_at: Option<Instant>,
}

/// This many seconds after a fixed noon.
pub(super) fn at(seconds: u32) -> Instant {
    let noon = Instant::parse("2026-11-21T12:00:00.000Z").unwrap_or(Instant::MIN);
    noon.plus(Span::from_millis(seconds.saturating_mul(1000)))
}

impl Draft {
    /// A new token of ada's, with an id made from the number.
    pub(super) fn new(number: u64) -> Draft {
        Draft {
            number,
            tenant: Some("acme".into()),
            kind: "personal".into(),
            owner: "ada".into(),
            name: "ERP sync".into(),
            revision: 1,
            revoked: false,
            locked: false,
            created_at: at(0),
            ends_at: None,
            due_at: None,
            last_used_at: None,
        }
    }

    pub(super) fn id(&self) -> Result<TokenId, Fault> {
        let text = format!("Kit{:013}", self.number);
        TokenId::parse(&text).ok_or_else(|| Fault("the suite made a bad id".into()))
    }

    pub(super) fn record(&self) -> Result<Record, Fault> {
        let text = |text: &str| Some(Value::from(text));
        let instant = |at: Instant| Value::from(at.to_text());
        let by_grace = |there: bool| there.then(|| object([("by", Some("grace".into()))]));
        let json = object([
            ("v", Some(Value::Int(1))),
            ("id", text(self.id()?.as_str())),
            ("kind", text(&self.kind)),
            ("tenant", self.tenant.as_deref().and_then(text)),
            ("owner", text(&self.owner)),
            ("name", text(&self.name)),
            ("grants", Some(Value::List(Vec::new()))),
            ("createdAt", Some(instant(self.created_at))),
            ("expiresAt", Some(Value::Null)),
            ("lastUsedAt", self.last_used_at.map(instant)),
            ("endsAt", self.ends_at.map(instant)),
            ("dueAt", self.due_at.map(instant)),
            ("lock", by_grace(self.locked)),
            ("revoked", by_grace(self.revoked)),
            ("revision", Some(Value::Int(self.revision as i64))),
            // A field of a newer version: the store must keep what it does not know.
            ("colour", Some(object([("hue", Some(Value::Int(7))), ("none", Some(Value::Null))]))),
        ])
        .to_json();
        Record::parse(&json).ok_or_else(|| Fault("the suite made a bad record".into()))
    }

    /// A change that creates it.
    pub(super) fn created(&self) -> Result<Change, Fault> {
        self.write(0, "create")
    }

    /// A change that replaces the previous revision.
    pub(super) fn replaced(&self, command: &str) -> Result<Change, Fault> {
        self.write(self.revision - 1, command)
    }

    pub(super) fn write(&self, was: u64, command: &str) -> Result<Change, Fault> {
        let (id, record) = (self.id()?, Some(self.record()?));
        Ok(Change {
            writes: vec![RecordWrite { id, was, seen: self.last_used_at, record }],
            events: vec![self.event(self.revision, command)?],
            ..Change::default()
        })
    }

    /// A change that deletes it.
    pub(super) fn deleted(&self, command: &str) -> Result<Change, Fault> {
        let id = self.id()?;
        let json = object([("id", Some(id.as_str().into()))]).to_json();
        Ok(Change {
            writes: vec![RecordWrite { id, was: self.revision, seen: self.last_used_at, record: None }],
            tombstone: Some(Tombstone { id, json }),
            events: vec![self.event(self.revision + 1, command)?],
            ..Change::default()
        })
    }

    fn event(&self, sequence: u64, command: &str) -> Result<TokenEvent, Fault> {
        let token = self.id()?;
        let json = object([
            ("token", Some(token.as_str().into())),
            ("sequence", Some(Value::Int(sequence as i64))),
            ("command", Some(command.into())),
        ]);
        Ok(TokenEvent { token, sequence, command: command.into(), json: json.to_json() })
    }

    /// Its next revision.
    pub(super) fn next(&self) -> Draft {
        Draft { revision: self.revision + 1, ..self.clone() }
    }

    pub(super) fn claim(&self, claim: &str) -> Result<Claim, Fault> {
        Ok(Claim { claim: claim.into(), token: self.id()? })
    }

    /// A guard: at most this many tokens of its kind alive at noon, of the owner or of the tenant.
    pub(super) fn guard(&self, below: u64, of_owner: bool) -> Guard {
        let count = if of_owner { GuardScope::Owner(self.owner.clone()) } else { GuardScope::Tenant };
        let (kind, tenant) = (self.kind.clone(), self.tenant.clone());
        Guard { count, kind, tenant, below, now: at(0) }
    }
}

pub(super) fn notice(key: &str) -> Notice {
    let json = object([("key", Some(key.into())), ("notice", Some("expiresSoon".into()))]);
    Notice { key: key.into(), json: json.to_json() }
}
