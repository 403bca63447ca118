//! What a token is at an instant: the one order of precedence.

use crate::base::Instant;
use crate::token::record::Held;

/// What a token is at an instant. Derived from the record, never stored; where
/// several hold, the first of these is the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Stopped for good.
    Revoked,
    /// Stopped for the time being.
    Locked,
    /// Its owner is inactive or gone.
    Suspended,
    /// Its time has not come.
    Pending,
    /// Its time is over.
    Expired,
    /// It was not used for too long.
    Idle,
    /// None of these.
    Active,
}

impl Status {
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

impl Held {
    #[inline]
    pub(crate) fn status(&self, suspended: bool, now: Instant) -> Status {
        if self.revoked {
            Status::Revoked
        } else if self.locked {
            Status::Locked
        } else if suspended {
            Status::Suspended
        } else if now.millis() < self.deadlines.not_before {
            Status::Pending
        } else if self.deadlines.expires_at <= now.millis() {
            Status::Expired
        } else if self.deadlines.idle_deadline < now.millis() {
            Status::Idle
        } else {
            Status::Active
        }
    }
}
