//! The decision: the checks in order, the reasons, and the forms of an answer.

mod credentials;
mod decision;
mod denial;
mod details;
mod evaluate;
mod explain;
mod hints;
mod reason;
mod verdict;

pub use decision::{Decision, Identified};
#[cfg(feature = "lifecycle")]
pub(crate) use evaluate::Input;
pub use evaluate::Lookup;
pub use reason::{Level, Reason, Step};
