//! The ways in which routers read one path.

use alloc::vec::Vec;

use crate::request::habits::Habits;
use crate::request::path::{Path, hex};

/// A path as some router reads it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) segments: Vec<Vec<u8>>,
    /// Whether it ends in a slash.
    pub(crate) slash: bool,
}

impl Path<'_> {
    /// One of eight ways to read the path, of which the first is the policy's own; `None` where
    /// no router with these habits has it. `raw` is the path as it was sent, without its first slash.
    pub(crate) fn reading(&self, way: u8, raw: &[u8], habits: Habits) -> Option<Reading> {
        let [again, apart, ascii] = [1, 2, 4].map(|bit| way & bit != 0);
        let decodes = again || apart;
        if decodes && !(habits.have(Habits::DECODE) && self.holds_encoded())
            || ascii && !habits.have(Habits::CASE)
        {
            return None;
        }
        let mut reading =
            Reading { segments: Vec::new(), slash: raw.last().is_none_or(|last| *last == b'/') };
        for segment in self.segments() {
            let mut segment = segment.to_vec();
            if again {
                segment = rewritten(&segment, decoded);
            }
            if ascii {
                segment = rewritten(&segment, in_ascii);
            }
            reading.slash |= apart && segment.last() == Some(&b'/');
            // Slashes side by side are one.
            for piece in segment.split(|byte| apart && *byte == b'/') {
                if !piece.is_empty() {
                    reading.segments.push(piece.to_vec());
                }
            }
        }
        Some(reading)
    }
}

/// Whether a segment begins with something that reads as another byte, and what follows that.
type Rewrite = fn(&[u8]) -> Option<(u8, &[u8])>;

#[inline(never)]
fn rewritten(segment: &[u8], rewrite: Rewrite) -> Vec<u8> {
    let mut out = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let [first, after @ ..] = rest {
        let (byte, behind) = rewrite(rest).unwrap_or((*first, after));
        out.push(byte);
        rest = behind;
    }
    out
}

/// What is encoded; what only looks so stays.
fn decoded(rest: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, behind @ ..] = rest else { return None };
    Some((hex(*high)? << 4 | hex(*low)?, behind))
}

/// The Kelvin sign and the long s, whose other case is a letter of ASCII.
fn in_ascii(rest: &[u8]) -> Option<(u8, &[u8])> {
    match rest {
        [0xe2, 0x84, 0xaa, behind @ ..] => Some((b'k', behind)),
        [0xc5, 0xbf, behind @ ..] => Some((b's', behind)),
        [..] => None,
    }
}
