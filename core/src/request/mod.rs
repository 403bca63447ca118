//! The request as the host passes it, and its path.

mod attempt;
mod bytes8;
mod habits;
mod path;
mod reading;
mod segments;

pub use attempt::Attempt;
pub(crate) use bytes8::{Outline, has_capital};
pub(crate) use habits::Habits;
pub(crate) use path::{Path, PathRules, before_query, decode_segment};
pub(crate) use reading::Reading;
pub(crate) use segments::Segments;
