//! The plaintext of a token, for its bearer.

use std::fmt;

/// The plaintext of a token, available once.
///
/// It has no `Display` or `Clone`; only [`Plaintext::reveal`] gives the text. Show it to the bearer once. Do not
/// log or store it; it cannot be read again.
pub struct Plaintext(String);

impl Plaintext {
    pub(super) fn new(text: &str) -> Plaintext {
        Plaintext(text.into())
    }

    /// The text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Plaintext(_) = self;
        out.write_str("Plaintext(..)")
    }
}
