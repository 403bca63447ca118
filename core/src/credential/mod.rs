//! The credential of a bearer: the plaintext token, its checksum, its secret and
//! the secret's digest.

mod checksum;
mod plaintext;
mod secret;

pub(crate) use checksum::Checksum;
#[cfg(feature = "lifecycle")]
pub(crate) use plaintext::mint_for;
pub(crate) use plaintext::{Bearer, Prefix, is_prefix, mint};
pub use plaintext::{Minted, Plaintext, TokenId};
#[cfg(feature = "lifecycle")]
pub(crate) use secret::{BASE62, ID, SECRET};
pub use secret::{Digest, Entropy, WeakEntropy};
