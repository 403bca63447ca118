//! How old the present secret of a token is, as a list shows it.

use crate::base::Instant;
use crate::token::{Record, Status};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// How a list colours the age of a token (PL2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AgeLevel {
    /// At most six calendar months.
    Fresh,
    /// More than six months, at most a year.
    Orange,
    /// More than a year.
    Red,
    /// The token has expired.
    Expired,
}

impl AgeLevel {
    /// Every one, as documents write it.
    pub(crate) const WORDS: &'static [(&'static str, AgeLevel)] = &[
        ("fresh", AgeLevel::Fresh),
        ("orange", AgeLevel::Orange),
        ("red", AgeLevel::Red),
        ("expired", AgeLevel::Expired),
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            AgeLevel::Fresh => "fresh",
            AgeLevel::Orange => "orange",
            AgeLevel::Red => "red",
            AgeLevel::Expired => "expired",
        }
    }

    /// The level at `now`: calendar months from the issue of the present secret,
    /// strictly more (PL A1).
    pub(crate) fn of(record: &Record, status: Status, now: Instant) -> AgeLevel {
        let issued = issued_at(record);
        if status == Status::Expired {
            AgeLevel::Expired
        } else if issued.plus_months(12) < now {
            AgeLevel::Red
        } else if issued.plus_months(6) < now {
            AgeLevel::Orange
        } else {
            AgeLevel::Fresh
        }
    }
}

/// When the present secret was issued.
pub(crate) fn issued_at(record: &Record) -> Instant {
    record.times.secret_issued_at.unwrap_or(record.times.created_at)
}

/// Whole days since the present secret was issued.
pub(crate) fn days(record: &Record, now: Instant) -> i64 {
    now.since(issued_at(record)).millis() / DAY
}
