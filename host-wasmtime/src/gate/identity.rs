//! The identity behind an allowed request.

use portcullis_core::{Instant, TokenId, Value};

use crate::base::Error;
use crate::base::fields::{instant, number, optional, present, text};

/// The authenticated caller and its token, from the record whose secret was verified.
///
/// On an open route no token is read and every field is empty. It holds neither a secret nor a digest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The id of the token.
    pub token: Option<TokenId>,
    /// Its kind.
    pub kind: Option<String>,
    /// The owner of the token.
    pub owner: Option<String>,
    /// The tenant of the token.
    pub tenant: Option<String>,
    /// The revision of the record that the decision used.
    pub revision: Option<u64>,
    /// The policy's route, such as `GET /books/{id}`.
    pub route: Option<String>,
    /// The route parameters, decoded, by their names in the policy.
    pub parameters: Vec<(String, String)>,
    /// The permissions that the route requires.
    pub scopes: Vec<String>,
    /// The route's optional permissions that the token has.
    pub optional: Vec<String>,
    /// The first instant at which time alone could change the decision.
    pub valid_until: Option<Instant>,
    /// When the token ends, if that is soon enough for a warning.
    pub expires_soon: Option<Instant>,
    /// When the grace period ends, if the request used a secret that was replaced.
    pub grace_ends: Option<Instant>,
}

impl Identity {
    /// Whether the request has this permission, required or optional: `"product:read"`.
    pub fn holds(&self, scope: &str) -> bool {
        self.scopes.iter().chain(&self.optional).any(|own| own == scope)
    }

    /// The value of a route parameter.
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
    let Value::List(list) = list else { return None };
    list.iter().map(|text| text.as_text().map(String::from)).collect()
}

fn parameters(map: &Value) -> Option<Vec<(String, String)>> {
    let Value::Map(map) = map else { return None };
    map.iter().map(|(name, value)| Some((name.clone(), value.as_text()?.into()))).collect()
}
