//! Plaintexts and digests, made by hand.

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The CRC-32 (ISO-HDLC) of a text, bit by bit, as six base62 characters.
pub fn checksum(text: &str) -> String {
    let mut crc = u32::MAX;
    for byte in text.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    let mut rest = !crc as usize;
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[rest % 62];
        rest /= 62;
    }
    String::from_utf8(digits.to_vec()).expect("base62 is ASCII")
}

/// `length` base62 characters that depend on `seed` only.
pub fn word(seed: &str, length: usize) -> String {
    let blocks = (0..).flat_map(|block| Sha256::digest(format!("{seed}/{block}")));
    blocks
        .filter(|byte| *byte < 248)
        .take(length)
        .map(|byte| char::from(ALPHABET[usize::from(byte) % 62]))
        .collect()
}

/// A well-formed plaintext.
pub fn plaintext(prefix: &str, id: &str, secret: &str) -> String {
    let body = format!("{prefix}_{id}_{secret}");
    let checksum = checksum(&body);
    body + &checksum
}

/// What a record stores for id and secret.
pub fn digest(id: &str, secret: &str) -> String {
    let bytes = Sha256::digest(format!("{id}{secret}"));
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_crc_32() {
        // The check value of CRC-32/ISO-HDLC is that of "123456789".
        let text = checksum("123456789");
        let digits = text.bytes().map(|b| ALPHABET.iter().position(|a| *a == b).unwrap());
        assert_eq!(digits.fold(0, |number, digit| number * 62 + digit), 0xcbf4_3926);
    }
}
