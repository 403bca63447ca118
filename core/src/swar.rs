//! Eight bytes at a time, in plain 64-bit arithmetic, which every target has.

const ONES: u64 = u64::from_le_bytes([1; 8]);
const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);

/// The place of the first such byte.
#[inline]
pub(crate) fn position(bytes: &[u8], wanted: u8) -> Option<usize> {
    let (eights, rest) = bytes.as_chunks::<8>();
    for (i, eight) in eights.iter().enumerate() {
        let found = equal(u64::from_le_bytes(*eight), wanted);
        if found != 0 {
            return Some(8 * i + found.trailing_zeros() as usize / 8);
        }
    }
    let place = rest.iter().position(|byte| *byte == wanted)?;
    Some(8 * eights.len() + place)
}

/// Whether every byte of a path is a letter, a digit or a mark without a
/// meaning of its own. `false` is no verdict, only a reason to look closely.
#[inline]
pub(crate) fn is_plain(path: &[u8]) -> bool {
    let Some(last) = path.last_chunk::<8>() else { return false };
    let (eights, _) = path.as_chunks::<8>();
    eights.iter().chain([last]).fold(0, |seen, eight| seen | suspicious(u64::from_le_bytes(*eight))) == 0
}

/// Marks controls, space, `!` `#` `%` `'` `;` `?` `.` `\`, DEL and everything
/// outside ASCII. A byte above a marked one may be marked without need.
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
    fn position_is_that_of_the_standard_library() {
        for length in 0..40 {
            for place in 0..=length {
                let mut bytes: Vec<u8> = (0..length).map(|i| b'a' + (i % 26) as u8).collect();
                if let Some(byte) = bytes.get_mut(place) {
                    *byte = b'/';
                }
                assert_eq!(position(&bytes, b'/'), bytes.iter().position(|byte| *byte == b'/'));
                assert_eq!(position(&bytes, b'.'), None);
            }
        }
        assert_eq!(position(&[0x2e, 0x2f, 0x30, 0x2f, 0, 0, 0, 0], 0x2f), Some(1));
    }

    #[test]
    fn whatever_has_a_meaning_is_looked_at_closely() {
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
