//! The request as the host passes it, and its path.

mod attempt;
mod bytes8;
mod path;

pub use attempt::Attempt;
pub(crate) use bytes8::Outline;
pub(crate) use path::{Path, PathRules, Segments, before_query, decode_segment};
