//! Segments with text around their parameters: `{id}:publish`.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::request::Habits;

/// Literal text around and between parameters, as in `{id}:publish`,
/// `fn({id})`, `{base}...{head}`: what stands before the first parameter,
/// between each two, and behind the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    pub(crate) texts: Vec<Vec<u8>>,
}

impl Pattern {
    /// Whether a segment has this shape; no parameter is ever empty.
    #[inline]
    pub(crate) fn matches(&self, segment: &[u8]) -> bool {
        self.split(segment, Habits::NONE, &mut |_| ())
    }

    /// Takes each text where it first fits, or with the habit of `SPLIT` from the end, where it
    /// last fits, and hands over the values in that order. Should a further text not fit then, no
    /// other choice would have helped: this one leaves the most.
    pub(crate) fn split<'s>(&self, segment: &'s [u8], mode: Habits, take: &mut dyn FnMut(&'s [u8])) -> bool {
        let [first, between @ .., last] = self.texts.as_slice() else { return false };
        let Some(back) = segment.len().checked_sub(last.len()).filter(|back| first.len() <= *back) else {
            return false;
        };
        if !same(&segment[..first.len()], first, mode) || !same(&segment[back..], last, mode) {
            return false;
        }
        let from_end = mode.have(Habits::SPLIT);
        let least = usize::from(!mode.have(Habits::EMPTY));
        let mut rest = &segment[first.len()..back];
        for place in 0..between.len() {
            let text = &between[if from_end { between.len() - 1 - place } else { place }];
            // How many places there are for the text that leave a value on either side.
            let Some(places) = (rest.len() + 1).checked_sub(text.len() + 2 * least) else { return false };
            let at = |number: usize| least + if from_end { places - 1 - number } else { number };
            let fits = |number: &usize| same(&rest[at(*number)..at(*number) + text.len()], text, mode);
            let Some(number) = (0..places).find(fits) else { return false };
            let (before, after) = (&rest[..at(number)], &rest[at(number) + text.len()..]);
            let (value, left) = if from_end { (after, before) } else { (before, after) };
            take(value);
            rest = left;
        }
        take(rest);
        least <= rest.len()
    }

    /// Whether one segment could have both shapes.
    pub(crate) fn may_meet(&self, other: &Pattern) -> bool {
        let meet = |a: &[u8], b: &[u8]| a.starts_with(b) || b.starts_with(a);
        let back = |a: &[u8], b: &[u8]| a.ends_with(b) || b.ends_with(a);
        match (self.texts.as_slice(), other.texts.as_slice()) {
            ([first, .., last], [other_first, .., other_last]) => {
                meet(first, other_first) && back(last, other_last)
            }
            _ => false,
        }
    }

    /// Whether every segment of this shape has the other one too: the shape itself has it, with
    /// a byte that no text holds in the place of each parameter.
    pub(crate) fn lies_in(&self, other: &Pattern) -> bool {
        let mut shape = Vec::new();
        for (place, text) in self.texts.iter().enumerate() {
            if place > 0 {
                shape.push(0);
            }
            shape.extend_from_slice(text);
        }
        other.matches(&shape)
    }

    fn literal_bytes(&self) -> usize {
        self.texts.iter().map(Vec::len).sum()
    }
}

impl Ord for Pattern {
    /// More literal text first.
    fn cmp(&self, other: &Pattern) -> Ordering {
        other.literal_bytes().cmp(&self.literal_bytes()).then_with(|| self.texts.cmp(&other.texts))
    }
}

impl PartialOrd for Pattern {
    fn partial_cmp(&self, other: &Pattern) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Whether two texts are the same, with the habit of `CASE` also where the case of letters differs.
pub(crate) fn same(a: &[u8], b: &[u8], mode: Habits) -> bool {
    a == b || mode.have(Habits::CASE) && a.len() == b.len() && a.iter().zip(b).all(is_other_case)
}

/// Outside ASCII, where tables would be larger than all the rest, bytes are the same that differ
/// as those of the two cases of some letter do in UTF-8.
fn is_other_case((a, b): (&u8, &u8)) -> bool {
    a.eq_ignore_ascii_case(b)
        || 0x80 <= a & b && matches!(a ^ b, 1 | 3 | 8 | 0x10 | 0x20 | 0x21 | 0x25 | 0x27 | 0x2a)
}

/// A text as all that differ from it in the case of letters have it, and perhaps others.
#[inline(never)]
pub(crate) fn folded(text: &[u8]) -> Vec<u8> {
    let mut folded = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            0x80..0xc0 => {}
            // One mark for each letter outside ASCII, whichever it is.
            0xc0.. => folded.push(1),
            ascii => folded.push(ascii.to_ascii_lowercase()),
        }
    }
    folded
}
