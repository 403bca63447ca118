//! Instants and durations in whole milliseconds. Callers pass the time in; this crate reads no clock.

use alloc::string::String;

#[cfg(feature = "lifecycle")]
use chrono::Months;
use chrono::{DateTime, Datelike, NaiveDate, Timelike};

use crate::base::text::{decimal, push_padded};

/// A point in time in milliseconds since 1970-01-01T00:00:00Z, between the
/// years 2000 and 9999.
///
/// The range catches a common mistake: seconds passed as milliseconds land in
/// January 1970 and are refused, instead of reading as "expired long ago".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// 2000-01-01T00:00:00.000Z.
    pub const MIN: Instant = Instant(946_684_800_000);
    /// 9999-12-31T23:59:59.999Z.
    pub const MAX: Instant = Instant(253_402_300_799_999);

    /// The instant `millis` milliseconds after the Unix epoch, or `None`
    /// outside the years 2000 to 9999.
    pub fn from_millis(millis: i64) -> Option<Instant> {
        (Instant::MIN.0..=Instant::MAX.0).contains(&millis).then_some(Instant(millis))
    }

    /// Reads an RFC 3339 date-time such as `2026-11-21T12:00:00.000Z`.
    ///
    /// `T` and `Z` are upper case; an offset such as `+02:00` is converted to
    /// UTC; fractions beyond the millisecond are cut. A leap second
    /// (`23:59:60`) has no instant on this scale and is refused.
    pub fn parse(text: &str) -> Option<Instant> {
        let b = text.as_bytes();
        if b.len() < 20 || b[4] != b'-' || b[7] != b'-' || b[10] != b'T' || b[13] != b':' || b[16] != b':' {
            return None;
        }
        let date = NaiveDate::from_ymd_opt(digits(&b[..4])? as i32, digits(&b[5..7])?, digits(&b[8..10])?)?;
        let (millis, zone) = fraction(&b[19..])?;
        let at =
            date.and_hms_milli_opt(digits(&b[11..13])?, digits(&b[14..16])?, digits(&b[17..19])?, millis)?;
        Instant::from_millis(at.and_utc().timestamp_millis() - offset(zone)?)
    }

    /// Milliseconds since the Unix epoch.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// RFC 3339, UTC, milliseconds: `2026-11-21T12:00:00.000Z`.
    pub fn to_text(self) -> String {
        let at = DateTime::from_timestamp_millis(self.0).unwrap_or_default();
        let mut text = String::with_capacity(24);
        push_padded(&mut text, at.year() as u64, 4);
        for (mark, number) in
            [('-', at.month()), ('-', at.day()), ('T', at.hour()), (':', at.minute()), (':', at.second())]
        {
            text.push(mark);
            push_padded(&mut text, number.into(), 2);
        }
        text.push('.');
        push_padded(&mut text, at.timestamp_subsec_millis().into(), 3);
        text.push('Z');
        text
    }

    /// The instant `span` later, at most the end of the year 9999.
    pub fn plus(self, span: Span) -> Instant {
        Instant((self.0.saturating_add(span.0)).min(Instant::MAX.0))
    }

    /// The instant `span` earlier, at least the start of the year 2000.
    pub fn minus(self, span: Span) -> Instant {
        Instant((self.0.saturating_sub(span.0)).max(Instant::MIN.0))
    }

    /// The same day and time of day, `months` calendar months later, or the last day
    /// of a shorter month. At most the end of the year 9999.
    #[cfg(feature = "lifecycle")]
    pub(crate) fn plus_months(self, months: u32) -> Instant {
        let at = DateTime::from_timestamp_millis(self.0).unwrap_or_default();
        let later = at.checked_add_months(Months::new(months)).map(|later| later.timestamp_millis());
        later.and_then(Instant::from_millis).unwrap_or(Instant::MAX)
    }

    /// Year, month and day, hour and minute, in UTC.
    #[cfg(feature = "lifecycle")]
    pub(crate) fn calendar(self) -> [u32; 5] {
        let at = DateTime::from_timestamp_millis(self.0).unwrap_or_default();
        [at.year().unsigned_abs(), at.month(), at.day(), at.hour(), at.minute()]
    }

    /// The next millisecond, or `None` at the end of the scale.
    pub fn next(self) -> Option<Instant> {
        Instant::from_millis(self.0 + 1)
    }

    /// The time since `earlier`; zero when `earlier` lies ahead (a clock stepped back).
    pub fn since(self, earlier: Instant) -> Span {
        Span((self.0 - earlier.0).max(0))
    }
}

