//! What a token is at an instant: the one order of precedence.

use crate::base::{Instant, words};
use crate::token::record::Record;

words! {
    /// What a token is at an instant. Derived from the record, never stored. Several
    /// can hold at once; the first of these names the token.
    pub enum Status {
        /// Stopped for good, or until it gets a new secret.
        Revoked = "revoked",
        /// Stopped for the time being.
        Locked = "locked",
        /// Its owner is inactive or gone.
        Suspended = "suspended",
        /// Before `notBefore`.
        Pending = "pending",
        /// At `expiresAt` or after it.
        Expired = "expired",
        /// Not used for longer than `idleAfter`.
        Idle = "idle",
        /// None of these.
        Active = "active",
    }
}

impl Record {
    /// Every status that holds at an instant, the first to be named in front.
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

    /// The status that names the token.
    #[inline]
    pub(crate) fn status(&self, suspended: bool, now: Instant) -> Status {
        self.statuses(suspended, now).next().unwrap_or(Status::Active)
    }
}
