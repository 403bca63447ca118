//! Who gives a command, why, and under which id.

use portcullis_core::{Bounds, Value};

/// Who gives a command: from what the host has authenticated, never from what a request says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub id: String,
    /// Its tenant; tokens of another one do not exist for it.
    pub tenant: Option<String>,
    /// Its roles, as the policy's `may` names them.
    pub roles: Vec<String>,
    /// What it holds itself: it can hand on no more. `None` is nothing.
    pub grants: Option<Vec<String>>,
    /// The record of the token that it came with, when it is a program: that token bounds it as well.
    /// Decide on the token first.
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
}

impl std::fmt::Debug for ActingToken {
    /// Nothing of the record: it holds a digest.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("ActingToken(..)")
    }
}

/// A command's circumstances: who, why, under which id.
///
/// An actor alone will do: `tokens.lock(&id, &admin)`; with a reason, `admin.because("left the company")`.
#[derive(Clone, Copy, Debug)]
pub struct CommandOptions<'a> {
    pub(super) actor: Option<&'a Actor>,
    pub(super) reason: Option<&'a str>,
    pub(super) command: Option<&'a str>,
}

impl Actor {
    /// The host itself, for whom `may`, tenants and ceilings do not count. Not for requests.
    pub fn system() -> Actor {
        Actor { id: "system".into(), roles: vec!["system".into()], ..Actor::default() }
    }

    /// This actor, for that reason, which goes into the audit trail.
    pub fn because<'a>(&'a self, reason: &'a str) -> CommandOptions<'a> {
        CommandOptions::from(self).because(reason)
    }

    pub(super) fn is_system(&self) -> bool {
        self.roles.iter().any(|role| role == "system")
    }

    pub(super) fn to_value(&self) -> Value {
        let mut fields = vec![("id".into(), self.id.as_str().into())];
        fields.extend(self.tenant.as_deref().map(|tenant| ("tenant".into(), tenant.into())));
        fields.push(("roles".into(), texts(&self.roles)));
        fields.extend(self.grants.as_deref().map(|grants| ("grants".into(), texts(grants))));
        // A record that cannot be read is no acting token, but must not read as none either.
        let record = |ActingToken(text): &ActingToken| Value::parse(text, Bounds::RECORD);
        let token = self.token.as_ref().map(|token| record(token).unwrap_or_else(|_| "".into()));
        fields.extend(token.map(|token| ("token".into(), token)));
        Value::Map(fields)
    }
}

fn texts(texts: &[String]) -> Value {
    texts.iter().map(String::as_str).collect()
}

impl<'a> CommandOptions<'a> {
    /// The token itself, proven by its plaintext; for commands that carry one.
    pub fn by_token() -> CommandOptions<'a> {
        CommandOptions { actor: None, reason: None, command: None }
    }

    /// The same with a reason, which goes into the audit trail.
    #[must_use]
    pub fn because(self, reason: &'a str) -> CommandOptions<'a> {
        CommandOptions { reason: Some(reason), ..self }
    }

    /// The same under an id of your own, so that it can be given again when the answer was lost: it takes
    /// effect once. 1 to 128 of `A-Z a-z 0-9 . _ : @ / -`.
    #[must_use]
    pub fn under(self, command: &'a str) -> CommandOptions<'a> {
        CommandOptions { command: Some(command), ..self }
    }
}

impl<'a> From<&'a Actor> for CommandOptions<'a> {
    fn from(actor: &'a Actor) -> CommandOptions<'a> {
        CommandOptions { actor: Some(actor), reason: None, command: None }
    }
}
