//! The actors who give commands.

use serde_json::{Value, json};

/// An actor with this one role and no grants.
pub(crate) fn actor(id: &str, role: &str) -> Value {
    json!({ "id": id, "roles": [role] })
}

pub(crate) fn admin() -> Value {
    actor("root", "admin")
}

/// The host itself.
pub(crate) fn system() -> Value {
    json!({ "system": true })
}

/// An actor that holds these grants as well.
pub(crate) fn holding(mut actor: Value, grants: &[&str]) -> Value {
    actor["grants"] = json!(grants);
    actor
}

/// An actor of this organisation.
pub(crate) fn of(mut actor: Value, tenant: &str) -> Value {
    actor["tenant"] = json!(tenant);
    actor
}

/// An actor who comes with a token.
pub(crate) fn with_token(mut actor: Value, token: &Value) -> Value {
    actor["token"] = token.clone();
    actor
}
