//! One token as a row of a list.

use alloc::string::String;

use crate::base::{Instant, sort};
use crate::document::{Problem, Problems, Value, map};
use crate::overview::next::Next;
use crate::overview::secret_age;
use crate::overview::secret_age::AgeLevel;
use crate::policy::Policy;
use crate::token::{RenewalState, Status, TokenState, UnreadableRecord};

/// What stands in the place of a status when the record cannot be read.
pub(super) const UNREADABLE: &str = "unreadable";

/// A row, with what it is filtered and sorted by.
pub(super) struct Row<'v> {
    pub(super) id: &'v str,
    pub(super) name: &'v str,
    pub(super) description: &'v str,
    pub(super) owner: &'v str,
    pub(super) kind: &'v str,
    pub(super) tenant: Option<&'v str>,
    pub(super) status: &'static str,
    pub(super) age_level: Option<AgeLevel>,
    pub(super) age_days: Option<i64>,
    pub(super) created_at: Option<Instant>,
    pub(super) expires_at: Option<Instant>,
    pub(super) last_used_at: Option<Instant>,
    replaces: Option<&'v str>,
    /// The id of the token that is to take its place: this one is listed for deletion.
    replaced_by: Option<&'v str>,
    record: &'v Value,
    facts: Facts,
}

/// What only a record that can be read has.
#[derive(Default)]
struct Facts {
    scopes: Option<Value>,
    issued_at: Option<Instant>,
    ends_at: Option<Instant>,
    idle_deadline: Option<Instant>,
    next: Option<Value>,
    labels: Option<Value>,
    warnings: Option<Value>,
    renewal: Option<Value>,
    problems: Problems,
}

