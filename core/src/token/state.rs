//! A token with its record, read in full for commands and lists.

use crate::base::Instant;
use crate::document::{Problems, Value};
use crate::policy::{Kind, Policy};
use crate::token::lifecycle_fields::LifecycleFields;
use crate::token::record::{Record, UnreadableRecord};
use crate::token::schedule::Schedule;

/// A record that was read in full.
pub(crate) struct TokenState<'a> {
    /// As the store has it.
    pub(crate) document: &'a Value,
    pub(crate) kind: &'a Kind,
    pub(crate) record: Record,
    pub(crate) lifecycle: LifecycleFields,
}

impl<'a> TokenState<'a> {
    /// Reads a record.
    ///
    /// # Errors
    /// The record is malformed, or a newer version wrote it.
    pub(crate) fn read(policy: &'a Policy, document: &'a Value) -> Result<TokenState<'a>, UnreadableRecord> {
        let record = Record::read(policy, document)?;
        let mut problems = Problems::default();
        match (LifecycleFields::read(document, &mut problems), policy.kind(record.kind)) {
            (Some(lifecycle), Some(kind)) if problems.is_empty() => {
                Ok(TokenState { document, kind, record, lifecycle })
            }
            (Some(_) | None, _) => Err(UnreadableRecord::corrupt(problems)),
        }
    }

    /// What time will ask for.
    pub(crate) fn schedule(&self) -> Schedule {
        Schedule::of(self.kind, &self.record, &self.lifecycle)
    }

    /// The start of the lifetime: the last automatic renewal, or the creation.
    pub(crate) fn begins_at(&self) -> Instant {
        let renewed = self.lifecycle.renewal.as_ref().and_then(|renewal| renewal.renewed_at);
        renewed.unwrap_or(self.record.times.created_at)
    }

    /// Whether the token counts towards a limit. A locked token still counts.
    pub(crate) fn counts(&self, now: Instant) -> bool {
        !self.record.revoked && self.record.times.ends_at().is_none_or(|end| now < end)
    }
}
