//! Shared by all other folders: errors, problems, hashes, the clock, records, queries and what answers them.

mod clock;
mod counters;
mod error;
pub(crate) mod fields;
mod hash;
mod limits;
mod problem;
mod query;
mod token;

pub use clock::now;
pub use counters::Counters;
pub use error::Error;
pub use hash::{ModuleHash, PrecompiledHash};
pub use limits::Limits;
pub use problem::{Lint, Problem, Problems};
pub use query::Lookup;
pub(crate) use query::{Answer, DecideInput, Identification, LifecycleQuery, Query, Rules};
pub(crate) use token::Document;
pub use token::{Subject, Token};
