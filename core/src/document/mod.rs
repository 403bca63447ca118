//! Documents: JSON read once and within bounds, fields taken out one by one,
//! problems with their places.

mod budget;
mod builder;
#[cfg(feature = "lifecycle")]
mod fields;
mod json;
mod object;
mod problem;
mod value;

pub use budget::Bounds;
pub use builder::ValueBuilder;
#[cfg(feature = "lifecycle")]
pub use fields::documents;
#[cfg(feature = "lifecycle")]
pub(crate) use object::items;
pub(crate) use object::{Object, count, expected, instant, list, short_text, span, text, truth, word};
pub(crate) use problem::{At, suggestion};
pub use problem::{Lint, Problem, Problems};
pub use value::Value;
pub(crate) use value::{map, put};
