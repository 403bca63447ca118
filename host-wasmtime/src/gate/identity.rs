//! The identity behind an allowed request.

use portcullis_core::{Instant, TokenId, Value};

use crate::base::Error;
use crate::base::fields::{instant, number, optional, present, text};

/// Who asks, and what with: as the record says, whose secret was proven.
///
/// On an open route no token is read and every field is empty. It holds neither a secret nor a digest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The id of the token.
    pub token: Option<TokenId>,
    /// Its kind.
    pub kind: Option<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// Of which tenant it is.
    pub tenant: Option<String>,
    /// The revision of the record that the answer rests on.
    pub revision: Option<u64>,
    /// The route of the policy, such as `GET /books/{id}`.
    pub route: Option<String>,
    /// What stands in the place of its parameters, decoded, by their names in the policy.
    pub parameters: Vec<(String, String)>,
    /// What the request needed, and the token has.
    pub scopes: Vec<String>,
    /// The optional permissions of the route that the token has as well.
    pub optional: Vec<String>,
    /// The first instant at which time alone could change the answer.
    pub valid_until: Option<Instant>,
    /// When the token ends, where that is soon enough to be told.
    pub expires_soon: Option<Instant>,
    /// Until when the replaced secret that was presented is good.
    pub grace_ends: Option<Instant>,
}

impl Identity {
    /// Whether the request was let in with this permission, or has it besides: `"product:read"`.
    pub fn holds(&self, scope: &str) -> bool {
        self.scopes.iter().chain(&self.optional).any(|own| own == scope)
    }

    /// What stands in the place of a parameter of the policy's route.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn of(details: &Value) -> Result<Identity, Error> {
        Identity::read(details).ok_or(Error::BadAnswer("an invalid answer"))
    }

    fn read(details: &Value) -> Option<Identity> {
        let owned = |document: &Value, name: &str| text(document, name).map(String::from);
        let id = |document: &Value, name: &str| TokenId::parse(text(document, name)?);
        let hints = details.get("hints")?;
        let scopes = match present(details, "matched") {
            Some(matched) => texts(matched.get("alternative")?)?,
            None => Vec::new(),
        };
        Some(Identity {
            token: optional(details, "token", id)?,
            kind: optional(details, "kind", owned)?,
            owner: optional(details, "owner", owned)?,
            tenant: optional(details, "tenant", owned)?,
            revision: optional(details, "revision", number)?,
            route: optional(details, "route", owned)?,
            parameters: parameters(details.get("params")?)?,
            scopes,
            optional: texts(details.get("optional")?)?,
            valid_until: optional(details, "validUntil", instant)?,
            expires_soon: optional(hints, "expiresSoon", instant)?,
            grace_ends: optional(hints, "graceEnds", instant)?,
        })
    }
}

fn texts(list: &Value) -> Option<Vec<String>> {
    match list {
        Value::List(list) => list.iter().map(|text| text.as_text().map(String::from)).collect(),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Map(_) => None,
    }
}

fn parameters(map: &Value) -> Option<Vec<(String, String)>> {
    match map {
        Value::Map(map) => {
            map.iter().map(|(name, value)| Some((name.clone(), value.as_text()?.into()))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) => None,
    }
}
