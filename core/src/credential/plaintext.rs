//! The plaintext token, `<prefix>_<id>_<secret><checksum>`: made once, parsed on every request.

use alloc::string::String;
use core::fmt;

use crate::credential::checksum::Checksum;
use crate::credential::secret::{BASE62, Digest, Entropy, ID, SECRET, Secret, WeakEntropy};
use crate::document::{Value, map};

/// Characters of the checksum.
const SUM: usize = 6;
/// Length of everything after the prefix: `_`, id, `_`, secret, checksum.
const TAIL: usize = 1 + ID + 1 + SECRET + SUM;

/// The 16 base62 characters that name a token. They are not secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub(crate) [u8; ID]);

impl TokenId {
    /// Reads 16 base62 characters.
    pub fn parse(text: &str) -> Option<TokenId> {
        let id: [u8; ID] = text.as_bytes().try_into().ok()?;
        id.iter().all(u8::is_ascii_alphanumeric).then_some(TokenId(id))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A token in plaintext. It cannot be printed by accident: only
/// [`Plaintext::reveal`] returns the text.
pub struct Plaintext(String);

impl Plaintext {
    /// The text, to be shown to the bearer once and kept nowhere.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Plaintext(..)")
    }
}

/// A new token: the plaintext for its bearer, id and digest for its record.
#[derive(Debug)]
pub struct Minted {
    /// For the bearer, once.
    pub plaintext: Plaintext,
    /// For the record.
    pub id: TokenId,
    /// For the record.
    pub digest: Digest,
}

impl Minted {
    /// `plaintext`, `id` and `digest` as a document. It holds the secret: use it
    /// only to hand the token to its bearer.
    pub fn reveal(&self) -> Value {
        map!([
            ("plaintext", self.plaintext.reveal().into()),
            ("id", self.id.as_str().into()),
            ("digest", self.digest.to_text().into()),
        ])
    }
}

/// A prefix of the policy, its kind, and its checksum, which a token's checksum
/// continues.
#[derive(Debug)]
pub(crate) struct Prefix {
    text: String,
    kind: u16,
    checksum: u32,
}

impl Prefix {
    pub(crate) fn new(text: &str, kind: u16, checksum: &Checksum) -> Prefix {
        Prefix { text: text.into(), kind, checksum: checksum.of(text.as_bytes()) }
    }
}

/// A well-formed token from a request; its secret is not proven yet.
#[derive(Clone, Copy)]
pub(crate) struct Bearer<'a> {
    /// The kind that its prefix belongs to.
    pub(crate) kind: u16,
    id: &'a [u8; ID],
    secret: &'a [u8; SECRET],
}

impl<'a> Bearer<'a> {
    /// Reads a plaintext token; `None` when prefix, length, alphabet or checksum is wrong.
    #[inline]
    pub(crate) fn parse(text: &'a [u8], prefixes: &[Prefix], checksum: &Checksum) -> Option<Bearer<'a>> {
        let (prefix, tail) = text.split_at_checked(text.len().checked_sub(TAIL)?)?;
        let (summed, sum) = tail.split_last_chunk::<SUM>()?;
        let (bar1, rest) = summed.split_first()?;
        let (id, rest) = rest.split_first_chunk::<ID>()?;
        let (bar2, rest) = rest.split_first()?;
        let secret: &[u8; SECRET] = rest.try_into().ok()?;
        let prefix = prefixes.iter().find(|known| known.text.as_bytes() == prefix)?;
        let well_formed = (*bar1 == b'_') & (*bar2 == b'_') & base62(id) & base62(secret);
        if !well_formed || value_of(sum)? != u64::from(checksum.continued(prefix.checksum, summed)) {
            return None;
        }
        Some(Bearer { kind: prefix.kind, id, secret })
    }

    /// The id in the plaintext.
    #[inline]
    pub(crate) fn id(&self) -> TokenId {
        TokenId(*self.id)
    }

    /// The bytes of the id, borrowed from the request.
    #[inline]
    pub(crate) fn id_bytes(&self) -> &'a [u8] {
        self.id
    }

    /// The digest to compare with the record's.
    #[inline]
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(self.id, self.secret)
    }
}

impl fmt::Debug for Bearer<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Bearer(")?;
        out.write_str(self.id().as_str())?;
        out.write_str("..)")
    }
}

