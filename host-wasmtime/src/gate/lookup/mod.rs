//! Records and owners: where they come from, and which are kept.

mod bounded_map;
mod lookup;
mod owner;
mod record_cache;
mod source;

pub(crate) use bounded_map::Bounded;
pub(crate) use lookup::{Clock, Lookup};
pub(crate) use owner::gone;
pub(crate) use record_cache::{Keeping, millis};
pub use source::{Source, Stored, Wanted};
