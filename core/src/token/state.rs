//! A token as it stands: its record, read for everything that its life asks about.

use crate::base::Instant;
use crate::document::{Problems, Value};
use crate::policy::{Kind, Policy};
use crate::token::lifecycle_fields::Upkeep;
use crate::token::record::{Held, Unreadable};
use crate::token::schedule::Schedule;

/// A record, read.
pub(crate) struct Standing<'a> {
    pub(crate) record: &'a Value,
    pub(crate) kind: &'a Kind,
    pub(crate) held: Held,
    pub(crate) upkeep: Upkeep,
}

impl<'a> Standing<'a> {
    /// Reads a record.
    ///
    /// # Errors
    /// It breaks the rules of its own form, or was written by a newer version.
    pub(crate) fn read(policy: &'a Policy, record: &'a Value) -> Result<Standing<'a>, Unreadable> {
        let held = Held::read(policy, record)?;
        let mut problems = Problems::default();
        match (Upkeep::read(record, &mut problems), policy.kind(held.kind)) {
            (Some(upkeep), Some(kind)) if problems.is_empty() => Ok(Standing { record, kind, held, upkeep }),
            (Some(_) | None, _) => Err(Unreadable::corrupt(problems)),
        }
    }

    /// What is still to come.
    pub(crate) fn schedule(&self) -> Schedule {
        Schedule::of(self.kind, &self.held, &self.upkeep)
    }

    /// From when a lifetime counts: the last automatic renewal, or the creation.
    pub(crate) fn begins_at(&self) -> Instant {
        let renewed = self.upkeep.renewal.as_ref().and_then(|renewal| renewal.renewed_at);
        renewed.unwrap_or(self.held.times.created_at)
    }

    /// Whether a limit counts it: a lock stops a token without giving up its place.
    pub(crate) fn counts(&self, now: Instant) -> bool {
        !self.held.revoked && self.held.times.ends_at().is_none_or(|end| now < end)
    }
}