/// Makes a token under `prefix`.
pub(crate) fn mint(prefix: &str, entropy: Entropy, checksum: &Checksum) -> Result<Minted, WeakEntropy> {
    let (id, secret) = entropy.draw()?;
    Ok(written(prefix, id, &secret, checksum))
}

/// Makes a new secret for the token of this id.
#[cfg(feature = "lifecycle")]
pub(crate) fn mint_for(
    prefix: &str,
    id: TokenId,
    entropy: Entropy,
    checksum: &Checksum,
) -> Result<Minted, WeakEntropy> {
    let (_, secret) = entropy.draw()?;
    Ok(written(prefix, id.0, &secret, checksum))
}

fn written(prefix: &str, id: [u8; ID], secret: &Secret, checksum: &Checksum) -> Minted {
    let mut text = String::with_capacity(prefix.len() + TAIL);
    text.push_str(prefix);
    text.push('_');
    text.extend(id.map(char::from));
    text.push('_');
    text.extend(secret.0.map(char::from));
    let mut sum = checksum.of(text.as_bytes());
    let mut digits = [b'0'; SUM];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(sum % 62) as usize];
        sum /= 62;
    }
    text.extend(digits.map(char::from));
    Minted { plaintext: Plaintext(text), id: TokenId(id), digest: Digest::of(&id, &secret.0) }
}

/// `[a-z][a-z0-9_]{1,19}`
pub(crate) fn is_prefix(text: &str) -> bool {
    (2..=20).contains(&text.len())
        && text.as_bytes()[0].is_ascii_lowercase()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Checks every byte without branching, so that the compiler can vectorize the loop.
#[inline]
fn base62(bytes: &[u8]) -> bool {
    bytes.iter().fold(0, |bad, byte| {
        let digit = byte.wrapping_sub(b'0') < 10;
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        bad | u8::from(!(digit | letter))
    }) == 0
}

#[inline]
fn value_of(digits: &[u8; SUM]) -> Option<u64> {
    let mut seen = 0;
    let value = digits.iter().fold(0, |value, digit| {
        let digit = DIGIT[usize::from(*digit)];
        seen |= digit;
        value * 62 + u64::from(digit)
    });
    (seen < NO_DIGIT).then_some(value)
}

/// A bit that no digit's value has.
const NO_DIGIT: u8 = 0x80;

const DIGIT: [u8; 256] = {
    let mut digit = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 62 {
        digit[BASE62[value] as usize] = value as u8;
        value += 1;
    }
    digit
};

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn minted(checksum: &Checksum) -> Minted {
        let bytes: [u8; 128] =
            core::array::from_fn(|i| (i * i * 31 + i * 7 + 3) as u8 ^ (i as u8).rotate_left(3));
        mint("ex_pat", Entropy::from_bytes(&bytes).expect("entropy"), checksum).expect("mint")
    }

    #[test]
    fn a_minted_token_parses_and_its_digest_matches() {
        let checksum = Checksum::new();
        let minted = minted(&checksum);
        let prefixes = [Prefix::new("ex", 0, &checksum), Prefix::new("ex_pat", 7, &checksum)];
        let bearer =
            Bearer::parse(minted.plaintext.reveal().as_bytes(), &prefixes, &checksum).expect("own token");
        assert_eq!(bearer.id(), minted.id);
        assert_eq!(bearer.kind, 7);
        assert!(bool::from(bearer.digest().matches(&minted.digest)));
    }

    #[test]
    fn tok_02_every_changed_token_is_refused() {
        let checksum = Checksum::new();
        let minted = minted(&checksum);
        let text = minted.plaintext.reveal().as_bytes();
        let prefixes = [Prefix::new("ex_pat", 0, &checksum), Prefix::new("fx_pat", 1, &checksum)];
        let parse = |text: &[u8]| Bearer::parse(text, &prefixes, &checksum).is_some();
        assert!(parse(text));
        for end in 0..text.len() {
            assert!(!parse(&text[..end]), "cut at {end}");
        }
        for place in 0..text.len() {
            for byte in 0..=255 {
                if byte != text[place] {
                    let mut changed = Vec::from(text);
                    changed[place] = byte;
                    assert!(!parse(&changed), "{byte} at {place}");
                }
            }
            let mut longer = Vec::from(text);
            longer.insert(place, b'a');
            assert!(!parse(&longer), "added at {place}");
        }
    }
}
