//! Documents: JSON read once and within bounds, fields taken out one by one,
//! problems with their places.

mod budget;
mod builder;
#[cfg(feature = "life")]
mod fields;
pub(crate) mod json;
mod object;
mod problem;
mod value;

pub use builder::Intake;
#[cfg(feature = "life")]
pub use fields::documents;
pub(crate) use json::Escapes;
#[cfg(feature = "life")]
pub(crate) use object::items;
pub(crate) use object::{Object, count, expected, instant, list, short_text, span, text, truth, word};
pub(crate) use problem::{At, suggestion};
pub use problem::{Problem, Problems};
pub use value::{Bounds, Value};
pub(crate) use value::{map, put};
