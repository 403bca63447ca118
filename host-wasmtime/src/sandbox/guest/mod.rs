//! One running instance, and the only files that call its exports.

mod guest;
mod lifecycle;

pub(crate) use guest::{Asked, Bound, Guest, NONE, STORE_UNAVAILABLE};
pub(crate) use lifecycle::Answer;
