//! A clock that stands still until the story moves it.

use std::sync::atomic::{AtomicI64, Ordering};

use portcullis_wasmtime::Instant;

/// 1 January 2026, in milliseconds since 1970.
const BEGIN: i64 = 1_767_225_600_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

static NOW: AtomicI64 = AtomicI64::new(BEGIN);

/// What the clock shows.
pub(crate) fn now() -> Instant {
    Instant::from_millis(NOW.load(Ordering::SeqCst)).unwrap_or(Instant::MIN)
}

/// Sets it to a time of a day, counted from 0.
pub(crate) fn set(day: i64, hour: i64, minute: i64) {
    NOW.store(BEGIN + day * DAY + (hour * 60 + minute) * MINUTE, Ordering::SeqCst);
}

/// An instant so many days from the beginning.
pub(crate) fn day(day: i64) -> Instant {
    Instant::from_millis(BEGIN + day * DAY).unwrap_or(Instant::MAX)
}

/// `"  7 13:00"`.
pub(crate) fn shown() -> String {
    let minutes = (NOW.load(Ordering::SeqCst) - BEGIN) / MINUTE;
    format!("{:>3} {:02}:{:02}", minutes / (24 * 60), minutes / 60 % 24, minutes % 60)
}
