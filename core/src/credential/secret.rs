//! The secret half of a token: drawn, digested, compared; never printed or stored.

use alloc::string::String;
use core::fmt;

use sha2::block_api::compress256;
use subtle::{Choice, ConstantTimeEq};

use crate::base::abi;

/// The 62 characters of ids, secrets and checksums, by value.
pub(crate) const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Characters of a token id.
pub(crate) const ID: usize = abi::TOKEN_ID_LENGTH;
/// Characters of a secret: 190 bits.
pub(crate) const SECRET: usize = 32;

/// Random bytes for one token. They can be used once: neither `Copy` nor `Clone`.
///
/// The host draws them from the operating system's generator; this type refuses
/// bytes that are clearly not random.
pub struct Entropy([u8; Entropy::BYTES]);

impl Entropy {
    /// How many random bytes one token takes.
    pub const BYTES: usize = abi::ENTROPY_BYTES;

    /// Takes 128 random bytes.
    ///
    /// Refuses another length, and bytes with fewer than 64 different values:
    /// a working generator does that less than once in 10^15 draws, a broken
    /// one (all zeros, a counter that wraps, a short pattern repeated) does it
    /// at once.
    pub fn from_bytes(bytes: &[u8]) -> Result<Entropy, WeakEntropy> {
        let bytes: [u8; Entropy::BYTES] = bytes.try_into().map_err(|_| WeakEntropy)?;
        let mut seen = [false; 256];
        for byte in bytes {
            seen[usize::from(byte)] = true;
        }
        let distinct = seen.iter().filter(|seen| **seen).count();
        let steps =
            bytes.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == bytes[1].wrapping_sub(bytes[0]));
        if distinct < 64 || steps { Err(WeakEntropy) } else { Ok(Entropy(bytes)) }
    }

    /// Draws an id and a secret, every character with equal chance: a byte
    /// at or above the last multiple of 62 is discarded.
    pub(crate) fn draw(self) -> Result<([u8; ID], Secret), WeakEntropy> {
        let mut characters =
            self.0.iter().filter(|byte| **byte < 248).map(|byte| BASE62[usize::from(byte % 62)]);
        let mut next = || characters.next().ok_or(WeakEntropy);
        let (mut id, mut secret) = ([0; ID], [0; SECRET]);
        for character in id.iter_mut().chain(&mut secret) {
            *character = next()?;
        }
        Ok((id, Secret(secret)))
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Entropy(..)")
    }
}

/// The bytes handed in cannot be random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeakEntropy;

impl WeakEntropy {
    /// What to do instead.
    pub const fn message(self) -> &'static str {
        "the entropy is not random; draw 128 bytes from the operating system's generator"
    }
}

impl fmt::Display for WeakEntropy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.message())
    }
}

impl core::error::Error for WeakEntropy {}

/// The 32 characters that only the bearer knows.
pub(crate) struct Secret(pub(crate) [u8; SECRET]);

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(..)")
    }
}

/// SHA-256 over id and secret. A record stores it instead of the secret.
#[derive(Clone)]
pub struct Digest([u32; 8]);

/// The initial state of SHA-256 (FIPS 180-4 section 5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The block before its 48 bytes are filled in: after them the padding, one bit, zeros, and the length of 384 bits.
const PADDING: [u8; 64] = {
    let mut block = [0; 64];
    block[ID + SECRET] = 0x80;
    [block[62], block[63]] = 384_u16.to_be_bytes();
    block
};

impl Digest {
    /// Used when there is no record, so that an unknown id costs the same comparison.
    pub(crate) const NONE: Digest = Digest([0; 8]);

    /// The digest of the 48 characters of id and secret. With their padding they are one block, compressed once.
    #[inline]
    pub(crate) fn of(id: &[u8; ID], secret: &[u8; SECRET]) -> Digest {
        let mut block = PADDING;
        block[..ID].copy_from_slice(id);
        block[ID..ID + SECRET].copy_from_slice(secret);
        let mut state = INITIAL;
        compress256(&mut state, &[block]);
        Digest(state)
    }

    /// Whether both are equal, in constant time.
    #[inline]
    pub(crate) fn matches(&self, other: &Digest) -> Choice {
        let difference = self.0.iter().zip(&other.0).fold(0, |difference, (a, b)| difference | (a ^ b));
        // Else the compiler compares word by word.
        core::hint::black_box(difference).ct_eq(&0)
    }

    /// Reads `sha256:` and 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Digest> {
        let hex = text.strip_prefix("sha256:")?.as_bytes();
        if hex.len() != 64 {
            return None;
        }
        let mut words = [0; 8];
        for (word, digits) in words.iter_mut().zip(hex.chunks_exact(8)) {
            for digit in digits {
                *word = *word << 4 | nibble(*digit)?;
            }
        }
        Some(Digest(words))
    }

    /// `sha256:` and 64 lower-case hexadecimal digits, for the record only.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(71);
        text.push_str("sha256:");
        for word in self.0 {
            for place in (0..32).step_by(4).rev() {
                text.push(char::from_digit(word >> place & 15, 16).unwrap_or('0'));
            }
        }
        text
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Digest(..)")
    }
}

fn nibble(hex: u8) -> Option<u32> {
    match hex {
        b'0'..=b'9' => Some(u32::from(hex - b'0')),
        b'a'..=b'f' => Some(u32::from(hex - b'a' + 10)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::Digest as _;

    fn entropy(f: impl Fn(usize) -> u8) -> [u8; 128] {
        core::array::from_fn(f)
    }

    #[test]
    fn tok_05_entropy_that_is_not_random_is_refused() {
        for bytes in [
            entropy(|_| 0),
            entropy(|i| i as u8),
            entropy(|i| (i * 3) as u8),
            entropy(|i| (i % 32) as u8 * 7),
        ] {
            assert!(Entropy::from_bytes(&bytes).is_err());
        }
        assert!(Entropy::from_bytes(&[7; 64]).is_err());
        assert!(
            Entropy::from_bytes(&entropy(|i| (i * i * 31 + i * 7 + 3) as u8 ^ (i as u8).rotate_left(3)))
                .is_ok()
        );
    }

    #[test]
    fn tok_06_only_one_form_of_digest_is_read() {
        let text = Digest::of(&[b'a'; ID], &[b'a'; SECRET]).to_text();
        assert_eq!(Digest::parse(&text).expect("own form").to_text(), text);
        for bad in [
            text.to_uppercase(),
            text.replace("sha256:", ""),
            text.replace("sha256:", "sha512:"),
            text[..70].into(),
            alloc::format!("{text}0"),
            text.replace('0', "g") + "g",
            String::new(),
        ] {
            assert!(Digest::parse(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_single_block_digest_equals_sha_256() {
        let (id, secret) = (*b"0123456789abcdef", *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef");
        let whole: [u8; 32] = sha2::Sha256::digest([&id[..], &secret[..]].concat()).into();
        let hex: String = whole.iter().map(|byte| alloc::format!("{byte:02x}")).collect();
        assert_eq!(Digest::of(&id, &secret).to_text(), alloc::format!("sha256:{hex}"));
    }

    #[test]
    fn tok_07_debug_output_holds_neither_secret_nor_digest() {
        let digest = Digest::of(&[b'a'; ID], &[b'a'; SECRET]);
        assert_eq!(alloc::format!("{:?} {:?}", Secret([b'x'; 32]), digest), "Secret(..) Digest(..)");
    }
}
