//! Instants and durations in whole milliseconds. Callers pass the time in; this crate reads no clock.

use alloc::string::String;

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
        let (year, month, day) = (digits(&b[..4])?, digits(&b[5..7])?, digits(&b[8..10])?);
        let (hour, minute, second) = (digits(&b[11..13])?, digits(&b[14..16])?, digits(&b[17..19])?);
        let (millis, zone) = fraction(&b[19..])?;
        let days = days(year.into(), month.into(), day.into());
        if date(days) != [year, month, day] || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let seconds = i64::from((hour * 60 + minute) * 60 + second);
        Instant::from_millis(days * DAY + seconds * 1_000 + i64::from(millis) - offset(zone)?)
    }

    /// Milliseconds since the Unix epoch.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// RFC 3339, UTC, milliseconds: `2026-11-21T12:00:00.000Z`.
    pub fn to_text(self) -> String {
        let [year, month, day, hour, minute] = self.calendar();
        let millis = self.0.unsigned_abs() % 60_000;
        let mut text = String::with_capacity(24);
        push_padded(&mut text, year.into(), 4);
        for (mark, number) in [
            ('-', month.into()),
            ('-', day.into()),
            ('T', hour.into()),
            (':', minute.into()),
            (':', millis / 1_000),
        ] {
            text.push(mark);
            push_padded(&mut text, number, 2);
        }
        text.push('.');
        push_padded(&mut text, millis % 1_000, 3);
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
        let [year, month, day] = date(self.0 / DAY).map(i64::from);
        let month = year * 12 + month - 1 + i64::from(months);
        let first = |month: i64| days(month / 12, month % 12 + 1, 1);
        let day = day.min(first(month + 1) - first(month));
        let later = (first(month) + day - 1) * DAY + self.0 % DAY;
        Instant::from_millis(later).unwrap_or(Instant::MAX)
    }

    /// Year, month and day, hour and minute, in UTC.
    pub(crate) fn calendar(self) -> [u32; 5] {
        let [year, month, day] = date(self.0 / DAY);
        let minute = (self.0 % DAY / 60_000) as u32;
        [year, month, day, minute / 60, minute % 60]
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

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

/// The days from 1970-01-01 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March end with the leap day; 153 days are five months from March on.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 719_469
}

/// Year, month and day, that many days after 1970-01-01.
fn date(days: i64) -> [u32; 3] {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (year * 365 + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (before, day) = (month > 9, day - (153 * month + 2) / 5 + 1);
    let (year, month) = (era * 400 + year + i64::from(before), if before { month - 9 } else { month + 3 });
    [year as u32, month as u32, day as u32]
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
