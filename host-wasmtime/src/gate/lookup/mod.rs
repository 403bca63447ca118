//! Looks up records and owners, and caches them.

mod bounded_map;
mod lookup;
mod record_cache;
mod source;

pub(crate) use bounded_map::BoundedMap;
pub(crate) use lookup::{Clock, DocumentLookup};
pub(crate) use record_cache::{CacheLimits, millis};
pub use source::{DocumentSource, LookupRequest, StoredDocument};
