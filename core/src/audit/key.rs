//! The key of a trail, as a host hands it in.

use crate::document::{Problem, Problems};

/// Fewer bytes than these can be guessed.
const SHORTEST: usize = crate::base::abi::SHORTEST_KEY_BYTES;

/// The key, if one is given and long enough. An empty key is a forgotten setting and
/// is refused: otherwise a trail that anyone can seal would pass for a protected one.
pub(crate) fn strong(key: Option<&[u8]>) -> Result<Option<&[u8]>, Problems> {
    match key {
        Some(key) if key.len() < SHORTEST => {
            let message = "an audit key has at least 16 bytes; draw 32 at random";
            Err(Problem::new("weak_key", message).into())
        }
        key => Ok(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_sixteen_bytes_or_more() {
        assert_eq!(strong(None), Ok(None));
        for length in [0, 1, 15] {
            let problems = strong(Some(&[b'k'; 16][..length])).expect_err("weak");
            assert_eq!(
                problems.iter().map(|problem| problem.code).collect::<alloc::vec::Vec<_>>(),
                ["weak_key"]
            );
        }
        for key in [&[b'k'; 16][..], &[b'k'; 4096][..]] {
            assert_eq!(strong(Some(key)), Ok(Some(key)));
        }
    }
}
