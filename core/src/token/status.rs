//! The status of a token at an instant, with the one order of precedence.

use crate::base::{Instant, words};
use crate::token::record::Record;

words! {
    /// The status of a token at an instant. Derived from the record, never stored. Several
    /// can hold at once; the first in this list is the token's status.
    pub enum Status {
        /// Stopped for good, or until it gets a new secret.
        Revoked = "revoked",
        /// Stopped until it is unlocked.
        Locked = "locked",
        /// The owner is inactive or gone.
        Suspended = "suspended",
        /// Before `notBefore`.
        Pending = "pending",
        /// At `expiresAt` or after it.
        Expired = "expired",
        /// Not used for longer than `idleAfter`.
        Idle = "idle",
        /// No other status holds.
        Active = "active",
    }
}

impl Record {
    /// Every status that holds at an instant, in order of precedence.
    #[inline]
    pub(crate) fn statuses(&self, suspended: bool, now: Instant) -> impl Iterator<Item = Status> {
        let now = now.millis();
        let stops = [
            (Status::Revoked, self.revoked),
            (Status::Locked, self.locked),
            (Status::Suspended, suspended),
            (Status::Pending, now < self.deadlines.not_before),
            (Status::Expired, self.deadlines.expires_at <= now),
            (Status::Idle, self.deadlines.idle_deadline < now),
        ];
        let active = stops.iter().all(|(_, holds)| !holds);
        stops
            .into_iter()
            .chain([(Status::Active, active)])
            .filter(|(_, holds)| *holds)
            .map(|(status, _)| status)
    }

    /// The token's status: the first that holds.
    #[inline]
    pub(crate) fn status(&self, suspended: bool, now: Instant) -> Status {
        self.statuses(suspended, now).next().unwrap_or(Status::Active)
    }
}
