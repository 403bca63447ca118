//! One use of a token, to record in the store.

use portcullis_core::{Bounds, Instant, Value};

use crate::base::fields::{instant, optional};

/// The fields of a record that a use changes: when it was used, and the deadlines that depend on it.
///
/// A decision advises a touch only when it is worth a write, not on every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// When the token was used.
    pub last_used_at: Instant,
    /// When its present secret was used, if that is worth a write.
    pub secret_used_at: Option<Instant>,
    /// When the token now ends by itself.
    pub ends_at: Option<Instant>,
    /// When the next command is due.
    pub due_at: Option<Instant>,
}

impl Touch {
    /// Reads the advice, `{ "lastUsedAt", "secretUsedAt"?, "endsAt"?, "dueAt"? }` as JSON text.
    pub fn parse(json: &str) -> Option<Touch> {
        Touch::read(&Value::parse(json, Bounds::RECORD).ok()?)
    }

    pub(crate) fn read(advice: &Value) -> Option<Touch> {
        Some(Touch {
            last_used_at: instant(advice, "lastUsedAt")?,
            secret_used_at: optional(advice, "secretUsedAt", instant)?,
            ends_at: optional(advice, "endsAt", instant)?,
            due_at: optional(advice, "dueAt", instant)?,
        })
    }
}
