//! One use of a token, to be noted in its record.

use portcullis_core::{Bounds, Instant, Value};

use crate::base::fields::{instant, optional};

/// What a use changes in a record: observations, and the clocks that hang on them.
///
/// A decision advises it; it is not worth a write on every request, and the advice says when it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// When the token was used.
    pub last_used_at: Instant,
    /// When its present secret was used, where that is worth noting.
    pub secret_used_at: Option<Instant>,
    /// When the token now stops being active by itself.
    pub ends_at: Option<Instant>,
    /// When time now asks for something.
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
