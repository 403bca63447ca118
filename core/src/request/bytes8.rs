//! Compares eight bytes at a time in plain 64-bit arithmetic, which every target has.

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

/// A bit for each of at most 64 bytes: whether it is this one.
#[inline]
pub(crate) fn places(bytes: &[u8], wanted: u8) -> u64 {
    let Some(last) = bytes.last_chunk::<8>() else {
        return (0..).zip(bytes).fold(0, |places, (i, byte)| places | u64::from(*byte == wanted) << i);
    };
    let (eights, _) = bytes.as_chunks::<8>();
    let at_end = bits(u64::from_le_bytes(*last), wanted) << (bytes.len() - 8);
    (0..)
        .zip(eights)
        .fold(at_end, |places, (i, eight)| places | bits(u64::from_le_bytes(*eight), wanted) << (8 * i))
}

/// A bit for each of eight bytes, brought together by one multiplication.
#[inline]
fn bits(eight: u64, wanted: u8) -> u64 {
    let difference = eight ^ (ONES * wanted as u64);
    let other = ((difference & !HIGHS) + !HIGHS) | difference;
    ((!other & HIGHS) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// A text's length and its first and last eight bytes. For up to sixteen bytes that is the whole text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(crate) length: usize,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl Outline {
    #[inline]
    pub(crate) fn of(text: &[u8]) -> Outline {
        let (first, last) = match (text.first_chunk(), text.last_chunk()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => (few(text), 0),
        };
        Outline { length: text.len(), first, last }
    }

    /// Whether no other text has this outline.
    #[inline]
    pub(crate) fn is_whole(&self) -> bool {
        self.length <= 16
    }
}

/// Fewer than eight bytes as a number; different texts of one length give different numbers.
#[inline]
fn few(text: &[u8]) -> u64 {
    match (text.first_chunk(), text.last_chunk(), text) {
        (Some(first), Some(last), _) => {
            u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last))
        }
        (_, _, [first, .., last]) => u64::from_be_bytes([0, 0, 0, 0, 0, *first, text[text.len() / 2], *last]),
        (_, _, [only]) => u64::from(*only),
        (_, _, []) => 0,
    }
}

/// Whether every byte of a path is a letter, a digit or a mark without special
/// meaning. `false` only means that the path needs the full check.
#[inline]
pub(crate) fn is_plain(path: &[u8]) -> bool {
    let Some(last) = path.last_chunk::<8>() else { return false };
    let (eights, _) = path.as_chunks::<8>();
    eights.iter().chain([last]).fold(0, |seen, eight| seen | suspicious(u64::from_le_bytes(*eight))) == 0
}

/// Whether any byte is a capital letter of ASCII.
#[inline]
pub(crate) fn has_capital(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else { return bytes.iter().any(u8::is_ascii_uppercase) };
    let (eights, _) = bytes.as_chunks::<8>();
    eights.iter().chain([last]).fold(0, |seen, eight| seen | capitals(u64::from_le_bytes(*eight))) != 0
}

/// Marks the bytes `A` to `Z`.
#[inline]
fn capitals(eight: u64) -> u64 {
    let low = eight & !HIGHS;
    let from_a = low + ONES * (0x80 - b'A' as u64);
    let beyond_z = low + ONES * (0x80 - b'Z' as u64 - 1);
    from_a & !beyond_z & !eight & HIGHS
}

/// Marks controls, space, `!` `#` `%` `'` `;` `?` `.` `\`, DEL and everything
/// outside ASCII. The byte above a marked one may be marked by mistake.
#[inline]
fn suspicious(eight: u64) -> u64 {
    let low = eight.wrapping_sub(ONES * 0x21) & !eight & HIGHS;
    let high = (eight | eight.wrapping_add(ONES)) & HIGHS;
    let hash_or_percent = equal(eight & (ONES * 0xf9), 0x21);
    let semicolon_or_query = equal(eight | (ONES * 0x04), 0x3f);
    low | high | hash_or_percent | semicolon_or_query | equal(eight, b'.') | equal(eight, b'\\')
}

/// Marks the bytes that equal `wanted`; exact up to the first one.
#[inline]
fn equal(eight: u64, wanted: u8) -> u64 {
    let difference = eight ^ (ONES * wanted as u64);
    difference.wrapping_sub(ONES) & !difference & HIGHS
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn finds_every_position_of_a_byte_and_no_other() {
        for length in 0..=64 {
            for wanted in [0, b'/', 0x7f, 0x80, 0xff] {
                for step in 1..20 {
                    let byte =
                        |i: usize| if i.is_multiple_of(step) { wanted } else { wanted ^ (1 << (i % 8)) };
                    let bytes: Vec<u8> = (0..length).map(byte).collect();
                    let expected =
                        bytes.iter().rev().fold(0, |bits, byte| bits << 1 | u64::from(*byte == wanted));
                    assert_eq!(places(&bytes, wanted), expected, "{bytes:?}");
                }
            }
        }
    }

    #[test]
    fn outlines_of_up_to_sixteen_bytes_are_unique() {
        for length in 1..=16_usize {
            let text: Vec<u8> = (0..length).map(|i| b'a' + i as u8).collect();
            for place in 0..length {
                let mut other = text.clone();
                other[place] ^= 0x20;
                assert_ne!(Outline::of(&text), Outline::of(&other), "{place} of {length}");
            }
        }
    }

    #[test]
    fn a_capital_letter_is_seen_wherever_it_stands() {
        for byte in 0..=255_u8 {
            for place in 0..24 {
                let mut path = *b"/api/v3/resources/42-a_b";
                path[place] = byte;
                assert_eq!(has_capital(&path), byte.is_ascii_uppercase(), "{byte} at {place}");
            }
        }
    }

    #[test]
    fn bytes_with_a_special_meaning_need_the_full_check() {
        for byte in 0..=255_u8 {
            for place in 0..24 {
                let mut path = *b"/api/v3/resources/42-a_b";
                path[place] = byte;
                let meaning = byte <= 0x20 || byte >= 0x7f || b"#%;?.\\".contains(&byte);
                assert!(!(meaning && is_plain(&path)), "{byte} at {place}");
            }
        }
        assert!(is_plain(b"/api/v3/resources/42-a_b~$&()*+,:=@"));
        assert!(!is_plain(b"/short"));
    }
}
