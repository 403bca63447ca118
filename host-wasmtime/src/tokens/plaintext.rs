//! A token's text on its way to its bearer.

use std::fmt;

/// The token as its bearer gets it, once.
///
/// It cannot be printed by accident, nor copied: only [`Plaintext::reveal`] gives the text. Show it to the
/// bearer, log and keep it nowhere; it cannot be read again.
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
