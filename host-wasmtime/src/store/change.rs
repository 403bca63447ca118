//! What one command writes to the store.

use std::fmt;

use portcullis_core::{Bounds, Instant, RecordRead, TokenId, Value};

use crate::base::fields::{instant, list, number, optional, text};
use crate::store::record::Record;

/// Everything that a command writes together. It holds no plaintext: a store never sees one.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The records to write, each with the revision that it replaces.
    pub writes: Vec<RecordWrite>,
    /// Other records that it rests on, such as that of the token which gave the command: each must still be at its
    /// revision.
    pub reads: Vec<RecordRead>,
    /// The tombstone, if the command deletes a token.
    pub tombstone: Option<Tombstone>,
    /// Limits that must hold in the same transaction.
    pub guards: Vec<Guard>,
    /// Names to claim.
    pub claims: Vec<Claim>,
    /// Names to release first.
    pub releases: Vec<Claim>,
    /// Events for the audit trail.
    pub events: Vec<TokenEvent>,
    /// Notices for the outbox.
    pub notices: Vec<Notice>,
}

/// One record to write.
#[derive(Clone, Debug)]
pub struct RecordWrite {
    /// The token.
    pub id: TokenId,
    /// The revision that it replaces; 0 if the id must never have been used.
    pub was: u64,
    /// The last use that the command knew of. A later one in the store is a conflict: the command would act on a
    /// token that it took for unused.
    pub seen: Option<Instant>,
    /// The new record; `None` deletes it.
    pub record: Option<Record>,
}

/// A limit on how many tokens may be alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Whose tokens to count.
    pub count: GuardScope,
    /// Count only tokens of this kind.
    pub kind: String,
    /// Count only tokens of this tenant; `None` counts those without a tenant.
    pub tenant: Option<String>,
    /// The count must be below this. The tokens that the change itself writes do not count.
    pub below: u64,
    /// Tokens count that are not revoked and end later than this instant, or never.
    pub now: Instant,
}

/// Whose tokens a guard counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardScope {
    /// The tokens of one owner.
    Owner(String),
    /// The tokens of the whole tenant.
    Tenant,
}

/// A name that at most one token holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Tenant, kind, fields and values, joined into an unambiguous text.
    pub claim: String,
    /// The token that claims or releases it.
    pub token: TokenId,
}

/// One entry of a token's audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenEvent {
    /// The token.
    pub token: TokenId,
    /// Its place in the trail: the revision after the command.
    pub sequence: u64,
    /// The id of the command. A token has at most one event per command id.
    pub command: String,
    /// The event as JSON text.
    pub json: String,
}

/// A message to deliver once.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// The key, which is the same each time that the same notice is raised.
    pub key: String,
    /// The notice as JSON text. For an offered renewal it holds the single-use key.
    pub json: String,
}

/// What remains of a deleted token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The id, which is never reused.
    pub id: TokenId,
    /// The tombstone as JSON text.
    pub json: String,
}

impl Change {
    /// Reads the `change` of an outcome; `None` if it is malformed or only a preview.
    pub fn parse(json: &str) -> Option<Change> {
        Change::read(&Value::parse(json, Bounds { bytes: usize::MAX, depth: 64 }).ok()?)
    }

    pub(crate) fn read(change: &Value) -> Option<Change> {
        if change.get("preview") != Some(&Value::Bool(false)) {
            return None;
        }
        Some(Change {
            writes: list(change, "writes", RecordWrite::read)?,
            reads: list(change, "reads", |read| {
                Some(RecordRead { id: id(read, "id")?, was: number(read, "was")? })
            })?,
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
        let record = optional(write, "record", |write, name| Record::read(write.get(name)?))?;
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

    /// Whether a record counts towards the limit.
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
    /// Reads a stored notice from its text.
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
    /// Shows only the key: the notice may hold the secret of a renewal.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Notice({})", self.key)
    }
}

fn id(document: &Value, name: &str) -> Option<TokenId> {
    TokenId::parse(text(document, name)?)
}
