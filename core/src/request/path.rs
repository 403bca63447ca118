//! The path of a request: decoded once, and refused when two readers could understand it differently.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::base::abi::frame::TARGET;
use crate::request::bytes8::{has_capital, is_plain};
use crate::request::habits::Habits;
use crate::request::segments::Segments;

/// How paths are compared with templates. The defaults are the strict ones.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PathRules {
    /// Whether a trailing `/` is ignored.
    pub(crate) ignore_trailing_slash: bool,
    /// Whether the case of ASCII letters is ignored.
    pub(crate) ignore_case: bool,
    /// Whether `;` is an ordinary character; otherwise a path with one is refused.
    pub(crate) semicolon_is_literal: bool,
    /// Whether a path that no route matches does not exist; otherwise it is forbidden.
    pub(crate) unmapped_is_not_found: bool,
    /// How else the routers behind may read a path.
    pub(crate) habits: Habits,
}

/// The segments of a path, percent-decoded.
///
/// Segments that needed no decoding stay where they were, with `/` between
/// them; decoded ones are separated by NUL, because a decoded segment
/// may hold `/` and no accepted path holds NUL.
#[derive(Clone, Debug)]
pub(crate) struct Path<'a> {
    given: &'a [u8],
    /// Whether a slash at the end was dropped.
    shortened: bool,
    rewritten: Option<Box<Rewritten>>,
}

/// Copies of a path that cannot be compared as it is.
#[derive(Clone, Debug)]
struct Rewritten {
    /// The decoded segments, if any was encoded.
    decoded: Option<Vec<u8>>,
    /// In lower case, where the policy ignores case.
    lowered: Option<Vec<u8>>,
}

impl Rewritten {
    fn of(rest: &[u8], given: &[u8], plain: bool, rules: &PathRules) -> Option<Rewritten> {
        let decoded = if plain { None } else { Some(decode(rest, rules)?) };
        let lowered = rules.ignore_case.then(|| decoded.as_deref().unwrap_or(given).to_ascii_lowercase());
        Some(Rewritten { decoded, lowered })
    }
}

impl<'a> Path<'a> {
    /// Reads the path of a request target (the part before `?`). `None` is
    /// `bad_path`: no leading `/`, a dot segment however encoded, a backslash,
    /// a control byte, a space, `#`, a byte outside ASCII, percent-encoding
    /// that is broken or hides one of these, or `;` where the policy refuses it; or a target that is too long.
    #[inline]
    pub(crate) fn parse(target: &'a [u8], rules: &PathRules) -> Option<Path<'a>> {
        if target.len() > TARGET {
            return None;
        }
        let (path, plain) = survey(target);
        let (b'/', rest) = path.split_first()? else { return None };
        let given = if rules.ignore_trailing_slash { rest.strip_suffix(b"/").unwrap_or(rest) } else { rest };
        let shortened = given.len() < rest.len();
        if plain && !rules.ignore_case {
            return Some(Path { given, shortened, rewritten: None });
        }
        let rewritten = Rewritten::of(rest, given, plain, rules)?;
        Some(Path { given, shortened, rewritten: Some(Box::new(rewritten)) })
    }

    /// Whether it stands as it was sent, a slash at the end included or dropped as `shortened` says.
    #[inline]
    pub(crate) fn is_as_sent(&self, shortened: bool) -> bool {
        self.rewritten.is_none() && self.shortened == shortened
    }

    /// Whether it holds a letter that is not lower case in ASCII.
    #[inline(never)]
    pub(crate) fn has_other_case(&self) -> bool {
        match self.decoded() {
            None => has_capital(self.given),
            Some(decoded) => has_capital(decoded) || !decoded.is_ascii(),
        }
    }

    /// Whether a segment, decoded, holds a slash or something encoded.
    #[inline(never)]
    pub(crate) fn holds_encoded(&self) -> bool {
        self.decoded().is_some_and(|decoded| decoded.iter().any(|byte| matches!(byte, b'%' | b'/')))
    }

    #[inline]
    fn decoded(&self) -> Option<&[u8]> {
        self.rewritten.as_ref()?.decoded.as_deref()
    }

    /// The segments as they are compared with the templates.
    #[inline]
    pub(crate) fn compared(&self) -> Segments<'_> {
        match &self.rewritten {
            None => Segments::of(self.given, b'/'),
            Some(rewritten) => {
                let segments = self.segments();
                Segments::of(rewritten.lowered.as_deref().unwrap_or(segments.bytes), segments.separator)
            }
        }
    }

