//! The owner of a token, for kinds whose tokens depend on one.

use portcullis_core::Value;

use crate::base::{Error, Subject};
use crate::policy::Policy;

/// The rights of an owner who is gone: not active.
pub(crate) fn gone(policy: &Policy, owner: &str) -> Result<Subject, Error> {
    let fields = [("id", owner.into()), ("active", Value::Bool(false)), ("grants", Value::List(Vec::new()))];
    let fields = fields.map(|(name, value)| (name.into(), value));
    policy.open_subject(&Value::Map(fields.into()).to_json())
}