/// A length of time in whole milliseconds, never negative. A day is 86,400 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Span {
    /// The longest duration that a document may state: 36,500 days.
    pub const MAX: Span = Span(36_500 * 86_400_000);

    /// A duration of this many milliseconds.
    pub const fn from_millis(millis: u32) -> Span {
        Span(millis as i64)
    }

    /// Reads `"180d"`, `"2h"`, `"30m"` or `"60s"`: a whole number without a
    /// leading zero and one unit, at most 36,500 days.
    pub fn parse(text: &str) -> Option<Span> {
        let unit = match text.as_bytes().last()? {
            b'd' => 86_400_000,
            b'h' => 3_600_000,
            b'm' => 60_000,
            b's' => 1_000,
            _ => return None,
        };
        let number = &text.as_bytes()[..text.len() - 1];
        if number.is_empty() || number.len() > 10 || (number[0] == b'0' && number.len() > 1) {
            return None;
        }
        let mut count: i64 = 0;
        for byte in number {
            count = count * 10 + i64::from(digit(*byte)?);
        }
        let span = Span(count.checked_mul(unit)?);
        (span <= Span::MAX).then_some(span)
    }

    /// The duration as documents write it, in the largest unit that leaves no
    /// remainder: `"180d"`. Fractions of a second are cut.
    pub fn to_text(self) -> String {
        let units = [('d', 86_400_000), ('h', 3_600_000), ('m', 60_000), ('s', 1_000)];
        let (unit, millis) = units.into_iter().find(|(_, unit)| self.0 % unit == 0).unwrap_or(('s', 1_000));
        let mut text = decimal(self.0.unsigned_abs() / millis.unsigned_abs());
        text.push(unit);
        text
    }

    /// The duration in milliseconds.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// One hundredth of this duration.
    pub(crate) fn hundredth(self) -> Span {
        Span(self.0 / 100)
    }
}

fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

fn digits(bytes: &[u8]) -> Option<u32> {
    bytes.iter().try_fold(0, |number, byte| Some(number * 10 + digit(*byte)?))
}

/// The milliseconds of an optional `.123…` (one to nine digits), and the rest of the text.
fn fraction(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let Some((b'.', rest)) = bytes.split_first() else { return Some((0, bytes)) };
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 || length > 9 {
        return None;
    }
    let millis =
        (0..3).fold(0, |millis, i| millis * 10 + rest[..length].get(i).map_or(0, |b| u32::from(b - b'0')));
    Some((millis, &rest[length..]))
}

/// The milliseconds by which `Z` or `+02:00` lies ahead of UTC.
fn offset(zone: &[u8]) -> Option<i64> {
    match zone {
        b"Z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            let ahead = i64::from(hours * 60 + minutes) * 60_000;
            (hours < 24 && minutes < 60).then_some(if *sign == b'+' { ahead } else { -ahead })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tim_08_instants_are_strict_rfc_3339() {
        for (text, millis) in [
            ("2000-01-01T00:00:00Z", 946_684_800_000),
            ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
            ("2024-02-29T23:59:59.9999999Z", 1_709_251_199_999),
            ("2024-03-01T01:59:59.9+02:00", 1_709_251_199_900),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] {
            assert_eq!(Instant::parse(text).map(Instant::millis), Some(millis), "{text}");
        }
        for text in [
            "",
            "2024-02-30T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-01-01 00:00:00Z",
            "2024-01-01t00:00:00Z",
            "2024-01-01T00:00:00z",
            "2024-01-01T00:00:00",
            "2024-01-01T24:00:00Z",
            "2024-01-01T23:59:60Z",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00.1234567890Z",
            "2024-01-01T00:00:00+24:00",
            "2024-01-01T00:00:00+2:00",
            "1999-12-31T23:59:59.999Z",
            "+024-01-01T00:00:00Z",
            "2024-1-01T00:00:00Z",
            "2024-01-01T00:00:00Z ",
            "２024-01-01T00:00:00Z",
            "0000-00-00T00:00:00Z",
            "2024-00-10T00:00:00Z",
        ] {
            assert_eq!(Instant::parse(text), None, "{text}");
        }
    }

    #[test]
    fn tim_02_seconds_in_place_of_milliseconds_are_refused() {
        assert_eq!(Instant::from_millis(1_795_000_000), None);
        assert_eq!(Instant::from_millis(i64::MIN), None);
        assert_eq!(Instant::from_millis(i64::MAX), None);
    }

    #[test]
    fn an_instant_reads_back_as_it_was_written() {
        for text in ["2000-01-01T00:00:00.000Z", "2026-11-21T12:34:56.789Z", "9999-12-31T23:59:59.999Z"] {
            assert_eq!(Instant::parse(text).expect(text).to_text(), text);
        }
    }

    #[test]
    fn a_day_is_86400_seconds_and_lengths_are_bounded() {
        assert_eq!(Span::parse("180d").map(Span::millis), Some(15_552_000_000));
        assert_eq!(Span::parse("0s").map(Span::millis), Some(0));
        for text in ["180d", "36h", "90m", "61s", "1d"] {
            assert_eq!(Span::parse(text).expect(text).to_text(), text);
        }
        assert_eq!(Span::parse("24h").expect("a day").to_text(), "1d");
        for text in ["", "d", "-1d", "1.5h", "01d", "1w", "1 d", "36501d", "99999999999d", "1D"] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }
}
