//! Documents: JSON read once and within bounds, its fields, and problems with their
//! places.

mod budget;
mod builder;
mod json;
mod object;
mod problem;
#[cfg(feature = "lifecycle")]
mod request_fields;
mod value;

pub use budget::Bounds;
pub use builder::ValueBuilder;
#[cfg(feature = "lifecycle")]
pub(crate) use object::items;
pub(crate) use object::{
    ObjectReader, count, expected, instant, list, short_text, span, text, texts, truth, word,
};
pub use problem::{Lint, Problem, Problems};
pub(crate) use problem::{Place, suggestion};
#[cfg(feature = "lifecycle")]
pub use request_fields::request_fields;
pub use value::Value;
pub(crate) use value::{map, put};