    /// The segments as parameters get them.
    pub(crate) fn segments(&self) -> Segments<'_> {
        match self.decoded() {
            None => Segments::of(self.given, b'/'),
            Some(decoded) => Segments::of(decoded, 0),
        }
    }
}

/// The part of a request target before the query.
#[inline]
pub(crate) fn before_query(target: &[u8]) -> &[u8] {
    &target[..target.iter().position(|byte| *byte == b'?').unwrap_or(target.len())]
}

/// The part of a target before the query, and whether it needs no decoding:
/// every byte means itself, and no segment starts with a dot.
#[inline]
fn survey(target: &[u8]) -> (&[u8], bool) {
    if is_plain(target) {
        return (target, true);
    }
    let (mut seen, mut before) = (0, 0);
    for (place, byte) in target.iter().enumerate() {
        let class = CLASS[usize::from(*byte)];
        if class == QUERY {
            return (&target[..place], seen == 0);
        }
        // A dot behind a slash: the one bit moves onto the other.
        seen |= (class & SPECIAL) | (before & (class >> 1));
        before = class & SLASH;
    }
    (target, seen == 0)
}

const SLASH: u8 = 1;
const DOT: u8 = 2;
const SPECIAL: u8 = 4;
const QUERY: u8 = 8;

const CLASS: [u8; 256] = {
    let mut class = [SPECIAL; 256];
    let mut byte = 0x21;
    while byte < 0x7f {
        class[byte] = match byte as u8 {
            b'%' | b'\\' | b';' | b'#' => SPECIAL,
            b'?' => QUERY,
            b'/' => SLASH,
            b'.' => DOT,
            _ => 0,
        };
        byte += 1;
    }
    class
};

/// The decoded segments with NUL between them.
fn decode(rest: &[u8], rules: &PathRules) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(rest.len());
    for (i, segment) in rest.split(|byte| *byte == b'/').enumerate() {
        if i > 0 {
            decoded.push(0);
        }
        let start = decoded.len();
        decode_segment(segment, rules, &mut decoded)?;
        let segment = &decoded[start..];
        if core::str::from_utf8(segment).is_err() || hides_dot_segment(segment) {
            return None;
        }
    }
    if rules.ignore_trailing_slash && decoded.last() == Some(&0) {
        decoded.pop();
    }
    Some(decoded)
}

/// Adds the segment without its percent-encoding; `None` where it is broken or hides something.
pub(crate) fn decode_segment(segment: &[u8], rules: &PathRules, decoded: &mut Vec<u8>) -> Option<()> {
    let mut rest = segment;
    while let Some((first, after)) = rest.split_first() {
        let byte = match first {
            b'%' => {
                let (pair, after) = after.split_first_chunk::<2>()?;
                rest = after;
                let byte = hex(pair[0])? << 4 | hex(pair[1])?;
                if byte < 0x20 || byte == 0x7f || byte == b'\\' {
                    return None;
                }
                byte
            }
            b';' if !rules.semicolon_is_literal => return None,
            b'#' | b'\\' | 0..=0x20 | 0x7f..=0xff => return None,
            literal => {
                rest = after;
                *literal
            }
        };
        decoded.push(byte);
    }
    Some(())
}

/// Whether a decoded segment holds a dot segment, alone or beside a slash, a backslash or a
/// semicolon. Each may still be encoded, once or more often (`%2e`, `%252e`, `%255c`): a program
/// behind the gate may decode again, take a backslash for a slash, or cut what follows a semicolon.
fn hides_dot_segment(segment: &[u8]) -> bool {
    let (mut rest, mut dots, mut others) = (segment, 0, false);
    while !rest.is_empty() {
        let separator = after(rest, b'/', b"2f")
            .or_else(|| after(rest, b';', b"3b"))
            .or_else(|| after(rest, b'\\', b"5c"));
        if let Some(after) = separator {
            if !others && (1..=2).contains(&dots) {
                return true;
            }
            (rest, dots, others) = (after, 0, false);
        } else if let Some(after) = after(rest, b'.', b"2e") {
            (rest, dots) = (after, dots + 1);
        } else {
            (rest, others) = (&rest[1..], true);
        }
    }
    !others && (1..=2).contains(&dots)
}

