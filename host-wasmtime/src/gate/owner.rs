//! What an owner has to do with a decision, for kinds of tokens that ask.

use portcullis_core::{Reason, Value};

use crate::document::Subject;
use crate::error::Error;
use crate::policy::Policy;

/// Answers that an owner's rights may change: the owner's status stands before them in the order of checks.
pub(crate) fn may_change(reason: Option<Reason>) -> bool {
    matches!(
        reason,
        Some(
            Reason::NotYetValid
                | Reason::Expired
                | Reason::Idle
                | Reason::RouteUnmapped
                | Reason::WrongKind
                | Reason::SubjectUnavailable
        )
    )
}

/// An owner who is gone is one who is not active.
pub(crate) fn gone(policy: &Policy, owner: &str) -> Result<Subject, Error> {
    let fields = [("id", owner.into()), ("active", Value::Bool(false)), ("grants", Value::List(Vec::new()))];
    let fields = fields.map(|(name, value)| (name.into(), value));
    policy.open_subject(&Value::Map(fields.into()).to_json())
}
