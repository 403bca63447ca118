//! Shared by all other folders: errors, problems, hashes, the clock.

mod clock;
mod error;
pub(crate) mod fields;
mod hash;
mod problem;

pub use clock::now;
pub use error::Error;
pub use hash::{ModuleHash, PrecompiledHash};
pub use problem::{Lint, Problem, Problems};
