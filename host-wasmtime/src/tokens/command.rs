//! Commands, and the fields that they take.

use portcullis_core::{Bounds, Instant, TokenId, Value};

use crate::base::Error;

/// One step in a token's life. Whether it may be taken is the policy's to say.
#[derive(Clone, Copy)]
pub enum Command<'a> {
    /// Make a token.
    Create(CreateFields<'a>),
    /// Change fields that the kind lets be changed.
    Edit(TokenId, EditFields<'a>),
    /// Move the end, and restart the clock that runs while it is not used; `None` as far as the kind goes.
    Extend(TokenId, Option<Instant>),
    /// Stop it, reversibly.
    Lock(TokenId),
    /// Let a locked one go on.
    Unlock(TokenId),
    /// Stop it at once.
    Revoke(TokenId),
    /// Give a revoked or idle one a new secret, where the kind allows it.
    Regenerate(TokenId),
    /// Give it a new secret; the old one is good for a while.
    Rotate(TokenId, RotateFields<'a>),
    /// The same, by the token itself.
    RotateItself {
        /// The token's own plaintext, which is the right to do this.
        plaintext: &'a str,
        /// How.
        rotation: RotateFields<'a>,
    },
    /// Make a successor beside it, and let it end.
    Renew(TokenId, RenewFields<'a>),
    /// Take up an offered renewal.
    Redeem {
        /// The token's old plaintext.
        plaintext: &'a str,
        /// The single-use key of the offer.
        key: &'a str,
    },
    /// Remove it; its trail stays.
    Delete(TokenId),
    /// A command as a JSON document, `{ "command", … }` without `id` and `reason`, for hosts that take them
    /// as they come.
    Document {
        /// The token that it speaks of, unless the command itself says it.
        token: Option<TokenId>,
        /// The document.
        json: &'a str,
    },
}

/// A token to be made. What is not said is as the kind has it.
#[derive(Clone, Copy, Debug, Default)]
pub struct CreateFields<'a> {
    /// The kind, as the policy names it.
    pub kind: &'a str,
    /// What people call it.
    pub name: &'a str,
    /// Another tenant than the actor's: for the host itself.
    pub tenant: Option<&'a str>,
    /// Another owner than the actor.
    pub owner: Option<&'a str>,
    /// What it is for.
    pub description: Option<&'a str>,
    /// What it may do, as scopes.
    pub grants: Option<&'a [&'a str]>,
    /// The applications that may use it.
    pub applications: Option<&'a [&'a str]>,
    /// The networks that it may be used from.
    pub networks: Option<Networks<'a>>,
    /// When it begins.
    pub not_before: Option<Instant>,
    /// When it ends.
    pub expires: Expiry,
    /// How long it may go unused, such as `"45d"`.
    pub idle_after: Option<&'a str>,
    /// Whether it is renewed automatically.
    pub renewal: Option<RenewalFields<'a>>,
    /// The token in whose place it comes.
    pub replaces: Option<TokenId>,
}

/// When a new token ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// As the kind has it.
    #[default]
    Default,
    /// Never, where the kind allows that.
    Never,
    /// Then.
    At(Instant),
}

/// Networks, as address ranges such as `10.0.0.0/8`. A denied one wins.
#[derive(Clone, Copy, Debug, Default)]
pub struct Networks<'a> {
    /// Only from there; empty: from everywhere.
    pub allow: &'a [&'a str],
    /// Never from there.
    pub deny: &'a [&'a str],
}

/// An automatic renewal.
#[derive(Clone, Copy, Debug)]
pub struct RenewalFields<'a> {
    /// How often, such as `"90d"`.
    pub every: &'a str,
    /// Who is told of an offer, if not the owner.
    pub mail_to: Option<&'a str>,
    /// An https address that is called with the offer.
    pub callback: Option<&'a str>,
}

/// What is to be changed; what says nothing stays. An inner `None` removes the field.
#[derive(Clone, Copy, Debug, Default)]
pub struct EditFields<'a> {
    /// Another name.
    pub name: Option<&'a str>,
    /// Another description.
    pub description: Option<Option<&'a str>>,
    /// Other scopes.
    pub grants: Option<&'a [&'a str]>,
    /// Other applications; none of them: all.
    pub applications: Option<Option<&'a [&'a str]>>,
    /// Other networks; none of them: all.
    pub networks: Option<Option<Networks<'a>>>,
    /// Another end; `None`: never.
    pub expires_at: Option<Option<Instant>>,
    /// Another time that it may go unused.
    pub idle_after: Option<&'a str>,
    /// Another automatic renewal.
    pub renewal: Option<Option<RenewalFields<'a>>>,
}

/// How a secret is replaced.
#[derive(Clone, Copy, Debug, Default)]
pub struct RotateFields<'a> {
    /// How long the old one is good, such as `"2h"`; at most the kind's grace.
    pub grace: Option<&'a str>,
    /// The old one has leaked: it ends at once.
    pub leak: bool,
}

/// The successor of a token.
#[derive(Clone, Copy, Debug)]
pub struct RenewFields<'a> {
    /// When the old one ends.
    pub ends_at: Instant,
    /// What people call the new one.
    pub name: &'a str,
    /// What the new one is for.
    pub description: Option<&'a str>,
}

type Fields = Vec<(String, Value)>;

impl Command<'_> {
    /// The token that it speaks of, where that is known without asking.
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

    /// The command as a document, without id and reason.
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
        map([
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
        map([("allow", ranges(self.allow)), ("deny", ranges(self.deny))])
    }
}

impl RenewalFields<'_> {
    fn to_value(self) -> Value {
        map([
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

fn map<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    Value::Map(there(fields).collect())
}

fn there<const N: usize>(fields: [(&str, Option<Value>); N]) -> impl Iterator<Item = (String, Value)> {
    fields.into_iter().filter_map(|(name, value)| Some((name.into(), value?)))
}

fn instant(at: Instant) -> Value {
    at.to_text().into()
}

fn texts(texts: &[&str]) -> Value {
    texts.iter().copied().collect()
}

impl std::fmt::Debug for Command<'_> {
    /// Only what it does, and to which token: it may hold a plaintext and a key.
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
