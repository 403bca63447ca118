//! What one command writes, worked out by the rules and not yet done.

use std::fmt;

use portcullis_core::{Bounds, Instant, TokenId, Value};

use crate::base::fields::{instant, list, number, optional, present, text};
use crate::store::record::Record;

/// Everything that is written together. It holds no plaintext: a store never sees one.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The records, each with the revision that it replaces.
    pub writes: Vec<RecordWrite>,
    /// What stays of a token that is deleted.
    pub tombstone: Option<Tombstone>,
    /// What must hold in the same write.
    pub guards: Vec<Guard>,
    /// Names to be taken.
    pub claims: Vec<Claim>,
    /// Names to be given back first.
    pub releases: Vec<Claim>,
    /// What happened, for the audit trail.
    pub events: Vec<TokenEvent>,
    /// Notices to be delivered.
    pub notices: Vec<Notice>,
}

/// One record to be written.
#[derive(Clone, Debug)]
pub struct RecordWrite {
    /// Which.
    pub id: TokenId,
    /// The revision that it replaces; 0 when there must be none, and never was.
    pub was: u64,
    /// The last use that the command knew of. A later one in the store is a conflict: the command was
    /// worked out for a token that nobody was using.
    pub seen: Option<Instant>,
    /// The record; `None` deletes it.
    pub record: Option<Record>,
}

/// A limit: how many others may count at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Whose tokens count.
    pub count: GuardScope,
    /// Only tokens of this kind count.
    pub kind: String,
    /// Only tokens of this tenant count; `None` is no tenant.
    pub tenant: Option<String>,
    /// There must be fewer than this, those that the change itself writes left out.
    pub below: u64,
    /// A token counts that is not revoked and ends later than this, or never.
    pub now: Instant,
}

/// Whose tokens a guard counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardScope {
    /// Those of one owner.
    Owner(String),
    /// Those of the whole tenant.
    Tenant,
}

/// A name that at most one token holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Tenant, kind, fields and values as one text that no two of them share.
    pub claim: String,
    /// The token that takes it or gives it back.
    pub token: TokenId,
}

/// One entry of a token's audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEvent {
    /// The token.
    pub token: TokenId,
    /// Its place in the trail: the revision that the command led to.
    pub sequence: u64,
    /// The id of the command; a token has one event of each.
    pub command: String,
    /// The event as JSON text.
    pub json: String,
}

/// A message to be delivered once.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// The same for the same notice, however often it is raised.
    pub key: String,
    /// The notice as JSON text; that of an offered renewal holds the single-use key.
    pub json: String,
}

/// What stays of a deleted token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The id, which is never used again.
    pub id: TokenId,
    /// The tombstone as JSON text.
    pub json: String,
}

impl Change {
    /// Reads the `change` of an outcome; `None` when it is none, or only a preview.
    pub fn parse(json: &str) -> Option<Change> {
        Change::read(&Value::parse(json, Bounds { bytes: usize::MAX, depth: 64 }).ok()?)
    }

    pub(crate) fn read(change: &Value) -> Option<Change> {
        if change.get("preview") != Some(&Value::Bool(false)) {
            return None;
        }
        Some(Change {
            writes: list(change, "writes", RecordWrite::read)?,
            tombstone: optional(change, "tombstone", |change, name| {
                let tombstone = change.get(name)?;
                Some(Tombstone { id: id(tombstone, "id")?, json: tombstone.to_json() })
            })?,
            guards: list(change, "guards", Guard::read)?,
            claims: list(change, "claims", Claim::read)?,
            releases: list(change, "releases", Claim::read)?,
            events: list(change, "events", TokenEvent::read)?,
            notices: list(change, "notices", Notice::read)?,
        })
    }
}

impl RecordWrite {
    fn read(write: &Value) -> Option<RecordWrite> {
        let record = match present(write, "record") {
            Some(record) => Some(Record::read(record)?),
            None => None,
        };
        let id = id(write, "id")?;
        let own = record.as_ref().is_none_or(|record| *record.id() == id);
        own.then_some(RecordWrite { id, was: number(write, "was")?, seen: None, record })
    }
}

impl Guard {
    fn read(guard: &Value) -> Option<Guard> {
        let count = match text(guard, "guard")? {
            "activePerOwner" => GuardScope::Owner(text(guard, "owner")?.into()),
            "activePerTenant" => GuardScope::Tenant,
            _ => return None,
        };
        let kind = text(guard, "kind")?.into();
        let tenant = optional(guard, "tenant", text)?.map(String::from);
        Some(Guard { count, kind, tenant, below: number(guard, "below")?, now: instant(guard, "now")? })
    }

    /// Whether a record counts.
    pub fn counts(&self, record: &Record) -> bool {
        let owner = match &self.count {
            GuardScope::Owner(owner) => record.owner() == owner,
            GuardScope::Tenant => true,
        };
        let alive = !record.is_revoked() && record.ends_at().is_none_or(|end| self.now < end);
        owner && alive && record.kind() == self.kind && record.tenant() == self.tenant.as_deref()
    }
}

impl Claim {
    fn read(claim: &Value) -> Option<Claim> {
        Some(Claim { claim: text(claim, "claim")?.into(), token: id(claim, "token")? })
    }
}

impl TokenEvent {
    fn read(event: &Value) -> Option<TokenEvent> {
        let (token, sequence) = (id(event, "token")?, number(event, "sequence")?);
        Some(TokenEvent { token, sequence, command: text(event, "command")?.into(), json: event.to_json() })
    }
}

impl Notice {
    /// Reads a notice back from the text that was stored, which holds its key.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn parse(json: String) -> Option<Notice> {
        let key = text(&Value::parse(&json, Bounds::RECORD).ok()?, "key")?.into();
        Some(Notice { key, json })
    }

    pub(crate) fn read(notice: &Value) -> Option<Notice> {
        Some(Notice { key: text(notice, "key")?.into(), json: notice.to_json() })
    }
}

impl fmt::Debug for Notice {
    /// Only its key: it may hold the one to a renewal.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Notice({})", self.key)
    }
}

fn id(document: &Value, name: &str) -> Option<TokenId> {
    TokenId::parse(text(document, name)?)
}
