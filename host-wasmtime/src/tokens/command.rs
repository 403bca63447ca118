//! Commands and their fields.

use portcullis_core::{Bounds, Instant, TokenId, Value};

use crate::base::Error;
use crate::base::fields::{object, there};

/// One command on a token. The policy decides whether it is permitted.
#[derive(Clone, Copy)]
pub enum Command<'a> {
    /// Make a token.
    Create(CreateFields<'a>),
    /// Change the fields that the kind makes editable.
    Edit(TokenId, EditFields<'a>),
    /// Move the end, and restart the idle clock. `None` extends as far as the kind permits.
    Extend(TokenId, Option<Instant>),
    /// Block it until it is unlocked.
    Lock(TokenId),
    /// Unblock a locked token.
    Unlock(TokenId),
    /// Stop it for good, at once.
    Revoke(TokenId),
    /// Give a revoked or idle token a new secret, if the kind permits it.
    Regenerate(TokenId),
    /// Give it a new secret. The old one stays good for a grace period.
    Rotate(TokenId, RotateFields<'a>),
    /// The same, given by the token itself.
    RotateItself {
        /// The token's own plaintext, which authorises the command.
        plaintext: &'a str,
        /// Options of the rotation.
        rotation: RotateFields<'a>,
    },
    /// Make a successor, and let the old token end.
    Renew(TokenId, RenewFields<'a>),
    /// Accept an offered renewal.
    Redeem {
        /// The token's old plaintext.
        plaintext: &'a str,
        /// The single-use key of the offer.
        key: &'a str,
    },
    /// Delete it. Its trail stays.
    Delete(TokenId),
    /// A command as a JSON document, `{ "command", … }` without `id` and `reason`, for hosts that pass commands
    /// on.
    Document {
        /// The token, unless the document names it.
        token: Option<TokenId>,
        /// The document.
        json: &'a str,
    },
}

/// The fields of a new token. Absent fields get the kind's defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct CreateFields<'a> {
    /// The kind, by its name in the policy.
    pub kind: &'a str,
    /// The display name.
    pub name: &'a str,
    /// A tenant other than the actor's. Only the host itself may set it.
    pub tenant: Option<&'a str>,
    /// An owner other than the actor.
    pub owner: Option<&'a str>,
    /// What it is for.
    pub description: Option<&'a str>,
    /// The grants, as scopes.
    pub grants: Option<&'a [&'a str]>,
    /// The applications that may use it.
    pub applications: Option<&'a [&'a str]>,
    /// The networks that it may be used from.
    pub networks: Option<Networks<'a>>,
    /// When it becomes active.
    pub not_before: Option<Instant>,
    /// When it ends.
    pub expires: Expiry,
    /// How long it may stay unused, such as `"45d"`.
    pub idle_after: Option<&'a str>,
    /// Whether it is renewed automatically.
    pub renewal: Option<RenewalFields<'a>>,
    /// The token that it replaces.
    pub replaces: Option<TokenId>,
}

/// When a new token ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// The kind's default.
    #[default]
    Default,
    /// Never, if the kind permits that.
    Never,
    /// At this instant.
    At(Instant),
}

/// Networks as address ranges, such as `10.0.0.0/8`. A denied range wins.
#[derive(Clone, Copy, Debug, Default)]
pub struct Networks<'a> {
    /// The networks to allow. Empty allows all.
    pub allow: &'a [&'a str],
    /// The networks to deny.
    pub deny: &'a [&'a str],
}

/// Automatic renewal.
#[derive(Clone, Copy, Debug)]
pub struct RenewalFields<'a> {
    /// The interval, such as `"90d"`.
    pub every: &'a str,
    /// The recipient of the offer, if it is not the owner.
    pub mail_to: Option<&'a str>,
    /// An https address to notify of the offer.
    pub callback: Option<&'a str>,
}

/// The fields to change. `None` leaves a field as it is; an inner `None` removes it.
#[derive(Clone, Copy, Debug, Default)]
pub struct EditFields<'a> {
    /// The new name.
    pub name: Option<&'a str>,
    /// The new description.
    pub description: Option<Option<&'a str>>,
    /// The new grants, as scopes.
    pub grants: Option<&'a [&'a str]>,
    /// The new applications; an empty list permits all.
    pub applications: Option<Option<&'a [&'a str]>>,
    /// The new networks; empty permits all.
    pub networks: Option<Option<Networks<'a>>>,
    /// The new end; an inner `None` is never.
    pub expires_at: Option<Option<Instant>>,
    /// The new time that it may stay unused.
    pub idle_after: Option<&'a str>,
    /// The new automatic renewal.
    pub renewal: Option<Option<RenewalFields<'a>>>,
}

/// How to replace a secret.
#[derive(Clone, Copy, Debug, Default)]
pub struct RotateFields<'a> {
    /// How long the old secret stays good, such as `"2h"`; at most the kind's grace period.
    pub grace: Option<&'a str>,
    /// Whether the old secret has leaked. If so it ends at once.
    pub leak: bool,
}

/// The fields of a token's successor.
#[derive(Clone, Copy, Debug)]
pub struct RenewFields<'a> {
    /// When the old token ends.
    pub ends_at: Instant,
    /// The successor's name.
    pub name: &'a str,
    /// The successor's description.
    pub description: Option<&'a str>,
}

type Fields = Vec<(String, Value)>;

