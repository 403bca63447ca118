//! Who gives a command, why, and under which id.

use portcullis_core::{Bounds, TokenId, Value};

use crate::base::fields::object;

/// The actor of a command. Fill it from what the host has authenticated, never from what a request claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// The host itself: `may`, tenants and ceilings do not apply, and the other fields do not count. No text of an
    /// account can set it. See [`Actor::system`].
    pub system: bool,
    /// The account.
    pub id: String,
    /// Its tenant. Tokens of other tenants do not exist for it.
    pub tenant: Option<String>,
    /// Its roles, as in the policy's `may`.
    pub roles: Vec<String>,
    /// Its own scopes, which limit what it can pass on. `None` means no scopes.
    pub grants: Option<Vec<String>>,
    /// The record of the token that a program authenticated with. It limits the actor, too. Decide on that token
    /// first.
    pub token: Option<ActingToken>,
}

/// The record of a token that gives commands.
#[derive(Clone, PartialEq, Eq)]
pub struct ActingToken(String);

impl ActingToken {
    /// The record as the store has it.
    pub fn new(record: impl Into<String>) -> ActingToken {
        ActingToken(record.into())
    }

    pub(super) fn id(&self) -> Option<TokenId> {
        let record = Value::parse(&self.0, Bounds::RECORD).ok()?;
        TokenId::parse(record.get("id")?.as_text()?)
    }
}

impl std::fmt::Debug for ActingToken {
    /// Hides the record, which holds a digest.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("ActingToken(..)")
    }
}

/// Who gives a command, why, and under which id.
///
/// An actor is enough: `tokens.lock(&id, &admin)`; add a reason with `admin.because("left the company")`.
#[derive(Clone, Copy, Debug)]
pub struct CommandOptions<'a> {
    pub(super) actor: Option<&'a Actor>,
    pub(super) reason: Option<&'a str>,
    pub(super) command: Option<&'a str>,
    pub(super) presented: Option<Presented<'a>>,
}

/// Where a plaintext came from: what a decision is asked with. Fill it from where a client cannot write.
///
/// A proof of the secret is a request like any other: a token that is bound to a tenant, networks, applications or an
/// owner is refused unless these say that it may be used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Presented<'a> {
    /// The tenant of the request.
    pub tenant: Option<&'a str>,
    /// The application that sends it.
    pub application: Option<&'a str>,
    /// The client's address, without a port.
    pub ip: Option<&'a str>,
    /// The owner's present rights as JSON, `{ "id", "active", "grants" }`, for kinds with a subject.
    pub subject: Option<&'a str>,
}

impl Presented<'_> {
    pub(super) fn to_value(self) -> Value {
        let Presented { tenant, application, ip, subject } = self;
        // An invalid subject must not count as none.
        let subject = subject.map(|text| Value::parse(text, Bounds::RECORD).unwrap_or_else(|_| "".into()));
        let texts = [("tenant", tenant), ("application", application), ("ip", ip)];
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name.into(), text?.into())));
        Value::Map(texts.chain(subject.map(|subject| ("subject".into(), subject))).collect())
    }
}

impl Actor {
    /// The host itself. `may`, tenants and ceilings do not apply. Not for requests.
    pub fn system() -> Actor {
        Actor { system: true, ..Actor::default() }
    }

    /// This actor with a reason, which goes into the audit trail.
    pub fn because<'a>(&'a self, reason: &'a str) -> CommandOptions<'a> {
        CommandOptions::from(self).because(reason)
    }

    pub(super) fn to_value(&self) -> Value {
        if self.system {
            return object([("system", Some(true.into()))]);
        }
        // An invalid record must neither act as a token nor count as no token.
        let record = |ActingToken(text): &ActingToken| Value::parse(text, Bounds::RECORD);
        object([
            ("id", Some(self.id.as_str().into())),
            ("tenant", self.tenant.as_deref().map(Value::from)),
            ("roles", Some(texts(&self.roles))),
            ("grants", self.grants.as_deref().map(texts)),
            ("token", self.token.as_ref().map(|token| record(token).unwrap_or_else(|_| "".into()))),
        ])
    }
}

fn texts(texts: &[String]) -> Value {
    texts.iter().map(String::as_str).collect()
}

impl<'a> CommandOptions<'a> {
    /// The token itself, proven by its plaintext. For commands that carry one.
    pub fn by_token(presented: Presented<'a>) -> CommandOptions<'a> {
        CommandOptions { actor: None, reason: None, command: None, presented: Some(presented) }
    }

    /// Adds a reason, which goes into the audit trail.
    #[must_use]
    pub fn because(self, reason: &'a str) -> CommandOptions<'a> {
        CommandOptions { reason: Some(reason), ..self }
    }

    /// Sets the command id. If the answer gets lost, give the command again under the same id: it takes effect
    /// once. 1 to 128 characters of `A-Z a-z 0-9 . _ : @ / -`.
    #[must_use]
    pub fn under(self, command: &'a str) -> CommandOptions<'a> {
        CommandOptions { command: Some(command), ..self }
    }
}

impl<'a> From<&'a Actor> for CommandOptions<'a> {
    fn from(actor: &'a Actor) -> CommandOptions<'a> {
        CommandOptions { actor: Some(actor), reason: None, command: None, presented: None }
    }
}
