//! What a token is at an instant: the one order of precedence.

use crate::base::Instant;
use crate::token::record::Record;

/// What a token is at an instant. Derived from the record, never stored. Several
/// can hold at once; the first of these names the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Stopped for good, or until it gets a new secret.
    Revoked,
    /// Stopped for the time being.
    Locked,
    /// Its owner is inactive or gone.
    Suspended,
    /// Before `notBefore`.
    Pending,
    /// At `expiresAt` or after it.
    Expired,
    /// Not used for longer than `idleAfter`.
    Idle,
    /// None of these.
    Active,
}

impl Status {
    /// Every status, the first to be named in front.
    pub const ALL: &'static [Status] = &[
        Status::Revoked,
        Status::Locked,
        Status::Suspended,
        Status::Pending,
        Status::Expired,
        Status::Idle,
        Status::Active,
    ];

    /// As documents write it.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Revoked => "revoked",
            Status::Locked => "locked",
            Status::Suspended => "suspended",
            Status::Pending => "pending",
            Status::Expired => "expired",
            Status::Idle => "idle",
            Status::Active => "active",
        }
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
