//! Instants and durations, counted by hand.

/// Milliseconds since 1970-01-01T00:00:00Z, or a number of milliseconds.
pub type Millis = i64;

/// 2000-01-01T00:00:00.000Z.
pub const FIRST: Millis = 946_684_800_000;
/// 9999-12-31T23:59:59.999Z.
pub const LAST: Millis = 253_402_300_799_999;

const DAY: Millis = 86_400_000;

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_of(year: i64) -> i64 {
    if is_leap(year) { 366 } else { 365 }
}

/// Reads `2026-11-21T12:00:00.000Z`, with a fraction of up to nine digits or none, in UTC or another zone.
pub fn parse(text: &str) -> Option<Millis> {
    let shape = "dddd-dd-ddTdd:dd:dd";
    let alike = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(b, s)| if s == b'd' { b.is_ascii_digit() } else { b == s })
    };
    let (stem, rest) = text.split_at_checked(shape.len()).filter(|(stem, _)| alike(stem, shape))?;
    let number = |from: usize, to: usize| stem[from..to].parse::<i64>().unwrap_or_default();
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let (hour, minute, second) = (number(11, 13), number(14, 16), number(17, 19));
    let date_fits = (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month);
    if year < 1999 || !date_fits || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let zone = rest.trim_start_matches('.').trim_start_matches(|c: char| c.is_ascii_digit());
    let fraction = rest.strip_suffix(zone)?;
    let milli = match fraction.len() {
        0 => 0,
        2..=10 if fraction.starts_with('.') => format!("{:0<3}", &fraction[1..])[..3].parse().ok()?,
        _ => return None,
    };
    let ahead = match zone {
        "Z" => 0,
        _ if alike(zone, "+dd:dd") || alike(zone, "-dd:dd") => {
            let (hours, minutes) = (zone[1..3].parse::<i64>().ok()?, zone[4..6].parse::<i64>().ok()?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if zone.starts_with('+') { 60_000 } else { -60_000 }
        }
        _ => return None,
    };
    let years: i64 = (1970..year).map(days_of).sum();
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    let at = (years + months + day - 1) * DAY + ((hour * 60 + minute) * 60 + second) * 1000 + milli - ahead;
    (FIRST..=LAST).contains(&at).then_some(at)
}

/// Writes an instant between 2000 and 9999.
pub fn text(at: Millis) -> String {
    let (mut days, rest) = (at / DAY, at % DAY);
    let mut year = 1970;
    while days >= days_of(year) {
        days -= days_of(year);
        year += 1;
    }
    let mut month = 1;
    while days >= days_in(year, month) {
        days -= days_in(year, month);
        month += 1;
    }
    let (seconds, milli) = (rest / 1000, rest % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let day = days + 1;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// Reads `"180d"`, `"2h"`, `"30m"`, `"60s"`; nothing longer than 8,000 years.
pub fn duration(text: &str) -> Option<Millis> {
    let unit = match text.chars().last()? {
        'd' => DAY,
        'h' => 3_600_000,
        'm' => 60_000,
        's' => 1000,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse::<i64>().ok()?.checked_mul(unit).filter(|length| *length <= LAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_back() {
        for text_of in [
            "2000-01-01T00:00:00.000Z",
            "2026-11-21T12:00:00.001Z",
            "2028-02-29T23:59:59.999Z",
            "9999-12-31T23:59:59.999Z",
        ] {
            assert_eq!(text(parse(text_of).unwrap()), text_of);
        }
        assert_eq!(parse("2000-01-01T00:00:00Z"), Some(FIRST));
        assert_eq!(parse("9999-12-31T23:59:59.999Z"), Some(LAST));
        assert_eq!(parse("2027-02-29T00:00:00.000Z"), None);
    }
}
