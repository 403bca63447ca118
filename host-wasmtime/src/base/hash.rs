//! Hashes that identify modules.

use std::fmt;

use sha2::{Digest, Sha256};

/// A SHA-256, with its own type for each use.
macro_rules! hash {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name(pub(crate) [u8; 32]);

        impl $name {
            /// Hashes these bytes.
            pub fn of(bytes: &[u8]) -> $name {
                $name(Sha256::digest(bytes).into())
            }

            /// Reads 64 hexadecimal digits; anything else is `None`.
            pub fn parse(text: &str) -> Option<$name> {
                read(text).map($name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{}({self})", stringify!($name))
            }
        }
    };
}

hash! {
    /// The SHA-256 of a module's bytes, as `sha256sum` prints it.
    ModuleHash
}

hash! {
    /// The SHA-256 of a file that [`Module::precompile`](crate::Module::precompile) wrote, as `sha256sum` prints
    /// it.
    PrecompiledHash
}

impl ModuleHash {
    /// The first 16 of its 64 digits, to tell modules apart in a log. Too short to pin one.
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(16);
        text
    }
}

fn read(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair.iter().try_fold(0, |value, digit| Some(value << 4 | nibble(*digit)?))?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_sha256sum_prints_it() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(ModuleHash::parse(empty), Some(ModuleHash::of(b"")));
        assert_eq!(ModuleHash::of(b"").to_string(), empty);
        assert_eq!(ModuleHash::of(b"").short(), "e3b0c44298fc1c14");
        assert_eq!(format!("{:?}", PrecompiledHash::of(b"")), format!("PrecompiledHash({empty})"));
    }

    #[test]
    fn anything_else_is_not_a_hash() {
        for text in ["", "e3b0", &"g".repeat(64), &"0".repeat(63), &"0".repeat(65), &"é".repeat(32)] {
            assert_eq!(ModuleHash::parse(text), None, "{text}");
        }
    }
}
