//! The host's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use portcullis_core::Instant;

/// The system clock, cut to the millisecond.
///
/// If it is outside the years 2000 to 9999, it returns the last instant there is, at which everything with an end
/// has ended.
pub fn now() -> Instant {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_millis());
    let millis = millis.ok().and_then(|millis| i64::try_from(millis).ok());
    millis.and_then(Instant::from_millis).unwrap_or(Instant::MAX)
}
