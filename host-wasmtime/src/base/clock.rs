//! The host's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use portcullis_core::Instant;

/// The present instant by the clock of this machine, cut to the millisecond.
///
/// A clock that stands outside the years 2000 to 9999 gives the last instant there is: whatever has
/// an end is over then.
pub fn now() -> Instant {
    let millis = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_millis());
    let millis = millis.ok().and_then(|millis| i64::try_from(millis).ok());
    millis.and_then(Instant::from_millis).unwrap_or(Instant::MAX)
}
