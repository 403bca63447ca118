//! Questions about a token's life: a document in, a document out. Both doors
//! share them; nothing is opened, nothing is remembered.

use portcullis_core::{Bounds, Problem, Problems, Value};

use crate::engine::parse;

/// The answer, or what is wrong with the question.
pub(crate) type Answer = Result<Value, Problems>;

/// An audit key of fewer bytes is none.
const SHORTEST_KEY: usize = 16;

/// Was this trail left as it was written? A key is given or empty.
pub(crate) fn verify_trail(request: &[u8], key: &[u8]) -> Answer {
    portcullis_core::verify_trail(&parse(request, Bounds::LISTING)?, given(key)?)
}

/// The record that a trail leads to.
pub(crate) fn replay(request: &[u8]) -> Answer {
    portcullis_core::replay(&parse(request, Bounds::LISTING)?)
}

/// No bytes are no key.
fn given(key: &[u8]) -> Result<Option<&[u8]>, Problem> {
    match key.len() {
        0 => Ok(None),
        1..SHORTEST_KEY => {
            Err(Problem::new("weak_key", "an audit key has at least 16 bytes; draw 32 at random"))
        }
        _ => Ok(Some(key)),
    }
}
