//! The attempt as passed to the module: eight lengths, then the bytes back to back.

use portcullis_core::Attempt;
use portcullis_core::abi::frame::{self, ABSENT, ADDRESS, CREDENTIAL, METHOD, NAME, NEEDS, TARGET, WINDOW};

const FIELDS: usize = frame::FIELDS.len();

/// The most bytes that may follow the first byte of a character.
const REST_OF_CHARACTER: usize = 3;

const _: () = {
    let limits = METHOD + TARGET + 2 * CREDENTIAL + 2 * NAME + ADDRESS + NEEDS;
    assert!(4 * FIELDS + limits + FIELDS * (1 + REST_OF_CHARACTER) <= WINDOW);
};

/// Writes an attempt; `None` if it does not fit, which the limits rule out.
#[inline]
pub(crate) fn write(attempt: &Attempt<'_>, window: &mut [u8; WINDOW]) -> Option<()> {
    let Attempt { method, target, authorization, header, tenant, application, ip, needs } = *attempt;
    let fields: [Option<&[u8]>; FIELDS] = [
        Some(cut(method, METHOD)),
        Some(cut(target, TARGET)),
        authorization.map(|value| cut(value, CREDENTIAL)),
        header.map(|value| cut(value, CREDENTIAL)),
        tenant.map(|text| cut_text(text, NAME)),
        application.map(|text| cut_text(text, NAME)),
        ip.map(|text| cut_text(text, ADDRESS)),
        needs.map(|text| cut_text(text, NEEDS)),
    ];
    let (lengths, mut rest) = window.split_first_chunk_mut::<{ 4 * FIELDS }>()?;
    for (field, length) in fields.iter().zip(lengths.as_chunks_mut::<4>().0) {
        *length = match field {
            Some(bytes) => {
                let (place, after) = rest.split_at_mut_checked(bytes.len())?;
                place.copy_from_slice(bytes);
                rest = after;
                bytes.len() as u32
            }
            None => ABSENT as u32,
        }
        .to_le_bytes();
    }
    Some(())
}

#[inline]
fn cut(bytes: &[u8], limit: usize) -> &[u8] {
    bytes.get(..=limit).unwrap_or(bytes)
}

/// Extends a cut to the end of its character: valid text stays valid, and a value that is too long stays too
/// long.
#[inline]
fn cut_text(text: &str, limit: usize) -> &[u8] {
    if text.len() <= limit {
        return text.as_bytes();
    }
    text.get(..text.ceil_char_boundary(limit + 1)).unwrap_or(text).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(attempt: &Attempt<'_>) -> ([i32; FIELDS], Vec<u8>) {
        let mut window = [0xaa; WINDOW];
        write(attempt, &mut window).expect("every attempt fits");
        let (lengths, bytes) = window.split_at(4 * FIELDS);
        let lengths = lengths.chunks_exact(4).map(|length| i32::from_le_bytes(length.try_into().expect("4")));
        (lengths.collect::<Vec<_>>().try_into().expect("8"), bytes.to_vec())
    }

    #[test]
    fn fields_are_back_to_back_and_absent_ones_take_no_bytes() {
        let (lengths, bytes) = lengths(&Attempt::http("GET", "/a").tenant("t").ip(""));
        assert_eq!(lengths, [3, 2, -1, -1, 1, -1, 0, -1]);
        assert_eq!(&bytes[..7], b"GET/at\xaa");
    }

    #[test]
    fn hdr_09_a_cut_value_is_still_too_long_and_small() {
        let long = "é".repeat(8 << 20);
        let attempt = Attempt { needs: Some(&long), ..Attempt::http(&long, &long) };
        let attempt = attempt.authorization(&long).header(&long).tenant(&long).application(&long).ip(&long);
        let (lengths, bytes) = lengths(&attempt);
        assert_eq!(lengths, [33, 8_193, 4_097, 4_097, 258, 258, 66, 1_026]);
        let tenant = &bytes[33 + 8_193 + 2 * 4_097..][..258];
        assert_eq!(std::str::from_utf8(tenant), Ok("é".repeat(129).as_str()));
    }

    #[test]
    fn a_value_at_its_limit_is_not_cut() {
        let name = "é".repeat(128);
        assert_eq!(lengths(&Attempt::http("GET", "/").tenant(&name)).0[4], 256);
        let odd = format!("{name}x");
        assert_eq!(lengths(&Attempt::http("GET", "/").tenant(&odd)).0[4], 257);
    }
}