impl<'v> Row<'v> {
    pub(super) fn of(policy: &'v Policy, token: TokenState<'v>, suspended: bool, now: Instant) -> Row<'v> {
        let TokenState { kind, record, document, .. } = &token;
        let status = record.status(suspended, now);
        let labels = kind.labels.iter().map(|(name, label)| (name.clone(), label.as_str().into()));
        Row {
            status: status.word(),
            age_level: Some(AgeLevel::of(record, status, now)),
            age_days: Some(secret_age::days(record, now)),
            created_at: Some(record.times.created_at),
            expires_at: record.times.expires_at,
            last_used_at: record.times.last_used_at,
            facts: Facts {
                scopes: Some(record.grants.iter().map(|(text, _)| policy.catalog.present(text)).collect()),
                issued_at: Some(secret_age::issued_at(record)),
                ends_at: record.times.ends_at(),
                idle_deadline: record.times.idle_deadline(),
                next: Next::of(&token, now).map(|next| next.to_value()),
                labels: Some(Value::Map(labels.collect())),
                warnings: Some(record.warnings.iter().map(Problem::to_value).collect()),
                renewal: token.lifecycle.renewal.as_ref().map(|renewal| renewal_state(renewal, status, now)),
                problems: Problems::default(),
            },
            ..Row::bare(document)
        }
    }

    pub(super) fn unreadable(record: &'v Value, unreadable: &UnreadableRecord) -> Row<'v> {
        let facts = Facts { problems: unreadable.problems.clone(), ..Facts::default() };
        Row { facts, ..Row::bare(record) }
    }

    /// What can be said of any record.
    fn bare(record: &'v Value) -> Row<'v> {
        let text = |name| record.get(name).and_then(Value::as_text);
        Row {
            id: text("id").unwrap_or_default(),
            name: text("name").unwrap_or_default(),
            description: text("description").unwrap_or_default(),
            owner: text("owner").unwrap_or_default(),
            kind: text("kind").unwrap_or_default(),
            tenant: text("tenant"),
            status: UNREADABLE,
            age_level: None,
            age_days: None,
            created_at: None,
            expires_at: None,
            last_used_at: None,
            replaces: text("replaces"),
            replaced_by: None,
            record,
            facts: Facts::default(),
        }
    }

    pub(super) fn to_value(&self) -> Value {
        let Row { record, facts, .. } = self;
        let text = |name| Value::from(record.get(name).and_then(Value::as_text));
        let instant = |instant: Option<Instant>| Value::from(instant.map(Instant::to_text));
        map!([
            ("id", text("id")),
            ("name", text("name")),
            ("description", text("description")),
            ("kind", text("kind")),
            ("owner", text("owner")),
            ("createdBy", text("createdBy")),
            ("tenant", text("tenant")),
            ("scopes", facts.scopes.clone().unwrap_or(Value::Null)),
            ("createdAt", instant(self.created_at)),
            ("secretIssuedAt", instant(facts.issued_at)),
            ("expiresAt", instant(self.expires_at)),
            ("endsAt", instant(facts.ends_at)),
            ("status", self.status.into()),
            ("lastUsedAt", instant(self.last_used_at)),
            ("ageDays", self.age_days.map_or(Value::Null, Value::Int)),
            ("ageLevel", self.age_level.map(AgeLevel::word).into()),
            ("idleDeadline", instant(facts.idle_deadline)),
            ("next", facts.next.clone().unwrap_or(Value::Null)),
            ("labels", facts.labels.clone().unwrap_or(Value::Map([].into()))),
            ("warnings", facts.warnings.clone().unwrap_or(Value::List([].into()))),
            ("lock", stopped(record.get("lock"))),
            ("revoked", stopped(record.get("revoked"))),
            ("renewal", facts.renewal.clone().unwrap_or(Value::Null)),
            ("renewedFrom", text("renewedFrom")),
            ("renewedTo", text("renewedTo")),
            ("replaces", text("replaces")),
            ("replacedBy", self.replaced_by.into()),
            ("listedForDeletion", self.replaced_by.is_some().into()),
            ("problems", facts.problems.to_value()),
        ])
    }
}

/// Who stopped a token, when and why; nothing else that may stand there.
fn stopped(stop: Option<&Value>) -> Value {
    let Some(stop @ Value::Map(_)) = stop else { return Value::Null };
    let text = |name| Value::from(stop.get(name).and_then(Value::as_text));
    map!([("by", text("by")), ("at", text("at")), ("reason", text("reason"))])
}

/// How an automatic renewal stands, without the digest of an offer.
fn renewal_state(renewal: &RenewalState, status: Status, now: Instant) -> Value {
    let offer = renewal.offer.as_ref();
    let state = match offer {
        _ if status == Status::Revoked => "stopped",
        Some(offer) if offer.used => "redeemed",
        Some(offer) if now < offer.until => "offered",
        Some(_) => "lapsed",
        None => "waiting",
    };
    let instant = |instant: Option<Instant>| Value::from(instant.map(Instant::to_text));
    map!([
        ("state", state.into()),
        ("every", renewal.every.to_text().into()),
        ("mailTo", renewal.mail_to.as_deref().into()),
        ("callback", renewal.callback.as_deref().into()),
        ("renewedAt", instant(renewal.renewed_at)),
        ("offeredAt", instant(offer.map(|offer| offer.at))),
        ("redeemUntil", instant(offer.filter(|offer| !offer.used).map(|offer| offer.until))),
        ("attempt", offer.map_or(Value::Null, |offer| Value::Int(offer.attempt.into()))),
    ])
}

/// Notes in each row which other one names it as replaced, within a tenant.
pub(super) fn link<'v>(rows: &mut [Row<'v>]) {
    sort(rows, &|a, b| a.id.cmp(b.id));
    let links = rows.iter().filter_map(|row| {
        let replaced = row.replaces?;
        let place = rows.binary_search_by(|other| other.id.cmp(replaced)).ok()?;
        rows.get(place).filter(|old| old.tenant == row.tenant).map(|_| (place, row.id))
    });
    let links: alloc::vec::Vec<(usize, &'v str)> = links.collect();
    for (place, by) in links {
        if let Some(old) = rows.get_mut(place) {
            old.replaced_by = Some(by);
        }
    }
}

/// The text in lower case, for a comparison by what it says.
pub(super) fn lower(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}