/// What follows this character, plain or encoded any number of times.
fn after<'s>(segment: &'s [u8], plain: u8, digits: &[u8; 2]) -> Option<&'s [u8]> {
    let mut rest = match segment.split_first()? {
        (first, after) if *first == plain => return Some(after),
        (b'%', after) => after,
        _ => return None,
    };
    while let Some(after) = rest.strip_prefix(b"25") {
        rest = after;
    }
    rest.split_first_chunk::<2>()
        .filter(|(found, _)| digits.eq_ignore_ascii_case(*found))
        .map(|(_, after)| after)
}

pub(crate) fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn segments(target: &str, rules: &PathRules) -> Option<Vec<String>> {
        let path = Path::parse(target.as_bytes(), rules)?;
        Some(path.segments().map(|s| String::from_utf8_lossy(s).into_owned()).collect())
    }

    #[test]
    fn rte_02_dot_segments_are_bad_however_encoded() {
        for target in [
            "/a/../b",
            "/a/./b",
            "/.",
            "/..",
            "/a/..",
            "/a/%2e%2e/b",
            "/%2E.",
            "/.%2e/x",
            "/a/%252e%252e",
            "/%25252E.",
            "/..%2fadmin",
            "/a%2F..%2Fb",
            "/%2e",
            "/a/%252E",
            "/..%252fadmin",
            "/a%252F%252e%252e",
        ] {
            assert_eq!(segments(target, &PathRules::default()), None, "{target}");
        }
        for target in ["/...", "/.well-known", "/a..b", "/%2e%2e%2e", "/a%252eb"] {
            assert!(segments(target, &PathRules::default()).is_some(), "{target}");
        }
    }

    #[test]
    fn sea_08_dot_segments_beside_a_backslash_or_a_semicolon_are_bad_however_encoded() {
        let literal = PathRules { semicolon_is_literal: true, ..PathRules::default() };
        for target in [
            "/a/..%255cadmin",
            "/a/%255C..",
            "/a/x%25255c%252e%252e",
            "/a/..%3B/admin",
            "/a/%2e%2e%3b",
            "/a/.%253bx",
            "/a/..;/admin",
            "/a/..;x=1",
        ] {
            assert_eq!(segments(target, &literal), None, "{target}");
        }
        for target in ["/a%255cb", "/a%3Bx..y", "/a%253b", "/...%3B", "/a;v=1.2"] {
            assert!(segments(target, &literal).is_some(), "{target}");
        }
        // Without dots beside it, an encoded semicolon is a character like others.
        assert!(segments("/a%3Bx", &PathRules::default()).is_some());
    }

    #[test]
    fn rte_07_rte_08_one_decoding_and_nothing_hidden_in_it() {
        let rules = PathRules::default();
        assert_eq!(
            segments("/%61dmin/a%2Fb?x=/../", &rules),
            Some(alloc::vec!["admin".into(), "a/b".into()])
        );
        assert_eq!(
            segments("/caf%C3%A9/%3Bx/a%3fb", &rules),
            Some(alloc::vec!["café".into(), ";x".into(), "a?b".into()])
        );
        for target in [
            "/%zz",
            "/%",
            "/%4",
            "/%c0%ae",
            "/%00",
            "/%0a",
            "/%7f",
            "/é",
            "/a\\b",
            "/a%5Cb",
            "/a b",
            "/a#b",
            "/a\tb",
            "/a;b",
            "",
            "a",
            "http://evil/admin",
            "*",
            "host:443",
        ] {
            assert_eq!(segments(target, &rules), None, "{target}");
        }
        let literal = PathRules { semicolon_is_literal: true, ..rules };
        assert_eq!(segments("/a;b", &literal), Some(alloc::vec!["a;b".into()]));
    }

    #[test]
    fn a_target_of_more_than_8192_bytes_is_bad() {
        let rules = PathRules::default();
        assert!(segments(&alloc::format!("/{}", "a".repeat(8191)), &rules).is_some());
        assert!(segments(&alloc::format!("/{}", "a".repeat(8192)), &rules).is_none());
        assert!(segments(&alloc::format!("/a?{}", "a".repeat(8189)), &rules).is_some());
        assert!(segments(&alloc::format!("/a?{}", "a".repeat(8190)), &rules).is_none());
    }
}