impl Command<'_> {
    /// The token, if the command names it.
    pub(super) fn token(&self) -> Option<TokenId> {
        match self {
            Command::Edit(id, _)
            | Command::Extend(id, _)
            | Command::Lock(id)
            | Command::Unlock(id)
            | Command::Revoke(id)
            | Command::Regenerate(id)
            | Command::Rotate(id, _)
            | Command::Renew(id, _)
            | Command::Delete(id) => Some(*id),
            Command::Document { token, json: _ } => *token,
            Command::Create(_) | Command::RotateItself { .. } | Command::Redeem { .. } => None,
        }
    }

    /// The command as a document, without its id and reason.
    pub(super) fn to_fields(self) -> Result<Fields, Error> {
        Ok(match self {
            Command::Create(new) => new.to_fields(),
            Command::Edit(_, edit) => of("edit", [("set", Some(edit.to_value()))]),
            Command::Extend(_, end) => of("extend", [("expiresAt", end.map(instant))]),
            Command::Lock(_) => of("lock", []),
            Command::Unlock(_) => of("unlock", []),
            Command::Revoke(_) => of("revoke", []),
            Command::Regenerate(_) => of("regenerate", []),
            Command::Rotate(_, rotation) => rotation.to_fields(None),
            Command::RotateItself { plaintext, rotation } => rotation.to_fields(Some(plaintext)),
            Command::Renew(_, successor) => of(
                "renew",
                [
                    ("endsAt", Some(instant(successor.ends_at))),
                    ("name", Some(successor.name.into())),
                    ("description", successor.description.map(Value::from)),
                ],
            ),
            Command::Redeem { plaintext, key } => {
                of("redeemRenewal", [("plaintext", Some(plaintext.into())), ("key", Some(key.into()))])
            }
            Command::Delete(_) => of("delete", []),
            Command::Document { token: _, json } => match Value::parse(json, Bounds::RECORD) {
                Ok(Value::Map(fields)) => fields,
                Ok(Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_)) => {
                    return Err(Error::Refused(portcullis_core::Problem::new("wrong_type", NO_MAP).into()));
                }
                Err(problem) => return Err(Error::Refused(problem.into())),
            },
        })
    }
}

const NO_MAP: &str = "a command is an object";

impl CreateFields<'_> {
    fn to_fields(self) -> Fields {
        let expires_at = match self.expires {
            Expiry::Default => None,
            Expiry::Never => Some(Value::Null),
            Expiry::At(end) => Some(instant(end)),
        };
        of(
            "create",
            [
                ("kind", Some(self.kind.into())),
                ("tenant", self.tenant.map(Value::from)),
                ("owner", self.owner.map(Value::from)),
                ("name", Some(self.name.into())),
                ("description", self.description.map(Value::from)),
                ("grants", self.grants.map(texts)),
                ("applications", self.applications.map(texts)),
                ("networks", self.networks.map(Networks::to_value)),
                ("notBefore", self.not_before.map(instant)),
                ("expiresAt", expires_at),
                ("idleAfter", self.idle_after.map(Value::from)),
                ("renewal", self.renewal.map(RenewalFields::to_value)),
                ("replaces", self.replaces.map(|id| id.as_str().into())),
            ],
        )
    }
}

impl EditFields<'_> {
    fn to_value(self) -> Value {
        object([
            ("name", self.name.map(Value::from)),
            ("description", self.description.map(Value::from)),
            ("grants", self.grants.map(texts)),
            ("applications", self.applications.map(|own| own.map(texts).into())),
            ("networks", self.networks.map(|own| own.map(Networks::to_value).into())),
            ("expiresAt", self.expires_at.map(|own| own.map(instant).into())),
            ("idleAfter", self.idle_after.map(Value::from)),
            ("renewal", self.renewal.map(|own| own.map(RenewalFields::to_value).into())),
        ])
    }
}

impl RotateFields<'_> {
    fn to_fields(self, plaintext: Option<&str>) -> Fields {
        of(
            "rotate",
            [
                ("grace", self.grace.map(Value::from)),
                ("leak", self.leak.then(|| true.into())),
                ("plaintext", plaintext.map(Value::from)),
            ],
        )
    }
}

impl Networks<'_> {
    fn to_value(self) -> Value {
        let ranges = |ranges: &[&str]| (!ranges.is_empty()).then(|| texts(ranges));
        object([("allow", ranges(self.allow)), ("deny", ranges(self.deny))])
    }
}

impl RenewalFields<'_> {
    fn to_value(self) -> Value {
        object([
            ("every", Some(self.every.into())),
            ("mailTo", self.mail_to.map(Value::from)),
            ("callback", self.callback.map(Value::from)),
        ])
    }
}

fn of<const N: usize>(command: &str, fields: [(&str, Option<Value>); N]) -> Fields {
    let mut all = vec![("command".into(), command.into())];
    all.extend(there(fields));
    all
}

fn instant(at: Instant) -> Value {
    at.to_text().into()
}

fn texts(texts: &[&str]) -> Value {
    texts.iter().copied().collect()
}

impl std::fmt::Debug for Command<'_> {
    /// Shows only the command and its token: the rest may hold a plaintext and a key.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = match self {
            Command::Create(_) => "create",
            Command::Edit(..) => "edit",
            Command::Extend(..) => "extend",
            Command::Lock(_) => "lock",
            Command::Unlock(_) => "unlock",
            Command::Revoke(_) => "revoke",
            Command::Regenerate(_) => "regenerate",
            Command::Rotate(..) | Command::RotateItself { .. } => "rotate",
            Command::Renew(..) => "renew",
            Command::Redeem { .. } => "redeem",
            Command::Delete(_) => "delete",
            Command::Document { .. } => "document",
        };
        write!(out, "Command({word} {:?})", self.token())
    }
}
